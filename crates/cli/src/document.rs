//! Documents: JSON on stdout, and JSON or a page in the files of `--report`.

use std::any::Any;
use std::io::{BufWriter, IntoInnerError, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fleet::account::Email;
use fleet::language::Language;
use fleet::report::{InvalidLine, VERSION};
use fleet::roster::{Roster, RosterError};
use fleet::saved::Stale;
use fleet::shell;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::args::ReportArgs;
use crate::partial_file::PartialFile;

/// What `validate` says of a file.
#[derive(Debug, Serialize)]
pub(crate) struct Validation {
    version: u32,
    kind: &'static str,
    /// How many accounts can be used.
    pub accounts: u64,
    /// The lines that cannot.
    pub invalid_lines: Vec<InvalidLine>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Validation {
    /// What there is to say of a roster.
    pub(crate) fn of(roster: &Roster) -> Self {
        Self {
            version: VERSION,
            kind: "validate",
            accounts: roster.members.len() as u64,
            invalid_lines: roster.invalid.iter().map(Into::into).collect(),
            notes: roster.notes.clone(),
        }
    }
}

/// What `adopt` says of the file that it wrote.
#[derive(Debug, Serialize)]
pub(crate) struct Adoption {
    version: u32,
    kind: &'static str,
    accounts: usize,
    notes: Vec<String>,
}

impl Adoption {
    /// So many accounts were written, and this is worth knowing.
    pub(crate) fn new(accounts: usize, notes: Vec<String>) -> Self {
        Self {
            version: VERSION,
            kind: "adopt",
            accounts,
            notes,
        }
    }
}

/// Why something could not be done.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorDocument {
    version: u32,
    kind: &'static str,
    error: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invalid_lines: Vec<InvalidLine>,
    /// Why a saved plan was not executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    saved_plan: Option<Stale>,
}

impl ErrorDocument {
    /// What there is to say of an error.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        Self {
            version: VERSION,
            kind: "error",
            error: words(error),
            invalid_lines: invalid_lines(error),
            saved_plan: error.downcast_ref().cloned(),
        }
    }
}

/// What an error says, with what was typed, and may be an e-mail, masked.
pub(crate) fn words(error: &anyhow::Error) -> String {
    masked(&format!("{error:#}"))
}

/// A text without e-mails. What it says line by line stays so.
pub(crate) fn masked(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(Email::mask_in).collect();
    lines.join("\n")
}

/// A path for people: a file may be called after somebody.
pub(crate) fn shown(path: &Path) -> String {
    Email::mask_in(&path.display().to_string())
}

/// The same as a word of a command.
pub(crate) fn typed(path: &Path) -> String {
    shell::path(&shown(path)).into_owned()
}

/// The error that a panic is: a defect of ours.
pub(crate) fn defect(panic: &(dyn Any + Send)) -> anyhow::Error {
    let words = panic.downcast_ref::<&str>().map(ToString::to_string);
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
    anyhow::anyhow!(
        "a defect of detective-fleet: {}; please report it, and run again to see how things are",
        words.unwrap_or_default()
    )
}

/// The bad lines of a roster that has no good one.
pub(crate) fn invalid_lines(error: &anyhow::Error) -> Vec<InvalidLine> {
    let lines = error
        .downcast_ref::<RosterError>()
        .map(RosterError::invalid_lines);
    lines.unwrap_or_default().iter().map(Into::into).collect()
}

/// A document as text.
///
/// # Errors
///
/// None in practice: documents have no keys that are not texts.
pub(crate) fn json(document: &impl Serialize) -> Result<String> {
    let mut text = serde_json::to_string_pretty(document).context("cannot write JSON")?;
    text.push('\n');
    Ok(text)
}

/// A document as text, without a copy of it in memory: that of 25,200 memberships is long.
fn stream(document: &impl Serialize, mut file: &mut dyn Write) -> Result<()> {
    serde_json::to_writer_pretty(&mut file, document)?;
    Ok(file.write_all(b"\n")?)
}

