//! Bytes to text: what spreadsheets, editors and scripts of all systems save as "CSV".

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::{Looks, RosterError};

/// Room for ten times the most members that Detective takes in a graph (1,200), at 400 bytes each.
pub(super) const MAX_BYTES: usize = 5 * 1024 * 1024;

/// Decodes a whole file. Bytes that are not in its encoding become U+FFFD, which no account id and
/// no e-mail address may hold, so that they are reported with their line.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, RosterError> {
    if bytes.is_empty() {
        return Err(RosterError::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(RosterError::TooLarge);
    }
    if let Some(looks) = magic(bytes) {
        return Err(RosterError::NotText(looks));
    }
    let (encoding, bom) =
        Encoding::for_bom(bytes).unwrap_or_else(|| (utf16_without_bom(bytes).unwrap_or(UTF_8), 0));
    let (text, _) = encoding.decode_without_bom_handling(&bytes[bom..]);
    if is_binary(&text) {
        return Err(RosterError::NotText(Looks::Binary));
    }
    Ok(text)
}

/// The kinds of file that get uploaded by accident, by their first bytes.
fn magic(bytes: &[u8]) -> Option<Looks> {
    const MAGIC: [(&[u8], Looks); 4] = [
        (b"PK\x03\x04", Looks::Spreadsheet),
        (b"\xd0\xcf\x11\xe0", Looks::Spreadsheet),
        (b"\x1f\x8b", Looks::Compressed),
        (b"%PDF", Looks::Pdf),
    ];
    MAGIC
        .into_iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|(_, looks)| looks)
}

/// UTF-16 is told by the zero that every second byte of digits, commas and Latin letters is.
fn utf16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    let pairs = sample.len() / 2;
    let zeros = |first: usize| {
        let every_second = sample.iter().skip(first).step_by(2);
        every_second.filter(|byte| **byte == 0).count()
    };
    let plainly = |most: usize, few: usize| most * 10 > pairs * 7 && few * 10 < pairs;
    let (even, odd) = (zeros(0), zeros(1));
    if plainly(odd, even) {
        Some(UTF_16LE)
    } else if plainly(even, odd) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// More than one character in ten is none that a text has.
fn is_binary(text: &str) -> bool {
    let odd = |c: &char| *c == '\u{fffd}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    text.chars().filter(odd).count() * 10 > text.chars().count()
}

/// The lines of a text, with `\n`, `\r\n` and the lone `\r` of old spreadsheets as their ends.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    // A `\r\n` is two ends of line with nothing between them, of which the second is passed over.
    let mut after_cr = false;
    text.split_inclusive(['\n', '\r']).filter_map(move |line| {
        let second_half = after_cr && line == "\n";
        after_cr = line.ends_with('\r');
        (!second_half).then(|| line.trim_end_matches(['\n', '\r']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn utf_8_and_utf_16_are_read_with_and_without_a_byte_order_mark() {
        let text = "111111111111,a@example.com\n";
        let marked = format!("\u{feff}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            marked.as_bytes().to_vec(),
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
            utf16(&marked, u16::to_le_bytes),
            utf16(&marked, u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).unwrap(), text, "{bytes:?}");
        }
    }

    #[test]
    fn a_file_that_is_no_text_is_refused_as_a_whole() {
        for (bytes, looks) in [
            (&b"PK\x03\x04\x14\0\x06\0"[..], Looks::Spreadsheet),
            (b"\x1f\x8b\x08\0\0", Looks::Compressed),
            (b"%PDF-1.7\n", Looks::Pdf),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0", Looks::Binary),
            (b"\xff\xfe\0\0a\0\0\0b\0\0\0", Looks::Binary),
        ] {
            assert_eq!(decode(bytes), Err(RosterError::NotText(looks)));
        }
        assert_eq!(decode(b""), Err(RosterError::Empty));
        assert_eq!(
            decode(&vec![b'1'; MAX_BYTES + 1]),
            Err(RosterError::TooLarge)
        );
        assert!(decode(&vec![b'1'; MAX_BYTES]).is_ok());
    }

    #[test]
    fn lines_end_as_any_system_ends_them() {
        let split = |text| lines(text).collect::<Vec<_>>();
        assert_eq!(split("a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(
            split("a\n\nb\r\n\r\nc\r\rd\n"),
            ["a", "", "b", "", "c", "", "d"]
        );
        assert_eq!(split(""), Vec::<&str>::new());
    }
}
