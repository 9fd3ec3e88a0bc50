//! A zip as far as it is needed: whether it is whole, and for which processor the program in it is.

use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::package::{Architecture, MOST_BYTES};

/// What Lambda runs.
const ENTRY: &[u8] = b"bootstrap";

/// Why a zip cannot be the function where a part of it is not what the directory says.
const DAMAGED: &str =
    "it is damaged: what is in it is not what its checksums say; download it again";

/// For which processor the one program of a zip is (APPNOTE.TXT of PKWARE, 4.3: the directory at the end, and the header in
/// front of each file; ELF-64, `e_machine`). All files are unpacked, and have to have their CRC-32.
pub(crate) fn architecture(zip: &[u8]) -> Result<Architecture, &'static str> {
    let entries = entries(zip).ok_or("it is no zip, or its end is missing")?;
    let mut program = None;
    let mut left = MOST_BYTES as usize;
    for entry in &entries {
        let content = entry.content(zip, left)?;
        left -= content.len();
        if entry.name == ENTRY && program.replace((entry, content)).is_some() {
            return Err("it has more than one `bootstrap`");
        }
    }
    let (entry, content) = program.ok_or("it has no `bootstrap` at its top")?;
    if entry.mode & 0o111 == 0 {
        return Err("its `bootstrap` is not executable");
    }
    if !content.starts_with(b"\x7fELF\x02\x01") {
        return Err("its `bootstrap` is no program for Linux");
    }
    match number(&content, 18, 2) {
        Some(62) => Ok(Architecture::X86),
        Some(183) => Ok(Architecture::Arm),
        _ => Err("its `bootstrap` is for a processor that Lambda does not have"),
    }
}

/// A file in a zip, as the directory names it.
struct Entry<'a> {
    name: &'a [u8],
    mode: u64,
    is_encrypted: bool,
    /// 0 is as it is, and 8 deflated; Lambda unpacks no other.
    method: u64,
    crc: u64,
    packed: usize,
    unpacked: usize,
    header: usize,
}

fn entries(zip: &[u8]) -> Option<Vec<Entry<'_>>> {
    let end = zip.windows(4).rposition(|it| it == b"PK\x05\x06")?;
    let count = number(zip, end + 10, 2)?;
    // What follows is a remark, and how long it is.
    number(zip, end + 20, 2)?;
    let mut at = number(zip, end + 16, 4)? as usize;
    let mut entries = Vec::new();
    for _ in 0..count {
        if zip.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let name_length = number(zip, at + 28, 2)? as usize;
        entries.push(Entry {
            name: zip.get(at + 46..at + 46 + name_length)?,
            mode: number(zip, at + 38, 4)? >> 16,
            is_encrypted: number(zip, at + 8, 2)? & 1 == 1,
            method: number(zip, at + 10, 2)?,
            crc: number(zip, at + 16, 4)?,
            packed: number(zip, at + 20, 4)? as usize,
            unpacked: number(zip, at + 24, 4)? as usize,
            header: number(zip, at + 42, 4)? as usize,
        });
        at += 46 + name_length + (number(zip, at + 30, 2)? + number(zip, at + 32, 2)?) as usize;
    }
    Some(entries)
}

impl Entry<'_> {
    /// What is in the file, which is no longer than `most`.
    fn content(&self, zip: &[u8], most: usize) -> Result<Vec<u8>, &'static str> {
        if self.unpacked == u32::MAX as usize {
            return Err(
                "it is a ZIP64 archive, which Lambda's packages need not be: pack it again",
            );
        }
        if self.unpacked > most {
            return Err("it is larger than 250 MB, unpacked");
        }
        let packed = self.packed(zip).ok_or(DAMAGED)?;
        let content = match (self.is_encrypted, self.method) {
            (true, _) => return Err("it is encrypted"),
            (_, 0) => packed.to_vec(),
            (_, 8) => self.inflated(packed)?,
            _ => return Err("it is packed in another way than Lambda unpacks"),
        };
        let is_whole = content.len() == self.unpacked;
        if is_whole && u64::from(crc32fast::hash(&content)) == self.crc {
            Ok(content)
        } else {
            Err(DAMAGED)
        }
    }

    fn inflated(&self, packed: &[u8]) -> Result<Vec<u8>, &'static str> {
        // Room for one byte more shows where it is longer than the directory says.
        let room = self.unpacked.saturating_add(1);
        decompress_to_vec_with_limit(packed, room).map_err(|_| DAMAGED)
    }

    fn packed<'a>(&self, zip: &'a [u8]) -> Option<&'a [u8]> {
        let at = self.header;
        if zip.get(at..at.checked_add(4)?)? != b"PK\x03\x04" {
            return None;
        }
        let begin = at + 30 + (number(zip, at + 26, 2)? + number(zip, at + 28, 2)?) as usize;
        zip.get(begin..begin.checked_add(self.packed)?)
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
        let unpacked = u32::try_from(content.len()).unwrap().to_le_bytes();
        let crc = crc32fast::hash(content).to_le_bytes();
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
        zip.extend([0; 4]);
        zip.extend(crc);
        zip.extend(length);
        zip.extend(unpacked);
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
        let mut encrypted = zip("bootstrap", &program(62), 0o755);
        let directory = encrypted
            .windows(4)
            .rposition(|it| it == b"PK\x01\x02")
            .unwrap();
        encrypted[directory + 8] = 1;
        for (zip, why) in [
            (b"hello".to_vec(), "no zip"),
            (zip("other", &program(62), 0o755), "no `bootstrap`"),
            (zip("bootstrap", &program(62), 0o644), "not executable"),
            (
                zip("bootstrap", &[b'#'; 100], 0o755),
                "no program for Linux",
            ),
            (zip("bootstrap", &program(40), 0o755), "processor"),
            (zip("bootstrap", b"x", 0o755), "no program for Linux"),
            (encrypted, "encrypted"),
        ] {
            let error = architecture(&zip).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    /// Whichever byte of it: the header, what is packed, or the sums themselves.
    #[test]
    fn no_damage_to_what_is_packed_goes_unnoticed() {
        let whole = zip("bootstrap", &program(62), 0o755);
        let begin = 30 + "bootstrap".len();
        let directory = whole
            .windows(4)
            .rposition(|it| it == b"PK\x01\x02")
            .unwrap();
        // The last bits of what is packed are none of it.
        for at in (begin..directory - 1).chain(directory + 16..directory + 28) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            assert!(architecture(&damaged).is_err(), "byte {at}");
        }
        for length in 0..whole.len() {
            assert!(architecture(&whole[..length]).is_err(), "{length} bytes");
        }
    }
}