/// What the list of accounts is called where another file would take its place.
pub(crate) const ROSTER: &str = "the list of accounts";

/// What a file of `--report` is written as: its name says so.
#[derive(Clone, Copy, Debug)]
enum Format {
    Json,
    Page,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?;
        if extension.eq_ignore_ascii_case("json") {
            Some(Self::Json)
        } else if extension.eq_ignore_ascii_case("html") {
            Some(Self::Page)
        } else {
            None
        }
    }
}

/// The files of `--report`.
#[derive(Debug)]
pub(crate) struct ReportFiles {
    files: Vec<(PathBuf, Format)>,
    language: Language,
}

impl ReportFiles {
    /// Makes sure that all of them can be written. That should be known before anything is changed,
    /// and not after the only run that they could have told about.
    ///
    /// # Errors
    ///
    /// When one cannot, or asks for a format that there is not.
    pub(crate) fn check(args: ReportArgs) -> Result<Self> {
        let mut files = Vec::new();
        for path in args.files {
            let Some(format) = Format::of(&path) else {
                bail!(
                    "--report {}: reports are written as JSON or as a page; name the file .json or .html",
                    shown(&path)
                );
            };
            // Not kept until the end: a run that is killed would leave it behind.
            drop(temporary(&path, "--report")?);
            files.push((path, format));
        }
        Ok(Self {
            files,
            language: args.language.unwrap_or_default(),
        })
    }

    /// Makes sure that none of them takes the place of a file that is needed.
    ///
    /// # Errors
    ///
    /// When one does.
    pub(crate) fn apart_from(self, what: &str, needed: Option<&Path>) -> Result<Self> {
        let same = |(path, _): &&(PathBuf, Format)| needed.is_some_and(|it| is_same(path, it));
        match self.files.iter().find(same) {
            Some((path, _)) => bail!(
                "--report {}: this is {what}, which the report would replace; name another file",
                shown(path)
            ),
            None => Ok(self),
        }
    }

    /// Writes the document to all of them. Each is whole or as it was before.
    ///
    /// # Errors
    ///
    /// When one cannot be written.
    pub(crate) fn write(&self, document: &(impl Serialize + page::Paged)) -> Result<()> {
        self.write_as(document, |language| page::html(document, language))
    }

    /// As [`ReportFiles::write`], for a document whose page is made so.
    ///
    /// # Errors
    ///
    /// As there.
    pub(crate) fn write_as(
        &self,
        document: &impl Serialize,
        page: impl Fn(Language) -> std::result::Result<String, page::Error>,
    ) -> Result<()> {
        self.put(|format, file| match format {
            Format::Json => stream(document, file),
            Format::Page => Ok(file.write_all(page(self.language)?.as_bytes())?),
        })
    }

    /// As [`ReportFiles::check`], for documents that have no page.
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(feature = "stacksets")]
    pub(crate) fn check_without_page(paths: Vec<PathBuf>) -> Result<Self> {
        let files = Self::check(ReportArgs::of(paths))?;
        match files
            .files
            .iter()
            .find(|(_, format)| matches!(format, Format::Page))
        {
            Some((path, _)) => bail!(
                "--report {}: this is written as JSON only; name the file .json",
                shown(path)
            ),
            None => Ok(files),
        }
    }

    /// As [`ReportFiles::write`], for documents that have no page.
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(feature = "stacksets")]
    pub(crate) fn write_without_page(&self, document: &impl Serialize) -> Result<()> {
        self.put(|_, file| stream(document, file))
    }

    fn put(&self, fill: impl Fn(Format, &mut dyn Write) -> Result<()>) -> Result<()> {
        let mut failures = Vec::new();
        for (path, format) in &self.files {
            // One that cannot be written is no reason to lose the others.
            if let Err(error) = replace(path, |file| fill(*format, file)) {
                failures.push(format!("{error:#}"));
            }
        }
        match failures.is_empty() {
            true => Ok(()),
            false => bail!("{}", failures.join("; ")),
        }
    }
}

