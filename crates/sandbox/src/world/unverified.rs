//! A switch for everything about Detective that nobody has verified or that sources disagree on.
//!
//! A program that works under both settings of a switch survives either truth.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
/// What nobody knows for sure about Detective, and what is taken for true here.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Unverified {
    /// What CreateGraph answers where a graph exists. The service model says that it is always the
    /// same ARN, but lists ConflictException too.
    pub repeated_create_graph: RepeatedCreateGraph,
    /// What becomes of the tags of such a CreateGraph.
    pub repeated_create_graph_tags: RepeatedCreateGraphTags,
    /// What CreateGraph answers while the graph before is being deleted (`deletion` of the world).
    pub recreated_graph: RecreatedGraph,
    /// What DeleteGraph does while there are members. The model and AWS's scripts just delete;
    /// aws-nuke's issue 524 says that members have to go first.
    pub delete_graph_with_members: DeleteGraphWithMembers,
    /// What CreateMembers does about a member whose verification failed.
    pub failed_member_again: FailedMemberAgain,
    /// What AcceptInvitation answers while the verification is going on.
    pub early_accept: RefusedAccept,
    /// What AcceptInvitation answers the second time.
    pub second_accept: RefusedAccept,
    /// What becomes of the administrator's own account in CreateMembers.
    pub administrator_as_member: AdministratorAsMember,
    /// What becomes of an entry of CreateMembers that does not fit the model's patterns.
    pub malformed_account: MalformedAccount,
    /// What a caller is told about a graph that it is not the administrator of.
    pub foreign_graph: ForeignGraph,
    /// Which words are used for accounts that could not be processed.
    pub reasons: Reasons,
    /// How long a page is that nobody asked a length of.
    pub page_size: PageSize,
    /// How Detective throttles operations whose model has no error for it.
    pub throttling_error: ThrottlingError,
    /// What UpdateDatasourcePackages does to optional packages that it does not name.
    pub unnamed_packages: UnnamedPackages,
    /// Whether Detective wants GuardDuty on for 48 hours, as it did until early 2024.
    pub guardduty: GuardDutyRule,
    /// What StartMonitoringMember answers for a member that there is no room for. The model says
    /// that it stays ACCEPTED_BUT_DISABLED, and lists ServiceQuotaExceededException too.
    pub monitoring_without_room: MonitoringWithoutRoom,
    /// What DisassociateMembership does for a member that is ACCEPTED_BUT_DISABLED. The model wants
    /// it ENABLED.
    pub disassociate_disabled: DisassociateDisabled,
    /// What CreateGraph answers to a request that does not fit the model, which has no
    /// ValidationException for it.
    pub invalid_create_graph: InvalidCreateGraph,
    /// What becomes of accounts that were invited, but did not answer, when their organization takes
    /// the graph over.
    pub invited_by_organization: InvitedByOrganization,
    /// What CreateMembers itself says of an account whose e-mail turns out wrong at once.
    pub wrong_email_at_once: WrongEmailAtOnce,
    /// Whether a root e-mail may be written in other letters than the account has, large or small.
    pub email_case: EmailCase,
    /// Whether ListGraphs names the graphs that the caller is a member of. The model says that it
    /// does not.
    pub listed_graphs: ListedGraphs,
    /// What CreateMembers answers to an account that is a member already. The model says that it
    /// comes back as unprocessed.
    pub listed_member_again: ListedMemberAgain,
    /// Whether ListMembers keeps members whose verification failed. The model says that it does.
    pub failed_members: FailedMembers,
    /// What GetMembers answers to an account that is no member. Alchemy's tests saw it unprocessed.
    pub absent_member: AbsentMember,
    /// What is said of a graph that the caller has deleted. Terraform's provider takes
    /// ResourceNotFoundException for that.
    pub deleted_graph: DeletedGraph,
    /// What StartMonitoringMember answers for a member that is ENABLED.
    pub monitoring_enabled_member: MonitoringEnabledMember,
    /// How many graphs of a Region an account can be a member of; as many as it likes if left out.
    pub graphs_per_member: Option<usize>,
    /// After how long an unanswered invitation disappears; never if left out.
    #[serde(
        deserialize_with = "duration::optional",
        serialize_with = "duration::write_optional"
    )]
    pub invitation_lifetime: Option<Duration>,
}

