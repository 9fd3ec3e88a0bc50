//! Reports and journals of earlier days, from files and folders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fleet::account::Email;
use fleet::history::{Head, HistoryReport, JournalLine, Journals, Past, Teller, Unreadable};
use fleet::origin::Origin;
use fleet::report::VERSION;
use jiff::Timestamp;
use serde_json::error::Category;

use crate::document;

/// What is there to be told.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    /// The documents of each run: copies, mostly.
    documents: BTreeMap<RunKind, Vec<Stored>>,
    journals: Journals,
    unreadable: Vec<Unreadable>,
    /// Every file that it is told from, or should be.
    files: Vec<PathBuf>,
}

/// A run has one report; its status and its report are two documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RunKind {
    run_id: String,
    kind: String,
}

/// A document that is read once more when its turn comes: a year of them is more than memory is for.
#[derive(Debug)]
struct Stored {
    started: Timestamp,
    finished: Option<Timestamp>,
    path: PathBuf,
}

/// What a file is.
enum Content {
    Document(Head),
    Journal {
        lines: Vec<JournalLine>,
        broken: usize,
    },
    /// Something else: a plan, a page, what the function keeps for itself.
    Other,
}

impl Archive {
    /// Looks at every file of these paths.
    ///
    /// # Errors
    ///
    /// When a path cannot be read, or is a file that has nothing to tell.
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self> {
        let mut archive = Self::default();
        for path in paths {
            let there = path
                .metadata()
                .with_context(|| format!("cannot read {}", document::shown(path)))?;
            if there.is_dir() {
                archive.folder(path);
            } else if !archive
                .file(path)
                .with_context(|| format!("cannot read {}", document::shown(path)))?
            {
                bail!(
                    "{}: this is neither a report, a status nor a journal of detective-fleet",
                    document::shown(path)
                );
            }
        }
        if archive.documents.is_empty() && archive.journals.is_empty() {
            if let Some(Unreadable { file, why }) = archive.unreadable.first() {
                bail!("nothing could be read: {file}: {why}");
            }
            bail!(
                "there is no report, no status and no journal: name files of --report (JSON) and --journal, or a copy of the bucket's runs/"
            );
        }
        Ok(archive)
    }

    /// Every file that it is told from, or should be.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path)
    }

    /// Tells what happened, reading one document at a time.
    pub(crate) fn tell(mut self) -> HistoryReport {
        // Of a document that is there twice, as in `runs/` and `latest/`, the one that ended later counts,
        // and the other one where that is damaged.
        let mut runs: Vec<_> = self.documents.into_iter().collect();
        for (_, copies) in &mut runs {
            copies.sort_by_key(|it| std::cmp::Reverse(it.finished));
        }
        let started = |copies: &[Stored]| copies.first().map(|it| it.started);
        runs.sort_by(|(a, one), (b, other)| (started(one), a).cmp(&(started(other), b)));
        let ids = runs.iter().map(|(run, _)| run.run_id.as_str());
        let mut teller = Teller::new(self.journals, &ids.collect::<BTreeSet<_>>());
        for copy in runs
            .iter()
            .flat_map(|(_, copies)| whole(copies, &mut self.unreadable))
        {
            teller.take(copy);
        }
        teller.tell(
            self.unreadable,
            Origin::of_version(env!("CARGO_PKG_VERSION")),
        )
    }

    /// Everything below a folder, by name. Links to folders are not followed: they may lead back.
    fn folder(&mut self, folder: &Path) {
        let entries = fs::read_dir(folder);
        let mut entries = match entries.and_then(Iterator::collect::<std::io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => {
                self.cannot_use(folder, &error.to_string());
                return;
            }
        };
        entries.sort_by_key(fs::DirEntry::path);
        for entry in entries {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.folder(&path);
            } else if path.is_file()
                && let Err(error) = self.file(&path)
            {
                self.cannot_use(&path, &error.to_string());
            }
        }
    }

    /// Takes in a file; says whether it has something to tell, or should have.
    fn file(&mut self, path: &Path) -> std::io::Result<bool> {
        let Some(bytes) = read(path)? else {
            return Ok(false);
        };
        match content(&bytes) {
            Ok(Content::Other) => return Ok(false),
            Ok(Content::Document(head)) if head.version != VERSION => {
                let why = format!(
                    "it is of version {}, which this version of detective-fleet does not know",
                    head.version
                );
                self.cannot_use(path, &why);
            }
            Ok(Content::Document(head)) if !head.tells() => return Ok(false),
            Ok(Content::Document(head)) => {
                self.files.push(path.to_owned());
                let stored = Stored {
                    started: head.started,
                    finished: head.finished,
                    path: path.to_owned(),
                };
                let run = RunKind {
                    run_id: head.run_id,
                    kind: head.kind,
                };
                self.documents.entry(run).or_default().push(stored);
            }
            Ok(Content::Journal { lines, broken }) => {
                self.files.push(path.to_owned());
                lines.into_iter().for_each(|line| self.journals.take(line));
                if broken > 0 {
                    let why = format!("{broken} of its lines are cut off or not of a journal");
                    self.cannot_use(path, &why);
                }
            }
            Err(why) => self.cannot_use(path, &why),
        }
        Ok(true)
    }

    fn cannot_use(&mut self, path: &Path, why: &str) {
        self.files.push(path.to_owned());
        self.unreadable.push(unreadable(path, why));
    }
}

