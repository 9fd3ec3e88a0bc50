//! A second opinion on the step of one membership.

use super::cause_fault;
use crate::account::AccountId;
use crate::attempts::{Answer, MemberAttempts, Role};
use crate::desired::{Fleet, Purpose};
use crate::member::{Member, MemberStatus};
use crate::observation::{Look, Observation};
use crate::plan::Step;

/// One membership, as far as its step can be judged by it.
pub(super) struct Membership<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) observation: &'a Observation,
    pub(super) account: AccountId,
    pub(super) look: Option<Look<'a>>,
    pub(super) tried: Option<&'a MemberAttempts>,
}

impl Membership<'_> {
    pub(super) fn faults(&self, step: &Step) -> impl Iterator<Item = &'static str> + use<> {
        let expected = self
            .fleet
            .is_expected_out(self.account, self.observation.region());
        let sends = matches!(
            step,
            Step::Invite { .. } | Step::Accept | Step::Remove | Step::Start
        );
        let leaves = self.is_to_leave();
        let enables = sends && *step != Step::Remove;
        let found = [
            (
                expected != (*step == Step::Skipped),
                "skipped or not, against the settings",
            ),
            (
                sends && self.is_under_way(),
                "sent while something is under way",
            ),
            (
                self.is_sent_blindly(step),
                "sent again without a look since its last answer",
            ),
            (
                sends && self.is_enabled() && !leaves,
                "ENABLED, and touched",
            ),
            (enables && leaves, "to leave, and brought in"),
            (
                *step == Step::Gone && !(leaves && self.is_known_to_be_absent()),
                "called gone, and wanted or still there",
            ),
            (
                *step == Step::Start && !self.can_be_started(),
                "started, and not ACCEPTED_BUT_DISABLED, or a second time",
            ),
            (
                *step == Step::Right && (leaves || !self.is_enabled()),
                "called right, and not ENABLED",
            ),
            (
                *step == Step::Accept && !self.can_be_accepted(),
                "accepted without an invitation of our graph and the member's role",
            ),
            (
                matches!(step, Step::Invite { .. }) && !self.is_known_to_be_absent(),
                "invited, and not known to be absent",
            ),
            (
                *step == Step::Remove && !leaves && !self.has_failed_replaceably(),
                "removed, and no failed verification of another e-mail",
            ),
        ];
        let reason = match step {
            Step::Blocked(cause) => cause_fault(cause),
            _ => None,
        };
        let found = found.into_iter().filter(|(found, _)| *found);
        found.map(|(_, fault)| fault).chain(reason)
    }

    fn member(&self) -> Option<&Member> {
        self.look?.member
    }

    fn is_enabled(&self) -> bool {
        self.member()
            .is_some_and(|member| member.status == MemberStatus::Enabled)
    }

    fn is_under_way(&self) -> bool {
        self.tried.is_some_and(|tried| {
            [&tried.invite, &tried.accept, &tried.remove, &tried.start]
                .iter()
                .any(|sent| sent.under_way)
        })
    }

    /// Whether it was asked to be no member.
    fn is_to_leave(&self) -> bool {
        let listed = self.fleet.members.contains_key(&self.account);
        !listed || self.fleet.settings.purpose != Purpose::Enable
    }

    fn can_be_started(&self) -> bool {
        let disabled = self
            .member()
            .is_some_and(|member| member.status == MemberStatus::AcceptedButDisabled);
        let settled = |tried: &MemberAttempts| {
            matches!(
                tried.start.last,
                None | Some(Answer::Throttled | Answer::NotDone)
            )
        };
        disabled && self.tried.is_none_or(settled)
    }

    fn is_sent_blindly(&self, step: &Step) -> bool {
        let (Some(tried), Some(look)) = (self.tried, self.look) else {
            return false;
        };
        let sent = match step {
            Step::Invite { .. } => &tried.invite,
            Step::Accept => &tried.accept,
            Step::Remove => &tried.remove,
            Step::Start => &tried.start,
            Step::Wait(_) | Step::Right | Step::Gone | Step::Blocked(_) | Step::Skipped => {
                return false;
            }
        };
        let settled = matches!(sent.last, None | Some(Answer::Throttled | Answer::NotDone));
        !settled && look.round <= sent.after
    }

    fn can_be_accepted(&self) -> bool {
        let ready = self.tried.is_some_and(|tried| tried.role == Role::Ready);
        let invited = self
            .member()
            .is_some_and(|member| member.status == MemberStatus::Invited);
        ready && invited && self.observation.graph_arn().is_some()
    }

    fn is_known_to_be_absent(&self) -> bool {
        self.look.is_some_and(|look| look.member.is_none())
    }

    fn has_failed_replaceably(&self) -> bool {
        let invited = self.tried.is_some_and(|tried| tried.invite.sent > 0);
        let again = self.fleet.settings.retry_failed && !invited;
        self.member().is_some_and(|member| {
            let other = member.email.is_some()
                && member.email.as_ref() != self.fleet.members.get(&self.account);
            member.status == MemberStatus::VerificationFailed && (other || again)
        })
    }
}
