//! What a later process of the same run is told of the attempts of an earlier one.

use std::sync::Arc;

use super::{Answer, Attempt, Attempts, MemberAttempts, Refusal, Role};
use crate::account::Email;
use crate::observation::Round;

impl Attempts {
    /// What holds for another process, which looks at AWS anew: any look of its own is newer than
    /// every answer here, roles have to be assumed again, and no answer is on its way any more.
    #[must_use]
    pub fn carried(mut self) -> Self {
        self.region.values_mut().for_each(carry);
        for member in self.members.values_mut() {
            let MemberAttempts {
                invite,
                accept,
                remove,
                start,
                role,
            } = member;
            [invite, accept, remove, start].into_iter().for_each(carry);
            match role {
                Role::Unasked | Role::Asked | Role::Ready => *role = Role::Unasked,
                Role::Failed { reason, .. } => mask(reason),
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
    match &mut attempt.last {
        Some(Answer::Unclear(text) | Answer::Silent(text)) => mask(text),
        Some(Answer::Refused(refusal)) => mask_refusal(refusal),
        Some(Answer::Done | Answer::Throttled) | None => {}
    }
    if let Some(refusal) = &mut attempt.refusals.last {
        mask_refusal(refusal);
    }
}

/// AWS quotes e-mails, and what is carried is written down.
fn mask(text: &mut Arc<str>) {
    *text = Email::mask_in(text).into();
}

fn mask_refusal(refusal: &mut Refusal) {
    mask(&mut refusal.text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountId;
    use crate::attempts::{FINAL_AFTER, MemberRequest, RegionRequest};

    fn carried(attempts: Attempts) -> Attempts {
        let text = serde_json::to_string(&attempts.carried()).unwrap();
        assert!(!text.contains("root@"), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn what_was_refused_for_good_stays_so() {
        let account: AccountId = "111122223333".parse().unwrap();
        let refusal = Refusal {
            code: "A".into(),
            text: "no root@example.com".into(),
        };
        let mut attempts = Attempts::default();
        for _ in 0..FINAL_AFTER {
            attempts.sent(MemberRequest::Accept, account);
            let answer = Answer::Refused(refusal.clone());
            attempts.answered(MemberRequest::Accept, account, answer, Round::default());
        }
        let attempts = carried(attempts);
        let accept = &attempts.member(account).unwrap().accept;
        let refused = accept.refused_for_good().unwrap();
        assert_eq!(&*refused.text, "no r***@example.com");
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
            reason: "no".into(),
            times: 2,
        };
        let mut attempts = Attempts::default();
        attempts.saw_role(one, Role::Ready);
        attempts.saw_role(two, failed.clone());
        let attempts = carried(attempts);
        assert_eq!(attempts.member(one).unwrap().role, Role::Unasked);
        assert_eq!(attempts.member(two).unwrap().role, failed);
    }
}
