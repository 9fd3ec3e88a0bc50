//! What stands in a cell of the matrix.

use fleet::member::MemberStatus;

/// What stands in a cell: a letter, so that 21 of them fit side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Code {
    Failed,
    Disabled,
    Other,
    Verifying,
    Invited,
    Absent,
    Unread,
    Unlisted,
    Enabled,
    Hidden,
}

impl Code {
    pub(super) fn letter(self) -> char {
        match self {
            Self::Enabled => 'E',
            Self::Invited => 'I',
            Self::Verifying => 'V',
            Self::Failed => 'F',
            Self::Disabled => 'D',
            Self::Other => '?',
            Self::Absent => '-',
            Self::Unread => 'x',
            Self::Unlisted => '.',
            Self::Hidden => '·',
        }
    }

    /// What the letter means.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Invited => "INVITED",
            Self::Verifying => "VERIFICATION_IN_PROGRESS",
            Self::Failed => "VERIFICATION_FAILED",
            Self::Disabled => "ACCEPTED_BUT_DISABLED",
            Self::Other => "a status that this version does not know",
            Self::Absent => "no member",
            Self::Unread => "not read",
            Self::Unlisted => "neither in the file nor a member",
            Self::Hidden => "not shown",
        }
    }
}

impl From<&MemberStatus> for Code {
    fn from(status: &MemberStatus) -> Self {
        match status {
            MemberStatus::Enabled => Self::Enabled,
            MemberStatus::Invited => Self::Invited,
            MemberStatus::VerificationInProgress => Self::Verifying,
            MemberStatus::VerificationFailed => Self::Failed,
            MemberStatus::AcceptedButDisabled => Self::Disabled,
            MemberStatus::Other(_) => Self::Other,
        }
    }
}