/// The first of these copies that is whole; what is wrong with those before it is told.
fn whole(copies: &[Stored], broken: &mut Vec<Unreadable>) -> Option<Past> {
    copies.iter().find_map(|Stored { path, .. }| {
        let bytes = match read(path) {
            Ok(bytes) => bytes.unwrap_or_default(),
            Err(error) => {
                broken.push(unreadable(path, &error.to_string()));
                return None;
            }
        };
        serde_json::from_slice(&bytes)
            .map_err(|error| broken.push(unreadable(path, &error.to_string())))
            .ok()
    })
}

/// More than the report of 25,200 memberships has, or a journal of a year: other files are no matter of ours.
const LONGEST: u64 = 1024 * 1024 * 1024;

/// What is in a file; nothing where that is no matter of ours.
fn read(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let mut file = fs::File::open(path)?;
    let is_json = path
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("json"));
    let mut bytes = vec![0; 512];
    let read = file.read(&mut bytes)?;
    bytes.truncate(read);
    if bytes.starts_with(BOM) {
        bytes.drain(..BOM.len());
    }
    let is_text = bytes.trim_ascii_start().first() == Some(&b'{');
    match (is_text, is_json) {
        (false, false) => return Ok(None),
        (false, true) if bytes.trim_ascii().is_empty() => {
            return Err(std::io::Error::other("it is empty"));
        }
        (false, true) if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) => {
            return Err(std::io::Error::other("it is UTF-16: save it as UTF-8"));
        }
        (false, true) => return Ok(None),
        (true, _) => {}
    }
    if file.metadata()?.len() > LONGEST {
        return Err(std::io::Error::other(
            "it is larger than any report or journal",
        ));
    }
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// What some editors put before a text.
const BOM: &[u8] = "\u{feff}".as_bytes();

fn unreadable(path: &Path, why: &str) -> Unreadable {
    Unreadable {
        file: Email::mask_in(&path.display().to_string()),
        // A text where none is expected is quoted.
        why: Email::mask_in(why),
    }
}

/// What a file is, by what is in it: journals can have any name.
fn content(bytes: &[u8]) -> std::result::Result<Content, String> {
    match serde_json::from_slice::<Head>(bytes) {
        Ok(head) => Ok(Content::Document(head)),
        Err(error) => {
            let journal = journal(bytes);
            match (journal, error.classify()) {
                (Some(journal), _) => Ok(journal),
                (None, Category::Data) => Ok(Content::Other),
                (None, _) => Err(format!("it is not whole: {error}")),
            }
        }
    }
}

/// Lines of a journal, if there is one.
fn journal(bytes: &[u8]) -> Option<Content> {
    let mut lines = Vec::new();
    let mut broken = 0;
    for line in bytes.split(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(line) {
            Ok(line) => lines.push(line),
            Err(_) => broken += 1,
        }
    }
    (!lines.is_empty()).then_some(Content::Journal { lines, broken })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const HEAD: &str = r#""version": 1, "kind": "run", "run_id": "r", "operation": "enable", "administrator": "555555555555""#;

    fn report(finished: u32) -> String {
        format!(
            r#"{{ {HEAD}, "started": "2026-01-01T00:00:00Z", "finished": "2026-01-01T00:00:{finished:02}Z", "regions": [] }}"#
        )
    }

    const LINE: &str = r#"{"time":"2026-01-01T00:00:00Z","run":"r","region":"eu-west-1","number":1,"when":"before","operation":"detective:CreateMembers","account":"555555555555"}"#;

    #[test]
    fn a_folder_is_sorted_by_what_is_in_its_files() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("runs/r/report.json", &report(1));
        put("latest/enable/a.csv/report.json", &report(2));
        put(
            "runs/r/manifest.json",
            r#"{"administrator": "555555555555"}"#,
        );
        put("runs/r/report.html", "<!doctype html>");
        put("plan.json", &report(1).replace(r#""run""#, r#""plan""#));
        put("my.journal", &format!("{LINE}\n{LINE}\n{}", &LINE[..20]));
        put("torn.json", &report(1)[..40]);
        put("empty.json", "");
        put("bom.json", &format!("\u{feff}{}", report(0)));
        put("damaged.json", &report(9).replace("[]", "\"x\""));
        put(
            "newer.json",
            &report(1).replace(r#""version": 1"#, r#""version": 2"#),
        );
        let archive = Archive::open(&[dir.path().to_owned()]).unwrap();
        assert_eq!(archive.documents.len(), 1);
        let report = archive.tell();
        let name = |it: &Unreadable| it.file.rsplit('/').next().unwrap().to_owned();
        let names: Vec<_> = report.unreadable.iter().map(name).collect();
        assert_eq!(
            names,
            [
                "empty.json",
                "my.journal",
                "newer.json",
                "torn.json",
                "damaged.json"
            ]
        );
        assert_eq!(report.runs.len(), 1);
        let end: Timestamp = "2026-01-01T00:00:02Z".parse().unwrap();
        assert_eq!(report.until, Some(end));
    }

    #[test]
    fn what_was_named_has_to_have_something_to_tell() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list.csv");
        fs::write(&path, "111111111111,root@example.com\n").unwrap();
        let bare = dir.path().join("bare");
        fs::create_dir(&bare).unwrap();
        let empty = dir.path().join("empty");
        fs::create_dir(&empty).unwrap();
        let torn = empty.join("torn.json");
        fs::write(&torn, &report(1)[..40]).unwrap();
        for (path, why) in [
            (path, "neither a report"),
            (dir.path().join("gone"), "cannot read"),
            (bare, "there is no report"),
            (torn, "nothing could be read"),
        ] {
            let error = format!("{:#}", Archive::open(&[path]).unwrap_err());
            assert!(error.contains(why), "{error}");
        }
    }
}
