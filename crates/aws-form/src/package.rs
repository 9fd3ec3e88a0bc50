//! The function's zip, as a file of a release or of `make package`: what it is, before anything is uploaded.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fleet::account::Email;
use sha2::{Digest, Sha256};

use crate::zip::architecture;

/// How the files of releases begin.
const RELEASED: &str = "detective-fleet-function-";

/// The sums of the files of a release, beside them.
const SUMS: &str = "SHA256SUMS";

/// The most bytes of a zip that Lambda takes from a bucket (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html:
/// 250 MB, unpacked).
pub(crate) const MOST_BYTES: u64 = 250 * 1024 * 1024;

/// The function's zip.
#[derive(Clone)]
pub struct Package {
    /// Its name, without the folder; it is masked where it is shown.
    pub name: String,
    /// What is in it.
    pub content: Vec<u8>,
    /// For which processor it is.
    pub architecture: Architecture,
    /// Whether it has the sum that `SHA256SUMS` beside it says; `false` where there is no such file, or not in it.
    pub is_verified: bool,
}

/// For which processor a function is, as Lambda names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// Of 64 bits, by Intel and AMD.
    X86,
    /// Of 64 bits, by Arm.
    Arm,
}

/// Why a file cannot be the function.
#[derive(Debug, thiserror::Error)]
pub enum BadPackage {
    /// It is not there, or cannot be read.
    #[error("{}: {error}", shown(path))]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is something else.
    #[error("{}: this is not the function's zip: {why}", shown(path))]
    Other {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It is not the file that the sums are of.
    #[error(
        "{}: its SHA-256 is not the one that {SUMS} beside it has: download both again, and verify them (docs/install.md)", shown(.0)
    )]
    Sum(PathBuf),
    /// It is of another release than the template.
    #[error(
        "{}: this is the function of {theirs}, and the command is {ours}: take both from the same release",
        shown(path)
    )]
    Version {
        /// Which.
        path: PathBuf,
        /// What its name says.
        theirs: String,
        /// The command's own version.
        ours: &'static str,
    },
}

/// A path for people: a folder or a file may be called after somebody.
fn shown(path: &Path) -> String {
    Email::mask_in(&path.display().to_string())
}

impl Architecture {
    /// What a file of a release is called.
    #[must_use]
    pub fn released(self) -> String {
        format!("{RELEASED}{}-{self}.zip", env!("CARGO_PKG_VERSION"))
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86 => "x86_64",
            Self::Arm => "arm64",
        })
    }
}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Package")
            .field("name", &self.name)
            .field("architecture", &self.architecture)
            .finish_non_exhaustive()
    }
}

impl Package {
    /// Reads it, and makes sure that it is what it says.
    ///
    /// # Errors
    ///
    /// When it is not the function, not the file that the sums are of, or of another release.
    pub fn read(path: &Path) -> Result<Self, BadPackage> {
        let unreadable = |error| BadPackage::Unreadable {
            path: path.to_owned(),
            error,
        };
        let other = |why| BadPackage::Other {
            path: path.to_owned(),
            why,
        };
        let file = path.metadata().map_err(unreadable)?;
        // A pipe or a device may never end.
        if !file.is_file() {
            return Err(other("it is no file"));
        }
        if file.len() > MOST_BYTES {
            return Err(other("it is larger than 250 MB"));
        }
        let content = std::fs::read(path).map_err(unreadable)?;
        let architecture = architecture(&content).map_err(other)?;
        let name = path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        if let Some(theirs) = version(&name).filter(|it| *it != env!("CARGO_PKG_VERSION")) {
            return Err(BadPackage::Version {
                path: path.to_owned(),
                theirs: theirs.to_owned(),
                ours: env!("CARGO_PKG_VERSION"),
            });
        }
        let sums = sums_beside(path)?;
        let wanted = sum_of(&sums, &name);
        if wanted.is_some_and(|it| !it.eq_ignore_ascii_case(&hex(&sha256(&content)))) {
            return Err(BadPackage::Sum(path.to_owned()));
        }
        Ok(Self {
            is_verified: wanted.is_some(),
            name,
            content,
            architecture,
        })
    }
}

