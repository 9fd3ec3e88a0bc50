//! Bytes to text: what spreadsheets, editors and scripts of all systems save as "CSV".

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
};

use super::{Looks, RosterError};

/// Room for ten times the most members that Detective takes in a graph (1,200), at 400 bytes each.
pub(super) const MAX_BYTES: usize = 5 * 1024 * 1024;

/// A file as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Text<'a> {
    /// What it says.
    pub(super) text: Cow<'a, str>,
    /// The encoding that was taken, where the bytes do not say it themselves.
    pub(super) guessed: Option<&'static Encoding>,
}

/// Decodes a whole file. Bytes that are not in its encoding become U+FFFD, which no account id and
/// no e-mail address may hold, so that they are reported with their line.
pub(super) fn decode(bytes: &[u8]) -> Result<Text<'_>, RosterError> {
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
    let guessed = (encoding == UTF_8 && bom == 0)
        .then(|| old_encoding(bytes))
        .flatten();
    let encoding = guessed.unwrap_or(encoding);
    let (text, _) = encoding.decode_without_bom_handling(&bytes[bom..]);
    if is_binary(&text) {
        return Err(RosterError::NotText(Looks::Binary));
    }
    Ok(Text { text, guessed })
}

/// The encoding of a file that is not in Unicode; none for one that is.
fn old_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    // No text has a zero byte.
    if bytes.contains(&0) {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    // ISO-2022-JP has letters of ASCII only, and escapes between them, which UTF-8 could have, too.
    (guess == ISO_2022_JP || !is_mostly_utf_8(bytes)).then_some(guess)
}

/// A few stray bytes make no other encoding of a text that has many more letters of UTF-8.
fn is_mostly_utf_8(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let stray = text.matches('\u{fffd}').count();
    let letters = text.chars().filter(|c| !c.is_ascii()).count() - stray;
    letters >= 3 * stray
}

/// What the bytes say in each other encoding that they could be in: those that Windows and Unix
/// write where these letters are in use.
pub(super) fn other_readings<'a>(
    bytes: &'a [u8],
    taken: &'static Encoding,
) -> impl Iterator<Item = (&'static Encoding, Cow<'a, str>)> {
    const ALL: [&Encoding; 8] = [
        SHIFT_JIS,
        EUC_JP,
        GBK,
        BIG5,
        EUC_KR,
        WINDOWS_1252,
        WINDOWS_1250,
        WINDOWS_1251,
    ];
    let others = ALL.into_iter().filter(move |other| *other != taken);
    others.filter_map(|other| {
        let text = other.decode_without_bom_handling_and_without_replacement(bytes)?;
        Some((other, text))
    })
}

/// The name of an encoding, with the one that Windows has for it.
pub(super) fn name(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "Shift_JIS" => "Shift_JIS (CP932)",
        "GBK" => "GBK (CP936)",
        "Big5" => "Big5 (CP950)",
        "EUC-KR" => "EUC-KR (CP949)",
        other => other,
    }
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
            let read = decode(&bytes).unwrap();
            assert_eq!((&*read.text, read.guessed), (text, None), "{bytes:?}");
        }
    }

    #[test]
    fn an_old_encoding_is_told_by_its_bytes() {
        let text = "アカウント名,メール\n決済基盤,a@example.com\n";
        for encoding in [SHIFT_JIS, EUC_JP, ISO_2022_JP] {
            let (bytes, ..) = encoding.encode(text);
            let read = decode(&bytes).unwrap();
            assert_eq!((&*read.text, read.guessed), (text, Some(encoding)));
        }
        let stray = [text.as_bytes(), b"M\xfcller"].concat();
        assert_eq!(decode(&stray).unwrap().guessed, None);
    }

    #[test]
    fn what_says_that_it_is_utf_8_and_what_is_no_text_are_in_no_old_encoding() {
        let (bytes, ..) = SHIFT_JIS.encode("決済基盤,a@example.com\n");
        let words = "a@example.com, and many more words that anybody can read\n".repeat(9);
        let marked = ["\u{feff}".as_bytes(), &bytes, words.as_bytes()].concat();
        let read = decode(&marked).unwrap();
        assert_eq!(read.guessed, None);
        assert!(read.text.contains('\u{fffd}'));
        assert_eq!(old_encoding(&[&bytes[..], b"\0"].concat()), None);
        assert_eq!(old_encoding(&bytes), Some(SHIFT_JIS));
    }

    #[test]
    fn three_letters_of_utf_8_outweigh_a_stray_byte() {
        assert!(is_mostly_utf_8(b"M\xc3\xbcller"));
        assert!(is_mostly_utf_8("äöü\u{fffd}".as_bytes()));
        assert!(is_mostly_utf_8(b"\xc3\xa4\xc3\xb6\xc3\xbc\xfc"));
        assert!(!is_mostly_utf_8(b"\xc3\xa4\xc3\xb6\xfc"));
    }

    #[test]
    fn utf_16_has_zeros_in_most_places_of_one_parity_and_in_few_of_the_other() {
        let pairs = |zeros_after: usize, zeros_before: usize| {
            let at = |n: usize| {
                [
                    if n < zeros_before { 0 } else { b'a' },
                    if n < zeros_after { 0 } else { b'a' },
                ]
            };
            (0..10).flat_map(at).collect::<Vec<u8>>()
        };
        for (after, before, encoding) in [
            (8, 0, Some(UTF_16LE)),
            (0, 8, Some(UTF_16BE)),
            (7, 0, None),
            (0, 7, None),
            (8, 1, None),
            (1, 8, None),
        ] {
            let bytes = pairs(after, before);
            assert_eq!(utf16_without_bom(&bytes), encoding, "{after} and {before}");
        }
    }

    #[test]
    fn an_encoding_of_windows_is_named_as_it_is_there() {
        for (encoding, shown) in [
            (SHIFT_JIS, "Shift_JIS (CP932)"),
            (GBK, "GBK (CP936)"),
            (BIG5, "Big5 (CP950)"),
            (EUC_KR, "EUC-KR (CP949)"),
            (WINDOWS_1252, "windows-1252"),
        ] {
            assert_eq!(name(encoding), shown);
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
