//! A small world to ask the plan about: accounts 1 to n, of which AWS has said something.

use std::sync::Arc;
use std::time::Duration;

use crate::account::{AccountId, Email, GraphArn, Region};
use crate::attempts::{Answer, Attempts, MemberRequest, Refusal, RegionRequest, Role};
use crate::audit::audit;
use crate::cause::{Cause, FailedCall, FailureKind, Place, ours};
use crate::desired::{Fleet, Settings};
use crate::event::Operation;
use crate::member::{Member, MemberStatus, Since};
use crate::observation::Observation;
use crate::patience::{Asked, Passing, Patience};
use crate::plan::{Plan, Step, plan};

pub(super) const ARN: &str = "arn:aws:detective:us-east-1:555555555555:graph:1";

pub(super) fn id(n: u16) -> AccountId {
    format!("{n:012}").parse().unwrap()
}

pub(super) fn email(name: &str) -> Email {
    format!("{name}@example.com").parse().unwrap()
}

pub(super) fn region() -> Region {
    Region::new("us-east-1")
}

/// Accounts 1 to n, each with the e-mail `root@example.com`.
pub(super) fn fleet(accounts: u16) -> Fleet {
    Fleet {
        administrator: "555555555555".parse().unwrap(),
        members: (1..=accounts).map(|n| (id(n), email("root"))).collect(),
        settings: Settings::default(),
    }
}

pub(super) fn member(status: MemberStatus) -> Member {
    Member {
        status,
        email: Some(email("root")),
        disabled_reason: None,
        organization: false,
        since: Since::default(),
        volumes: Vec::new(),
    }
}

pub(super) fn refused(code: &str) -> Answer {
    Answer::Refused(
        Refusal {
            call: failed(FailureKind::Refused, code, "AWS says no"),
            passing: None,
        }
        .into(),
    )
}

/// A call that did not succeed; for the rules it does not matter which it was.
pub(super) fn failed(kind: FailureKind, code: &str, words: &str) -> FailedCall {
    FailedCall::new(Operation::ListMembers, kind, code, Some(words))
}

/// Refused for a reason that may pass by itself.
pub(super) fn denied() -> Answer {
    Answer::Refused(
        Refusal {
            call: failed(FailureKind::Denied, "AccessDenied", "AWS says no"),
            passing: Some(Passing::Propagation),
        }
        .into(),
    )
}

pub(super) fn lost() -> Answer {
    Answer::Unclear(
        failed(
            FailureKind::Unclear,
            ours::UNCLEAR,
            "the connection was cut",
        )
        .into(),
    )
}

pub(super) fn silent() -> Answer {
    Answer::Silent(failed(FailureKind::Silent, ours::NO_ANSWER, "no answer in time").into())
}

pub(super) fn no_role() -> Cause {
    Cause::other("cannot assume the role")
}

pub(super) fn role_refused() -> Role {
    Role::Refused {
        cause: no_role().into(),
    }
}

pub(super) fn role_failed() -> Role {
    Role::Failed {
        cause: no_role().into(),
    }
}

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) fleet: Fleet,
    pub(super) observation: Observation,
    pub(super) attempts: Attempts,
}

impl World {
    /// Nothing has been asked yet.
    pub(super) fn unseen(accounts: u16) -> Self {
        Self {
            fleet: fleet(accounts),
            observation: Observation::of(region()),
            attempts: Attempts::default(),
        }
    }

    /// There is no graph.
    pub(super) fn bare(accounts: u16) -> Self {
        let mut world = Self::unseen(accounts);
        world.observation.saw_graph(None);
        world
    }

    /// There is a graph, and nobody is a member.
    pub(super) fn empty(accounts: u16) -> Self {
        let mut world = Self::unseen(accounts);
        world.observation.saw_graph(Some(GraphArn::new(ARN)));
        world.looks(1)
    }

    /// Account 1 is the only one, and has that status.
    pub(super) fn with(status: MemberStatus) -> Self {
        Self::empty(1).sees(1, member(status))
    }

    /// Account 1 is INVITED, and its role is there.
    pub(super) fn invited() -> Self {
        Self::with(MemberStatus::Invited).role(Role::Ready)
    }