/// The sums beside the file; nothing where there are none.
fn sums_beside(path: &Path) -> Result<String, BadPackage> {
    let path = path.with_file_name(SUMS);
    let read = match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Ok(file) if !file.is_file() => Err(io::Error::other("this is no file")),
        _ => std::fs::read_to_string(&path),
    };
    read.map_err(|error| BadPackage::Unreadable { path, error })
}

/// The version that the name of a release's file has; none of other files.
#[must_use]
pub fn version(name: &str) -> Option<&str> {
    let rest = name.strip_prefix(RELEASED)?.strip_suffix(".zip")?;
    Some(rest.rsplit_once('-')?.0)
}

/// What `sha256sum` has written of a file.
fn sum_of<'a>(sums: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = sums.lines().filter_map(|line| line.split_once(' '));
    let named = |of: &str| {
        let of = of.trim_start_matches([' ', '*']);
        of.strip_prefix("./").unwrap_or(of) == name
    };
    lines.find_map(|(sum, of)| named(of).then_some(sum))
}

/// The SHA-256 of some bytes.
#[must_use]
pub fn sha256(content: &[u8]) -> [u8; 32] {
    Sha256::digest(content).into()
}

/// As `sha256sum` writes it.
#[must_use]
pub fn hex(sum: &[u8]) -> String {
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As AWS writes it.
#[must_use]
pub fn base64(sum: &[u8]) -> String {
    BASE64_STANDARD.encode(sum)
}

/// A sum as AWS writes it, as `sha256sum` does.
#[must_use]
pub fn hex_of_base64(sum: &str) -> Option<String> {
    BASE64_STANDARD.decode(sum).ok().map(|bytes| hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zip::tests::{program, zip};

    #[test]
    fn a_file_with_another_sum_or_of_another_release_is_refused() {
        let folder = std::env::temp_dir().join(format!("aws-form-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let content = zip("bootstrap", &program(62), 0o755);
        let path = folder.join(Architecture::X86.released());
        std::fs::write(&path, &content).unwrap();
        assert!(!Package::read(&path).unwrap().is_verified);
        let name = Architecture::X86.released();
        let sums =
            |sum: &str| std::fs::write(folder.join(SUMS), format!("00  other\n{sum}  {name}\n"));
        sums(&hex(&sha256(&content))).unwrap();
        assert!(Package::read(&path).unwrap().is_verified);
        let here = format!("{}  ./{name}\n", hex(&sha256(b"other")));
        std::fs::write(folder.join(SUMS), here).unwrap();
        assert!(matches!(Package::read(&path), Err(BadPackage::Sum(_))));
        std::fs::write(folder.join(SUMS), [0xff]).unwrap();
        let unreadable = Package::read(&path);
        assert!(matches!(unreadable, Err(BadPackage::Unreadable { .. })));
        let of_a_folder = Package::read(&folder);
        assert!(matches!(of_a_folder, Err(BadPackage::Other { .. })));
        sums(&hex(&sha256(b"other"))).unwrap();
        assert!(matches!(Package::read(&path), Err(BadPackage::Sum(_))));
        let newer = folder.join("detective-fleet-function-99.0.0-x86_64.zip");
        std::fs::write(&newer, &content).unwrap();
        let error = Package::read(&newer).unwrap_err().to_string();
        assert!(error.contains("99.0.0"), "{error}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn sums_are_written_as_others_write_them() {
        let sum = sha256(b"abc");
        assert!(hex(&sum).starts_with("ba7816bf8f01cfea"));
        assert_eq!(hex_of_base64(&base64(&sum)), Some(hex(&sum)));
        assert_eq!(
            version("detective-fleet-function-1.2.3-arm64.zip"),
            Some("1.2.3")
        );
        assert_eq!(version("bootstrap.zip"), None);
    }
}
