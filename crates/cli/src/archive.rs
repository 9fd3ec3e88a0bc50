//! Reports and journals of earlier days, from files and folders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fleet::foreign::visible;
use fleet::history::{Head, HistoryReport, JournalLine, Journals, Past, Teller, Unreadable};
use fleet::origin::Origin;
use fleet::report::VERSION;
use jiff::Timestamp;
use serde_json::error::Category;

/// What is there to be told.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    /// One document of each run.
    documents: BTreeMap<RunKind, Stored>,
    journals: Journals,
    unreadable: Vec<Unreadable>,
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
                .with_context(|| format!("cannot read {}", path.display()))?;
            if there.is_dir() {
                archive.folder(path)?;
            } else if !archive.file(path)? {
                bail!(
                    "{}: this is neither a report, a status nor a journal of detective-fleet",
                    path.display()
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

    /// Tells what happened, reading one document at a time.
    pub(crate) fn tell(mut self) -> HistoryReport {
        let mut stored: Vec<_> = self.documents.into_iter().collect();
        stored.sort_by(|(a, one), (b, other)| (one.started, a).cmp(&(other.started, b)));
        let runs = stored.iter().map(|(run, _)| run.run_id.as_str());
        let mut teller = Teller::new(self.journals, &runs.collect::<BTreeSet<_>>());
        for (_, Stored { path, .. }) in &stored {
            match read(path).and_then(|bytes| Ok(serde_json::from_slice::<Past>(&bytes)?)) {
                Ok(past) => teller.take(past),
                Err(error) => self
                    .unreadable
                    .push(unreadable(path, &format!("{error:#}"))),
            }
        }
        teller.tell(
            self.unreadable,
            Origin::of_version(env!("CARGO_PKG_VERSION")),
        )
    }

    /// Everything below a folder, by name. Links to folders are not followed: they may lead back.
    fn folder(&mut self, folder: &Path) -> Result<()> {
        let failed = || format!("cannot read the folder {}", folder.display());
        let entries = fs::read_dir(folder).with_context(failed)?;
        let mut entries = entries
            .collect::<std::io::Result<Vec<_>>>()
            .with_context(failed)?;
        entries.sort_by_key(fs::DirEntry::path);
        for entry in entries {
            let path = entry.path();
            let kind = entry.file_type().with_context(failed)?;
            if kind.is_dir() {
                self.folder(&path)?;
            } else if path.is_file() {
                self.file(&path)?;
            }
        }
        Ok(())
    }

    /// Takes in a file; says whether it has something to tell, or should have.
    fn file(&mut self, path: &Path) -> Result<bool> {
        let bytes = read(path)?;
        match content(&bytes) {
            Ok(Content::Other) => return Ok(false),
            Ok(Content::Document(head)) if head.version != VERSION => {
                let why = format!(
                    "it is of version {}, which this version of detective-fleet does not know",
                    head.version
                );
                self.unreadable.push(unreadable(path, &why));
            }
            Ok(Content::Document(head)) if !head.tells() => return Ok(false),
            Ok(Content::Document(head)) => self.document(path, head),
            Ok(Content::Journal { lines, broken }) => {
                lines.into_iter().for_each(|line| self.journals.take(line));
                if broken > 0 {
                    let why = format!("{broken} of its lines are cut off or not of a journal");
                    self.unreadable.push(unreadable(path, &why));
                }
            }
            Err(why) => self.unreadable.push(unreadable(path, &why)),
        }
        Ok(true)
    }

    /// Of a document that is there twice, as in `runs/` and `latest/`, the one that ended later counts.
    fn document(&mut self, path: &Path, head: Head) {
        let stored = Stored {
            started: head.started,
            finished: head.finished,
            path: path.to_owned(),
        };
        let run = RunKind {
            run_id: head.run_id,
            kind: head.kind,
        };
        let there = self.documents.get(&run);
        if there.is_none_or(|there| there.finished < stored.finished) {
            self.documents.insert(run, stored);
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn unreadable(path: &Path, why: &str) -> Unreadable {
    Unreadable {
        file: visible(&path.display().to_string()),
        why: visible(why),
    }
}

/// What a file is, by what is in it: journals can have any name.
fn content(bytes: &[u8]) -> std::result::Result<Content, String> {
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Ok(Content::Other);
    }
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
        put(
            "newer.json",
            &report(1).replace(r#""version": 1"#, r#""version": 2"#),
        );
        let archive = Archive::open(&[dir.path().to_owned()]).unwrap();
        assert_eq!(archive.documents.len(), 1);
        let report = archive.tell();
        let name = |it: &Unreadable| it.file.rsplit('/').next().unwrap().to_owned();
        let names: Vec<_> = report.unreadable.iter().map(name).collect();
        assert_eq!(names, ["my.journal", "newer.json", "torn.json"]);
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
