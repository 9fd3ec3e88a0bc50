//! The exit status: a contract, in one place.

use std::process::ExitCode;

use fleet::report::Verdict;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything is as wanted, or everything that was asked for was shown.
    Fine,
    /// `--detailed-exitcode`: something would change.
    Changes,
    /// It could not be done; nothing was changed.
    CouldNot,
    /// It was done, and something is not as wanted.
    NotAsWanted,
    /// Nothing failed, but AWS is not finished: run again.
    Waiting,
    /// A signal ended it.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::CouldNot => 1,
            Self::Changes => 2,
            Self::NotAsWanted => 3,
            Self::Waiting => 4,
            // 128 and the number of SIGINT, as a shell would say it.
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.status().into()
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::AsWanted => Self::Fine,
            Verdict::NotAsWanted => Self::NotAsWanted,
            Verdict::Waiting => Self::Waiting,
            Verdict::Interrupted => Self::Interrupted,
        }
    }
}

/// The exit statuses for `--help` and the manual.
pub(crate) const HELP: &str = "\
Exit status:
    0    everything is as wanted
    1    it could not be done, and nothing was changed: wrong usage, no usable file, no credentials, declined
    2    `plan --detailed-exitcode`: something would change
    3    it was done, and something is not as wanted; each thing is named with its reason
    4    nothing failed, but AWS is not finished (verification): run again
    130  interrupted";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_explained() {
        for exit in [
            Exit::Fine,
            Exit::CouldNot,
            Exit::Changes,
            Exit::NotAsWanted,
            Exit::Waiting,
            Exit::Interrupted,
        ] {
            let status = exit.status().to_string();
            let explained = HELP
                .lines()
                .any(|line| line.split_whitespace().next() == Some(&status));
            assert!(explained, "{status}");
        }
    }
}
