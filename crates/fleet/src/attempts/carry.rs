//! What a later process of the same run is told of the attempts of an earlier one.

use super::{Attempt, Attempts, MemberAttempts, Role};
use crate::observation::Round;
use crate::patience::Asked;

impl Attempts {
    /// What holds for another process, which looks at AWS anew: any look of its own is newer than
    /// every answer here, roles have to be assumed again, and no answer is on its way any more. What
    /// was refused so far is asked once more: by then it has been waited for.
    #[must_use]
    pub fn carried(mut self) -> Self {
        let roles = self.members.values().map(|tried| &tried.role);
        if roles
            .into_iter()
            .any(|role| matches!(role, Role::Refused { .. }))
        {
            self.saw_turn(Asked::Role, self.turn(Asked::Role));
        }
        for (_, turn) in &mut self.turns {
            if !turn.is_last() {
                *turn = turn.and_last();
            }
        }
        self.region.values_mut().for_each(carry);
        for (_, member) in self.members.iter_mut() {
            let MemberAttempts {
                invite,
                accept,
                remove,
                start,
                role,
            } = member;
            [invite, accept].into_iter().for_each(carry);
            let seldom = [remove.tried(), start.tried()];
            seldom.into_iter().flatten().for_each(carry);
            if !matches!(role, Role::Failed { .. }) {
                *role = Role::Unasked;
            }
        }
        self
    }
}

fn carry(attempt: &mut Attempt) {
    attempt.after = Round::default();
    if std::mem::take(&mut attempt.under_way) {
        attempt.lost = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountId;
    use crate::attempts::{Answer, FINAL_AFTER, MemberRequest, Refusal, RegionRequest, Verdict};
    use crate::cause::{Cause, FailedCall, FailureKind, MemberRole};
    use crate::event::Operation;
    use crate::patience::{Passing, Turn};
    use crate::region_table::Partition;

    fn denied(operation: Operation) -> FailedCall {
        let words = Some("no root@example.com");
        FailedCall::new(operation, FailureKind::Denied, "AccessDenied", words)
    }

    fn no_role() -> Cause {
        Cause::RoleNotAssumed {
            role: MemberRole {
                partition: Partition::Aws,
                name: "team/ACCOUNT".into(),
                external_id: true,
            },
            error: denied(Operation::AssumeRole),
        }
    }

    fn carried(attempts: Attempts) -> Attempts {
        let text = serde_json::to_string(&attempts.carried()).unwrap();
        assert!(!text.contains("root@"), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn what_was_refused_for_good_stays_so() {
        let account: AccountId = "111122223333".parse().unwrap();
        let refusal = Refusal {
            call: denied(Operation::AcceptInvitation),
            passing: None,
        };
        let mut attempts = Attempts::default();
        for _ in 0..FINAL_AFTER {
            attempts.sent(MemberRequest::Accept, account);
            let answer = Answer::Refused(refusal.clone().into());
            attempts.answered(MemberRequest::Accept, account, answer, Round::default());
        }
        let attempts = carried(attempts);
        let accept = &attempts.member(account).unwrap().accept;
        let Verdict::Final(refused) = accept.verdict(Turn::default(), Some(account)) else {
            panic!("not final: {accept:?}")
        };
        assert_eq!(*refused, refusal);
        assert_eq!(refused.call.example.as_deref(), Some("no r***@example.com"));
    }

    #[test]
    fn an_answer_that_never_came_was_lost() {
        let mut attempts = Attempts::default();
        attempts.region_sent(RegionRequest::CreateGraph);
        let attempts = carried(attempts);
        let create = attempts.region(RegionRequest::CreateGraph).unwrap();
        assert_eq!((create.under_way, create.may_be_done()), (false, true));
    }

    #[test]
    fn a_role_has_to_be_assumed_again_unless_it_could_not_be() {
        let [one, two] = ["111122223333", "222233334444"].map(|id| id.parse().unwrap());
        let failed = Role::Failed {
            cause: no_role().into(),
        };
        let mut attempts = Attempts::default();
        attempts.saw_role(one, Role::Ready);
        attempts.saw_role(two, failed.clone());
        let attempts = carried(attempts);
        assert_eq!(attempts.member(one).unwrap().role, Role::Unasked);
        assert_eq!(attempts.member(two).unwrap().role, failed);
    }

    #[test]
    fn what_was_refused_so_far_is_asked_once_more() {
        let [one, two] = ["111122223333", "222233334444"].map(|id| id.parse().unwrap());
        let request = Asked::Member(MemberRequest::Accept);
        let mut attempts = Attempts::default();
        let refuse = |attempts: &mut Attempts| {
            let answer = Answer::Refused(
                Refusal {
                    call: denied(Operation::AcceptInvitation),
                    passing: Some(Passing::Propagation),
                }
                .into(),
            );
            attempts.sent(MemberRequest::Accept, one);
            attempts.answered(MemberRequest::Accept, one, answer, Round::default());
        };
        refuse(&mut attempts);
        attempts.saw_turn(request, Turn::default());
        let cause = no_role().into();
        attempts.saw_role(two, Role::Refused { cause });
        let mut attempts = carried(attempts);
        let verdict = |attempts: &Attempts| {
            let accept = &attempts.member(one).unwrap().accept;
            format!("{:?}", accept.verdict(attempts.turn(request), Some(one)))
        };
        assert_eq!(verdict(&attempts), "Open");
        assert_eq!(attempts.member(two).unwrap().role, Role::Unasked);
        assert!(attempts.turn(Asked::Role).is_last());
        refuse(&mut attempts);
        assert!(verdict(&attempts).starts_with("Final"));
    }
}