/// What stands at the path, where it is something else than a file.
fn not_a_file(path: &Path) -> Option<&'static str> {
    // Not followed: it is the link itself that would be replaced.
    let there = path.symlink_metadata().ok()?.file_type();
    match () {
        () if there.is_file() => None,
        () if there.is_dir() => Some("a directory"),
        () if there.is_symlink() => Some("a link"),
        () => Some("a pipe or a device"),
    }
}

/// Whether two paths are one file, whatever links lead there.
#[cfg(unix)]
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (one.metadata(), other.metadata()) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        // What is not there yet cannot be the same.
        _ => false,
    }
}

/// Whether two paths are one file, but for hard links.
#[cfg(not(unix))]
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Writes a file that is whole or as it was before.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let failed = || format!("cannot write the report {}", shown(path));
    let mut file = BufWriter::new(temporary(path, "--report")?);
    fill(&mut file).with_context(failed)?;
    let file = file.into_inner().map_err(IntoInnerError::into_error);
    file.with_context(failed)?
        .persist(path)
        .with_context(failed)
}

/// A file beside that path, which is to take its place.
///
/// # Errors
///
/// When it cannot be made; the flag that named the path is named.
pub(crate) fn temporary(path: &Path, flag: &str) -> Result<PartialFile> {
    if let Some(kind) = not_a_file(path) {
        bail!(
            "{flag} {}: this is {kind}, which would be replaced; name a file",
            shown(path)
        );
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    PartialFile::new(|| new_file(directory))
        .with_context(|| format!("{flag} {}: cannot write there", shown(path)))
}

/// For its owner alone, as temporary files are: a report says what an organization has.
fn new_file(directory: &Path) -> std::io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".detective-fleet-")
        .tempfile_in(directory)
}

#[cfg(test)]
mod tests {
    use fleet::report::Outcome;

    use super::*;
    use crate::display::fixture;

    #[test]
    fn a_report_takes_the_place_of_the_old_one_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let paths = ["r.json", "R.HTML"].map(|name| dir.path().join(name));
        for path in &paths {
            std::fs::write(path, "old").unwrap();
        }
        let files = ReportFiles::check(ReportArgs::of(paths.to_vec())).unwrap();
        let read = || {
            paths
                .each_ref()
                .map(|path| std::fs::read_to_string(path).unwrap())
        };
        assert_eq!(read(), ["old", "old"]);
        let report = fixture::run(1, |_, _| (Outcome::Enabled, None));
        files.write(&report).unwrap();
        let [text, page] = read();
        assert_eq!(text, json(&report).unwrap());
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
        #[cfg(unix)]
        for path in &paths {
            use std::os::unix::fs::MetadataExt;
            assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn one_that_cannot_be_written_is_no_reason_to_lose_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let (gone, kept) = (dir.path().join("gone"), dir.path().join("kept.json"));
        std::fs::create_dir(&gone).unwrap();
        let paths = vec![gone.join("a.json"), kept.clone(), gone.join("b.json")];
        let files = ReportFiles::check(ReportArgs::of(paths)).unwrap();
        std::fs::remove_dir(&gone).unwrap();
        let report = fixture::run(1, |_, _| (Outcome::Enabled, None));
        let error = files.write(&report).unwrap_err().to_string();
        assert!(
            error.contains("a.json") && error.contains("b.json"),
            "{error}"
        );
        assert_eq!(
            std::fs::read_to_string(kept).unwrap(),
            json(&report).unwrap()
        );
    }

    #[test]
    fn a_report_that_cannot_be_written_is_known_before() {
        let dir = tempfile::tempdir().unwrap();
        for (name, why) in [
            ("r.htm", ".html"),
            ("no/r.json", "cannot write there"),
            ("no/r.html", "cannot write there"),
            ("r", ".json"),
        ] {
            let error =
                ReportFiles::check(ReportArgs::of(vec![dir.path().join(name)])).unwrap_err();
            assert!(format!("{error:#}").contains(why), "{name}: {error:#}");
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
