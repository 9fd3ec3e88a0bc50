//! A zip as far as it is needed: for which processor the program in it is.

use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::package::Architecture;

/// What Lambda runs.
const ENTRY: &[u8] = b"bootstrap";

/// So many bytes of a program say what it is.
const HEAD: usize = 64;

/// For which processor the one program of a zip is (APPNOTE.TXT of PKWARE, 4.3: the directory at the end, and the header in
/// front of the file; ELF-64, `e_machine`).
pub(crate) fn architecture(zip: &[u8]) -> Result<Architecture, &'static str> {
    let entry = entry(zip).ok_or("it is no zip, or has no `bootstrap` at its top")?;
    if entry.mode & 0o111 == 0 {
        return Err("its `bootstrap` is not executable");
    }
    let head = entry
        .head(zip)
        .ok_or("its `bootstrap` cannot be unpacked")?;
    if !head.starts_with(b"\x7fELF\x02\x01") {
        return Err("its `bootstrap` is no program for Linux");
    }
    match number(&head, 18, 2) {
        Some(62) => Ok(Architecture::X86),
        Some(183) => Ok(Architecture::Arm),
        _ => Err("its `bootstrap` is for a processor that Lambda does not have"),
    }
}

/// A file in a zip, as the directory names it.
struct Entry {
    mode: u64,
    is_deflated: bool,
    length: usize,
    header: usize,
}

fn entry(zip: &[u8]) -> Option<Entry> {
    let end = zip.windows(4).rposition(|it| it == b"PK\x05\x06")?;
    let count = number(zip, end + 10, 2)?;
    let mut at = number(zip, end + 16, 4)? as usize;
    for _ in 0..count {
        if zip.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let name_length = number(zip, at + 28, 2)? as usize;
        if zip.get(at + 46..at + 46 + name_length)? == ENTRY {
            return Some(Entry {
                mode: number(zip, at + 38, 4)? >> 16,
                is_deflated: number(zip, at + 10, 2)? != 0,
                length: number(zip, at + 20, 4)? as usize,
                header: number(zip, at + 42, 4)? as usize,
            });
        }
        at += 46 + name_length + (number(zip, at + 30, 2)? + number(zip, at + 32, 2)?) as usize;
    }
    None
}

impl Entry {
    /// How the file begins.
    fn head(&self, zip: &[u8]) -> Option<Vec<u8>> {
        let at = self.header;
        let begin = at + 30 + (number(zip, at + 26, 2)? + number(zip, at + 28, 2)?) as usize;
        let packed = zip.get(begin..begin.checked_add(self.length)?)?;
        if !self.is_deflated {
            return packed.get(..HEAD).map(<[u8]>::to_vec);
        }
        let head = decompress_to_vec_with_limit(packed, HEAD);
        // It is longer than that, which is no error here.
        let head = head.unwrap_or_else(|longer| longer.output);
        (head.len() >= HEAD).then_some(head)
    }
}

/// A number of the zip or the program, the lowest byte first.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(width)?)?.iter().rev();
    Some(bytes.fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
pub(crate) mod tests {
    use miniz_oxide::deflate::compress_to_vec;

    use super::*;

    pub(crate) fn program(machine: u8) -> Vec<u8> {
        let mut program = b"\x7fELF\x02\x01".to_vec();
        program.resize(200, 7);
        program[18..20].copy_from_slice(&[machine, 0]);
        program
    }

    pub(crate) fn zip(name: &str, content: &[u8], mode: u32) -> Vec<u8> {
        let packed = compress_to_vec(content, 6);
        let length = u32::try_from(packed.len()).unwrap().to_le_bytes();
        let name_length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend([0; 22]);
        zip.extend(name_length);
        zip.extend([0; 2]);
        zip.extend(name.bytes());
        zip.extend(&packed);
        let directory = u32::try_from(zip.len()).unwrap().to_le_bytes();
        zip.extend(b"PK\x01\x02");
        zip.extend([0; 6]);
        zip.extend([8, 0]);
        zip.extend([0; 8]);
        zip.extend(length);
        zip.extend([0; 4]);
        zip.extend(name_length);
        zip.extend([0; 8]);
        zip.extend((mode << 16).to_le_bytes());
        zip.extend([0; 4]);
        zip.extend(name.bytes());
        zip.extend(b"PK\x05\x06");
        zip.extend([0; 6]);
        zip.extend([1, 0]);
        zip.extend([0; 4]);
        zip.extend(directory);
        zip.extend([0; 2]);
        zip
    }

    #[test]
    fn the_program_in_the_zip_says_for_which_processor_it_is() {
        for (machine, expected) in [(62, Architecture::X86), (183, Architecture::Arm)] {
            let zip = zip("bootstrap", &program(machine), 0o755);
            assert_eq!(architecture(&zip), Ok(expected));
        }
    }

    #[test]
    fn what_is_not_the_function_is_told_apart() {
        for (zip, why) in [
            (b"hello".to_vec(), "no zip"),
            (zip("other", &program(62), 0o755), "no `bootstrap`"),
            (zip("bootstrap", &program(62), 0o644), "not executable"),
            (
                zip("bootstrap", &[b'#'; 100], 0o755),
                "no program for Linux",
            ),
            (zip("bootstrap", &program(40), 0o755), "processor"),
            (zip("bootstrap", b"x", 0o755), "cannot be unpacked"),
        ] {
            let error = architecture(&zip).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
