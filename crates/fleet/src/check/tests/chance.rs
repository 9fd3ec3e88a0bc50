//! Properties of all findings, over facts by chance.

use proptest::prelude::*;

use super::*;

fn answer<T: Clone + std::fmt::Debug + 'static>(
    is: impl Strategy<Value = T>,
    operation: Operation,
) -> impl Strategy<Value = Answer<T>> {
    prop_oneof![
        4 => is.prop_map(Answer::Is),
        1 => Just(Answer::Open),
        1 => Just(failed(FailureKind::Denied, operation, "denied")),
        1 => Just(failed(FailureKind::NotOn, operation, "not on")),
        1 => Just(failed(FailureKind::Unclear, operation, "failed")),
    ]
}

fn any_member() -> impl Strategy<Value = MemberFacts> {
    let on = proptest::sample::subsequence(vec![EU, US], 0..=2);
    let on = on.prop_map(|on| on.into_iter().map(Region::new).collect());
    let others = proptest::sample::subsequence(vec![997, 998, 999], 0..=2);
    let others = others.prop_map(|ids| {
        let invitation = |n| Invitation {
            administrator: id(n),
            status: "ENABLED".into(),
        };
        ids.into_iter().map(invitation).collect::<Vec<_>>()
    });
    let guardduty = prop_oneof![
        Just(GuardDuty::Off),
        Just(GuardDuty::On("2026-01-09T00:00:00Z".parse().unwrap())),
        Just(GuardDuty::On("2025-01-09T00:00:00Z".parse().unwrap())),
    ];
    let regions = || prop_oneof![Just(Region::new(EU)), Just(Region::new(US))];
    (
        prop_oneof![
            4 => Just(RoleFacts::Ready),
            1 => Just(RoleFacts::Open),
            1 => Just(no_role("denied")),
        ],
        answer(on, Operation::ListRegions),
        proptest::collection::btree_map(
            regions(),
            answer(others, Operation::ListInvitations),
            0..=2,
        ),
        proptest::collection::btree_map(
            regions(),
            answer(guardduty, Operation::ListDetectors),
            0..=2,
        ),
    )
        .prop_map(|(role, regions, invitations, guardduty)| MemberFacts {
            wanted: [EU, US].map(Region::new).into(),
            role,
            regions,
            invitations,
            guardduty,
        })
}

proptest! {
    /// Whatever the facts: every account is told of, nothing is told of anybody else, nothing is
    /// said twice, only GuardDuty's and denied questions stay without a problem, and each problem
    /// with a member says what to do.
    #[test]
    fn every_membership_has_its_finding(
        members in proptest::collection::btree_map((1..6u16).prop_map(id), any_member(), 1..5),
        guardduty: bool,
    ) {
        let facts = Facts { members: members.clone(), accounts: members.len(), guardduty, ..facts() };
        let findings = judge(&header(), &facts);
        for (account, member) in &members {
            let about = |level: Level, region: Option<&str>| findings.iter().any(|it| {
                it.level == level
                    && it.accounts.contains(account)
                    && region.is_none_or(|name| it.regions.contains(&Region::new(name)) || it.regions.is_empty())
            });
            prop_assert_eq!(about(Level::Problem, None), has_problem(member), "{}", account);
            for region in [EU, US] {
                let told = [Level::Ok, Level::Advice, Level::Problem];
                prop_assert!(told.iter().any(|level| about(*level, Some(region))), "{} {}", account, region);
            }
        }
        let mut seen = BTreeSet::new();
        for finding in &findings {
            for account in &finding.accounts {
                prop_assert!(members.contains_key(account));
            }
            let whole = (finding.topic, finding.level, &finding.what, &finding.accounts, &finding.regions);
            prop_assert!(seen.insert(whole), "{:?} twice", finding);
            prop_assert!(finding.level != Level::Problem || finding.todo.is_some(), "{:?}", finding);
            prop_assert!(finding.topic != Topic::GuardDuty || finding.level != Level::Problem);
            let words = finding.cause.is_none().then_some(&finding.what);
            for words in words.into_iter().chain(&finding.todo).filter(|_| finding.cause.is_none()) {
                prop_assert_ne!(&Language::Japanese.retell(words), words, "no Japanese");
            }
        }
        let mut sorted = findings.clone();
        sorted.sort_by_key(|it| (it.topic, it.level));
        prop_assert_eq!(sorted, findings);
    }
}

/// A second opinion, in other words than the rules.
fn has_problem(member: &MemberFacts) -> bool {
    if member.role != RoleFacts::Ready {
        return true;
    }
    let on = match &member.regions {
        Answer::Is(on) if on.len() < 2 => return true,
        Answer::Is(on) => on.clone(),
        Answer::Failed(call) if call.kind != FailureKind::NotOn => member.wanted.clone(),
        _ => return true,
    };
    on.iter()
        .any(|region| match member.invitations.get(region) {
            Some(Answer::Is(_)) => false,
            Some(Answer::Failed(call)) => call.kind != FailureKind::Denied,
            Some(Answer::Open) | None => true,
        })
}
