//! Causes in words, and what they have in common.

mod words;

use pretty_assertions::assert_eq;

use super::*;
use crate::account::Region;
use crate::origin::{ListOrigin, Origin};

fn id(n: u64) -> AccountId {
    format!("{n:012}").parse().unwrap()
}

fn role(name: &str) -> MemberRole {
    MemberRole {
        partition: Partition::Aws,
        name: name.into(),
        external_id: false,
    }
}

fn denied(operation: Operation, words: &str) -> FailedCall {
    FailedCall::new(operation, FailureKind::Denied, "AccessDenied", Some(words))
}

fn no_role(name: &str, words: &str) -> Cause {
    Cause::RoleNotAssumed {
        role: role(name),
        error: denied(Operation::AssumeRole, words),
    }
}

fn graph_gone() -> Cause {
    let graph = GraphArn::new("arn:aws:detective:us-east-1:9:graph:1");
    Cause::GraphGone { graph: Some(graph) }
}

fn not_in_plan() -> Cause {
    let operation = Operation::CreateMembers;
    Cause::NotInPlan { operation }
}

fn no_effect() -> Cause {
    let operation = Operation::CreateMembers;
    Cause::NoEffect { operation }
}

fn unknown(status: &str) -> Cause {
    Cause::UnknownStatus {
        status: status.into(),
    }
}

fn no_deployer(error: FailedCall) -> Cause {
    let role = role("X");
    Cause::DeployerNotAssumed { role, error }
}

/// One of each.
fn all() -> Vec<Cause> {
    let error = || denied(Operation::AcceptInvitation, "no root@example.com");
    let last = || Some(error());
    let partition = Partition::AwsUsGov;
    vec![
        Cause::wrong_email("root@example.com".parse().ok().as_ref()),
        Cause::disabled(Some("ask root@example.com"), last()),
        Cause::NotAMember,
        unknown("ODD"),
        Cause::RegionOff,
        no_role("X", "no root@example.com"),
        Cause::RoleNotInStack {
            role: role("X"),
            error: error(),
        },
        no_deployer(error()),
        Cause::RemovalNotApproved,
        Cause::CallRefused { error: error() },
        no_effect(),
        Cause::GraphFull { ahead: 1_200 },
        Cause::GraphHasOthers { members: 3 },
        Cause::RegionFailed { error: error() },
        graph_gone(),
        Cause::RegionSilent { seconds: 30 },
        Cause::GraphMissing,
        Cause::RegionNotCovered,
        Cause::GraphNotChanged {
            change: "set the tags team".into(),
        },
        Cause::RegionUnread,
        Cause::AwaitingVerification { last: last() },
        Cause::NotShown { last: last() },
        Cause::GraphNotDeleted { last: None },
        Cause::RoleNotTried { last: None },
        Cause::Unfinished { last: last() },
        not_in_plan(),
        Cause::Defect {
            error: "a task panicked".into(),
        },
        Cause::KnownException {
            until: "2027-01-31".parse().ok(),
            reason: Some("opted out".into()),
        },
        Cause::QuestionDenied {
            partition,
            error: denied(Operation::ListRegions, "no root@example.com"),
        },
        Cause::DetectiveDenied {
            error: denied(Operation::ListInvitations, "a service control policy"),
        },
        Cause::QuestionFailed {
            error: denied(Operation::ListDetectors, "no"),
        },
        Cause::AlsoInvited {
            administrator: id(8),
            status: MemberStatus::Invited,
        },
        Cause::other("no root@example.com"),
    ]
}

fn here() -> Place {
    Place::one(id(1), &Region::new("eu-south-1"))
}

fn many() -> Place {
    let region = Region::new("eu-south-1");
    Place::of((1..=80).map(|n| (id(n), region.clone())))
}

#[test]
fn a_cause_is_written_down_and_read_as_it_was() {
    for cause in all() {
        let text = serde_json::to_string(&cause).unwrap();
        assert_eq!(serde_json::from_str::<Cause>(&text).unwrap(), cause);
        assert!(!text.contains("root@"), "{text}");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["cause"], cause.code(), "the code is the name in JSON");
    }
}

#[test]
fn each_cause_is_told_in_sentences_without_an_email_wherever_it_is() {
    let nowhere = Place::default();
    for (cause, place) in all()
        .iter()
        .flat_map(|it| [(it, here()), (it, many()), (it, nowhere.clone())])
    {
        let told = cause.told(&place);
        let parts = [Some(&told.what), told.why.as_ref(), told.todo.as_ref()];
        for part in parts.into_iter().flatten() {
            assert!(part.len() > 1 && part.ends_with('.'), "{cause:?}: {part}");
            assert!(!part.contains("root@"), "{part}");
            assert!(
                !part.contains("ACCOUNT") && !part.contains("REGION"),
                "{part}"
            );
        }
    }
}