macro_rules! switch {
    ($(#[$doc:meta])* $name:ident { $(#[$first_doc:meta])* $first:ident, $($(#[$other_doc:meta])* $other:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $(#[$first_doc])*
            #[default]
            $first,
            $($(#[$other_doc])* $other),+
        }
    };
}

switch! {
    /// What CreateGraph answers where a graph exists.
    RepeatedCreateGraph {
        /// The ARN of that graph.
        SameArn,
        /// ConflictException.
        Conflict,
    }
}
switch! {
    /// What becomes of the tags of a CreateGraph where a graph exists.
    RepeatedCreateGraphTags {
        /// Nothing.
        Ignored,
        /// They are added to those of the graph.
        Merged,
    }
}
switch! {
    /// What CreateGraph answers while the graph before is being deleted.
    RecreatedGraph {
        /// The ARN of a new graph.
        Created,
        /// ConflictException.
        Conflict,
    }
}
switch! {
    /// What DeleteGraph does while there are members.
    DeleteGraphWithMembers {
        /// It deletes the graph.
        Deleted,
        /// ValidationException.
        Refused,
    }
}
switch! {
    /// What CreateMembers does about a member whose verification failed.
    FailedMemberAgain {
        /// It verifies again.
        Retried,
        /// It says that the account is a member already.
        AlreadyMember,
    }
}
switch! {
    /// How AcceptInvitation answers where there is nothing to accept.
    RefusedAccept {
        /// ConflictException.
        Conflict,
        /// ResourceNotFoundException.
        NotFound,
        /// ValidationException.
        Invalid,
        /// 200, and nothing changes.
        Succeeds,
    }
}
switch! {
    /// What becomes of the administrator's own account in CreateMembers.
    AdministratorAsMember {
        /// It comes back as unprocessed.
        Unprocessed,
        /// The batch fails with ValidationException.
        Invalid,
    }
}
switch! {
    /// What becomes of an entry of CreateMembers that does not fit the model's patterns.
    MalformedAccount {
        /// The batch fails with ValidationException.
        Invalid,
        /// It comes back as unprocessed.
        Unprocessed,
    }
}
switch! {
    /// What a caller is told about a graph that it is not the administrator of.
    ForeignGraph {
        /// AccessDeniedException.
        Denied,
        /// ResourceNotFoundException.
        NotFound,
    }
}
switch! {
    /// Which words are used for accounts that could not be processed.
    Reasons {
        /// Those seen in public code, and words like them.
        Known,
        /// Others that say nothing.
        Other,
    }
}
switch! {
    /// How Detective throttles operations whose model has no error for it.
    ThrottlingError {
        /// ThrottlingException, 400, which all AWS services have in common.
        ThrottlingException,
        /// TooManyRequestsException, 429, which some operations of Detective have.
        TooManyRequestsException,
    }
}
switch! {
    /// What UpdateDatasourcePackages does to optional packages that it does not name.
    UnnamedPackages {
        /// They go on.
        Kept,
        /// They are stopped.
        Stopped,
    }
}
switch! {
    /// Whether Detective wants GuardDuty on for 48 hours.
    GuardDutyRule {
        /// It does not.
        NotNeeded,
        /// CreateGraph is refused, and members stay ACCEPTED_BUT_DISABLED.
        Needed,
    }
}

switch! {
    /// What StartMonitoringMember answers for a member that there is no room for.
    MonitoringWithoutRoom {
        /// 200, and the member stays as it is.
        StaysDisabled,
        /// ServiceQuotaExceededException.
        QuotaExceeded,
    }
}
switch! {
    /// What DisassociateMembership does for a member that is ACCEPTED_BUT_DISABLED.
    DisassociateDisabled {
        /// ConflictException.
        Conflict,
        /// It removes the membership.
        Removed,
    }
}
switch! {
    /// What CreateGraph answers to a request that does not fit the model.
    InvalidCreateGraph {
        /// ValidationException, which its model does not have.
        ValidationException,
        /// AccessDeniedException with the code INVALID_REQUEST_BODY.
        AccessDeniedException,
    }
}
switch! {
    /// What becomes of invited accounts when their organization takes the graph over.
    InvitedByOrganization {
        /// They still have to answer.
        StayInvited,
        /// They are members at once.
        Enabled,
    }
}
switch! {
    /// What CreateMembers itself says of an account whose e-mail turns out wrong at once.
    WrongEmailAtOnce {
        /// VERIFICATION_FAILED.
        Failed,
        /// VERIFICATION_IN_PROGRESS; that it failed is seen afterwards.
        Verifying,
    }
}
switch! {
    /// Whether a root e-mail may be written in other letters, large or small.
    EmailCase {
        /// It is the same address.
        Ignored,
        /// It is another one, and the verification fails.
        Counts,
    }
}
switch! {
    /// Whether ListGraphs names the graphs that the caller is a member of.
    ListedGraphs {
        /// Only those that it is the administrator of.
        Own,
        /// Those too.
        MembershipsToo,
    }
}
switch! {
    /// What CreateMembers answers to an account that is a member already.
    ListedMemberAgain {
        /// It comes back as unprocessed.
        Unprocessed,
        /// The batch fails with ValidationException.
        Invalid,
    }
}
switch! {
    /// Whether ListMembers keeps members whose verification failed.
    FailedMembers {
        /// It does, until they are deleted.
        Listed,
        /// They are gone.
        Dropped,
    }
}
switch! {
    /// What GetMembers answers to an account that is no member.
    AbsentMember {
        /// It comes back as unprocessed.
        Unprocessed,
        /// The request fails with ResourceNotFoundException.
        NotFound,
    }
}
switch! {
    /// What is said of a graph that the caller has deleted.
    DeletedGraph {
        /// ResourceNotFoundException.
        NotFound,
        /// AccessDeniedException.
        Denied,
    }
}
switch! {
    /// What StartMonitoringMember answers for a member that is ENABLED.
    MonitoringEnabledMember {
        /// ConflictException.
        Conflict,
        /// ValidationException.
        Invalid,
        /// 200, and nothing changes.
        Succeeds,
    }
}

/// How long a page is that nobody asked a length of: from 1 to 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "usize", into = "usize")]
pub struct PageSize(usize);

impl PageSize {
    /// The length.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for PageSize {
    fn default() -> PageSize {
        PageSize(200)
    }
}

impl From<PageSize> for usize {
    fn from(size: PageSize) -> usize {
        size.0
    }
}

impl TryFrom<usize> for PageSize {
    type Error = &'static str;

    fn try_from(size: usize) -> Result<PageSize, &'static str> {
        if (1..=200).contains(&size) {
            Ok(PageSize(size))
        } else {
            Err("a page has from 1 to 200 entries")
        }
    }
}
