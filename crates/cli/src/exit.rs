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
    0    everything is as the list wants
    1    the command could not be done, and nothing was changed
    2    `plan --detailed-exitcode`: something would change
    3    the command was done, and something needs action: each thing is named
    4    nothing needs action, but AWS is not finished: run the command again
    130  the command was interrupted
The help of each command says what they mean there.";

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