    /// Account 1 failed its verification with an e-mail that the roster does not have any more.
    pub(super) fn corrected() -> Self {
        let failed = Member {
            email: Some(email("typo")),
            ..member(MemberStatus::VerificationFailed)
        };
        Self::empty(1).sees(1, failed)
    }

    /// A new look shows this of one account.
    pub(super) fn sees(mut self, n: u16, entry: Member) -> Self {
        let round = self.observation.begin_look();
        self.observation.saw_member(round, id(n), Some(entry));
        self
    }

    /// Whole lists come in that say the same as before.
    pub(super) fn looks(mut self, times: u32) -> Self {
        for _ in 0..times {
            let now: Vec<_> = self
                .observation
                .members()
                .map(|(account, member)| (account, member.clone()))
                .collect();
            let round = self.observation.begin_look();
            for (account, entry) in now {
                self.observation.saw_member(round, account, Some(entry));
            }
            self.observation.saw_whole_list(round);
        }
        self
    }

    pub(super) fn role(mut self, role: Role) -> Self {
        self.attempts.saw_role(id(1), role);
        self
    }

    /// A request about account 1 is under way.
    pub(super) fn sent(mut self, request: MemberRequest) -> Self {
        self.attempts.sent(request, id(1));
        self
    }

    /// A request about account 1 was sent and answered.
    pub(super) fn got(mut self, request: MemberRequest, answer: Answer) -> Self {
        let newest = self.observation.newest();
        self.attempts.sent(request, id(1));
        self.attempts.answered(request, id(1), answer, newest);
        self
    }

    /// The same answer came three times, each after a look.
    pub(super) fn got_thrice(mut self, request: MemberRequest, answer: &Answer) -> Self {
        for _ in 0..3 {
            self = self.got(request, answer.clone()).looks(1);
        }
        self
    }

    pub(super) fn region_sent(mut self, request: RegionRequest) -> Self {
        self.attempts.region_sent(request);
        self
    }

    pub(super) fn region_got(mut self, request: RegionRequest, answer: Answer) -> Self {
        let newest = self.observation.newest();
        self.attempts.region_sent(request);
        self.attempts.region_answered(request, answer, newest);
        self
    }

    /// The same answer about the Region came three times, each after a look.
    pub(super) fn region_got_thrice(mut self, request: RegionRequest, answer: &Answer) -> Self {
        for _ in 0..3 {
            self = self.region_got(request, answer.clone());
            self.observation.begin_look();
        }
        self
    }

    /// It never answered, and is not waited for any more.
    pub(super) fn given_up(mut self) -> Self {
        self.attempts.give_up("no answer in time".into());
        self
    }

    /// The next turn of what was refused so far.
    pub(super) fn turn(mut self, asked: Asked) -> Self {
        let mut patience = Patience::begin(Duration::ZERO, Duration::from_secs(60));
        for n in 0..=self.attempts.turn(asked).number() {
            patience.pass(Duration::from_secs(1 << (n + 1)), 1);
        }
        self.attempts.saw_turn(asked, patience.turn());
        self
    }

    /// The last turn of what was refused so far.
    pub(super) fn last_turn(mut self, asked: Asked) -> Self {
        let last = self.attempts.turn(asked).and_last();
        self.attempts.saw_turn(asked, last);
        self
    }

    /// The plan, after the second opinion on it.
    pub(super) fn plan(&self) -> Plan {
        let plan = plan(&self.fleet, &self.observation, &self.attempts);
        let findings = audit(&self.fleet, &self.observation, &self.attempts, &plan);
        assert_eq!(findings, Vec::<String>::new());
        plan
    }

    /// What happens to account 1.
    pub(super) fn step(&self) -> Step {
        self.plan().step(id(1)).unwrap().clone()
    }

    /// Why account 1 is blocked.
    pub(super) fn blocked(&self) -> String {
        let Step::Blocked(cause) = self.step() else {
            panic!("not blocked: {:?}", self.step());
        };
        match *cause {
            // What AWS said, where it is that, and not what is made of it.
            Cause::CallRefused { error } | Cause::RegionFailed { error } => error.to_string(),
            cause => cause.told(&Place::one(id(1), &region())).in_one(),
        }
    }
}

pub(super) fn text(text: &str) -> Option<Arc<str>> {
    Some(text.into())
}