#[test]
fn each_cause_has_a_few_words_that_fit_a_subject() {
    for (cause, place) in all().iter().flat_map(|it| [(it, here()), (it, many())]) {
        let brief = cause.brief(&place);
        assert!((10..70).contains(&brief.len()), "{brief}");
        assert!(brief.is_ascii() && !brief.contains('@'), "{brief}");
    }
    let deleted = Cause::GraphGone { graph: None };
    let place = Place::region(&Region::new("eu-west-1"));
    assert_eq!(deleted.brief(&place), "behavior graph deleted in eu-west-1");
    assert_eq!(
        no_role("X", "no").brief(&many()),
        "80 accounts without the role"
    );
}

#[test]
fn what_differs_by_the_account_alone_is_one_cause() {
    let one = no_role("X", "arn:aws:sts::000000000001:x is not authorized");
    let other = no_role("X", "arn:aws:sts::000000000002:x is not authorized");
    assert_ne!(one, other);
    assert_eq!(one.key(), other.key());
    assert_ne!(one.key(), no_role("Y", "no").key());
    let [one, other] = ["a@example.com", "b@example.com"]
        .map(|email| Cause::wrong_email(email.parse().ok().as_ref()));
    assert_eq!(one.key(), other.key());
}

#[test]
fn a_service_control_policy_is_another_cause_than_a_missing_permission() {
    let words = "x is not authorized, with an explicit deny in a service control policy";
    let by_policy = denied(Operation::AcceptInvitation, words);
    assert_eq!(by_policy.policy.as_deref(), Some("service control policy"));
    assert_ne!(
        by_policy.key(),
        denied(Operation::AcceptInvitation, "no").key()
    );
    let told = Cause::CallRefused { error: by_policy }.told(&here());
    assert!(
        told.todo
            .unwrap()
            .starts_with("Have whoever owns the service control policy")
    );
}

#[test]
fn a_role_whose_name_contains_account_keeps_its_name() {
    for place in [here(), many()] {
        let told = no_role("teams/ACCOUNT-REGION", "no").told(&place);
        assert!(told.what.contains("teams/ACCOUNT-REGION"), "{}", told.what);
    }
    let told = no_role("teams/ACCOUNT-REGION", "no").told(&here());
    let arn = "arn:aws:iam::000000000001:role/teams/ACCOUNT-REGION";
    assert!(told.why.unwrap().contains(arn));
}

#[test]
fn a_role_that_cannot_be_assumed_names_what_was_tried_and_what_makes_it() {
    let told = no_role(MemberRole::DEFAULT, "no").told(&here());
    assert_eq!(
        told.what,
        format!(
            "Cannot assume the role {} in 000000000001.",
            MemberRole::DEFAULT
        )
    );
    assert!(told.why.as_ref().unwrap().contains("arn:aws:iam::000000000001:role/detective-fleet/DetectiveFleetMember, without an external id"));
    assert!(
        told.todo
            .as_ref()
            .unwrap()
            .contains("deploy/member-role.yaml")
    );
    let command = "detective-fleet roles deploy accounts.csv --account 000000000001";
    let deploy = told.command.clone().unwrap();
    assert_eq!(deploy.to_string(), command);
    let list = ListOrigin::named("my list.csv");
    let command = "detective-fleet roles deploy 'my list.csv' --account 000000000001";
    let told = told.within(&Origin::default().by(Some(list)));
    assert_eq!(told.command.unwrap().to_string(), command);
    // No template makes a role of another path.
    let told = no_role("Nope", "no").told(&here());
    assert_eq!(told.command, None);
    assert!(
        told.todo
            .unwrap()
            .contains("--role-name detective-fleet/DetectiveFleetMember")
    );
}

#[test]
fn what_is_so_in_every_account_is_not_blamed_on_each() {
    let told = no_role("X", "no").told(&many().out_of(80));
    assert!(told.todo.unwrap().contains("in every account"));
    assert!(
        !no_role("X", "no")
            .told(&many().out_of(81))
            .todo
            .unwrap()
            .contains("in every account")
    );
    assert!(
        !no_role("X", "no")
            .told(&here().out_of(1))
            .todo
            .unwrap()
            .contains("in every account")
    );
}

#[test]
fn a_region_that_is_off_comes_with_the_command_and_the_exception() {
    let told = Cause::RegionOff.told(&here());
    assert_eq!(told.what, "eu-south-1 is not switched on in 000000000001.");
    assert!(
        told.todo
            .unwrap()
            .contains("--expected 000000000001/eu-south-1")
    );
    assert_eq!(
        told.command.map(|it| it.to_string()).as_deref(),
        Some(
            "aws account enable-region --region-name eu-south-1 --profile PROFILE-OF-000000000001"
        )
    );
    let everybody = Cause::RegionOff.told(&many().out_of(80));
    assert!(everybody.todo.unwrap().contains("--expected */eu-south-1"));
    let most = Cause::RegionOff.told(&many()).todo.unwrap();
    assert!(most.contains("the column `expected`"), "{most}");
}

#[test]
fn awss_words_of_one_of_many_are_an_example() {
    let cause = Cause::CallRefused {
        error: denied(Operation::AcceptInvitation, "user x may not"),
    };
    assert_eq!(
        cause.told(&here()).why.unwrap(),
        "AccessDenied: user x may not."
    );
    assert_eq!(
        cause.told(&many()).why.unwrap(),
        "For example AccessDenied: user x may not."
    );
}

#[test]
fn an_email_in_a_code_is_masked_as_well() {
    let (operation, kind) = (Operation::ListMembers, FailureKind::Refused);
    let error = FailedCall::new(operation, kind, "Denied to root@example.com", None);
    assert_eq!(&*error.code, "Denied to r***@example.com");
}

#[test]
fn every_operation_is_read_by_its_name() {
    for operation in Operation::ALL {
        let text = serde_json::to_string(&operation).unwrap();
        assert_eq!(serde_json::from_str::<Operation>(&text).unwrap(), operation);
    }
}

#[test]
fn the_documentation_has_every_code() {
    let page = include_str!("../../../../docs/report.md");
    for cause in all() {
        let code = format!("`{}`", cause.code());
        assert!(page.contains(&code), "docs/report.md does not have {code}");
    }
}

#[test]
fn each_cause_says_in_japanese_what_it_says_in_english() {
    let regions = [Region::new("eu-west-1"), Region::new("a")];
    let places = [
        Place::one(id(1), &regions[0]),
        Place::among(&[id(1), id(2)], &regions),
        Place::among(&[id(1), id(2)], &regions).out_of(2),
        Place::region(&regions[0]),
        Place::default(),
    ];
    for (cause, place) in all()
        .iter()
        .flat_map(|cause| places.iter().map(move |it| (cause, it)))
    {
        let english = cause.told_in(Language::English, place);
        let told = cause.told_in(Language::Japanese, place);
        let is_ours = !matches!(cause, Cause::Other { .. });
        let is_japanese = |text: &str| text.contains(|c| ('ぁ'..='ん').contains(&c));
        assert_eq!(is_japanese(&told.what), is_ours, "{told:?}");
        assert!(told.what.ends_with(['。', '.']), "{told:?}");
        assert!(!told.what.contains("  "), "{told:?}");
        assert_eq!(told.command, english.command);
        if is_ours {
            assert_eq!(told.todo.is_some(), english.todo.is_some(), "{told:?}");
            assert_eq!(told.why.is_some(), english.why.is_some(), "{told:?}");
            assert!(told.todo.as_deref().is_none_or(is_japanese), "{told:?}");
        }
        let text = told.in_one();
        assert!(!text.contains("root@example.com"), "{text}");
        assert!(!text.contains("。 ") && !text.contains("。。"), "{text}");
        let brief = cause.brief_in(Language::Japanese, place);
        assert!(!brief.is_empty() && !brief.ends_with('。'), "{brief}");
    }
}

#[test]
fn the_japanese_of_a_cause_names_the_accounts_or_counts_them() {
    let cause = no_role("detective-fleet/DetectiveFleetMember", "no");
    let two = Place::among(&[id(1), id(2)], &[]);
    assert_eq!(
        cause.told_in(Language::Japanese, &two).what,
        "2 アカウントのロール detective-fleet/DetectiveFleetMember を引き受けられません。"
    );
    let one = Place::one(id(1), &Region::new("eu-west-1"));
    assert_eq!(
        Cause::RegionOff.told_in(Language::Japanese, &one).in_one(),
        "アカウント 000000000001 で eu-west-1 が有効になっていません。そのアカウントでリージョンを有効にするか、対象外であることを --expected 000000000001/eu-west-1 で登録してください。"
    );
}
