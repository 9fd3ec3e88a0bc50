//! The words of every cause in every language, to be read as a whole where one of them changes.

use pretty_assertions::assert_eq;

use super::*;

/// What people read of a cause in a place: in a few words, in sentences, and the command.
fn read(cause: &Cause, place: &Place) -> String {
    let told = Language::ALL.map(|language| {
        let brief = cause.brief_in(language, place);
        let told = cause.told_in(language, place).in_one();
        format!("  {brief}\n  {told}\n")
    });
    let command = cause.told(place).command;
    let command = command.map(|it| format!("  $ {it}\n"));
    format!(
        "{}\n{}{}",
        cause.code(),
        told.concat(),
        command.unwrap_or_default()
    )
}

/// Two accounts in two Regions.
fn several() -> Place {
    let regions = ["eu-south-1", "us-west-1"].map(Region::new);
    Place::among(&[id(1), id(2)], &regions)
}

fn answer(operation: Operation, kind: FailureKind, code: &str) -> FailedCall {
    FailedCall::new(operation, kind, code, None)
}

/// An answer of each kind that has words of its own somewhere.
fn answers(operation: Operation) -> Vec<FailedCall> {
    let aws = [
        (FailureKind::NotOn, "UnrecognizedClientException"),
        (FailureKind::NotOn, "RegionDisabledException"),
        (FailureKind::NotOn, "SubscriptionRequiredException"),
        (FailureKind::NotOn, "OptInRequired"),
        (FailureKind::Refused, "LimitExceeded"),
        (FailureKind::Refused, "LimitExceededException"),
        (FailureKind::Refused, "ValidationException"),
        (FailureKind::Expired, "ExpiredTokenException"),
        (FailureKind::Missing, "ResourceNotFoundException"),
        (FailureKind::Unclear, "InternalServerException"),
        // Not advice for this kind, whatever the code.
        (FailureKind::Throttled, "LimitExceededException"),
        (FailureKind::Unclear, ours::EXPIRED_AT_ONCE),
    ];
    let aws = aws.map(|(kind, code)| answer(operation, kind, code));
    let nobody = [
        (FailureKind::Silent, ours::NO_ANSWER, "no answer in 30 s"),
        (FailureKind::Barred, ours::NO_WAY, "the proxy refused"),
    ];
    let nobody =
        nobody.map(|(kind, code, words)| FailedCall::new(operation, kind, code, Some(words)));
    let mut answers = vec![
        denied(operation, "no"),
        denied(operation, "denied by a service control policy"),
    ];
    answers.extend(aws);
    answers.extend(nobody);
    answers
}

#[test]
fn each_cause_has_these_words_for_one_membership_and_for_several() {
    let read = all()
        .iter()
        .flat_map(|cause| [here(), several()].map(|place| read(cause, &place)))
        .collect::<String>();
    insta::assert_snapshot!(read);
}

#[test]
fn each_answer_has_these_words_where_it_is_a_cause() {
    let roles = answers(Operation::AssumeRole);
    let roles = roles.into_iter().map(|error| Cause::RoleNotAssumed {
        role: role(MemberRole::DEFAULT),
        error,
    });
    let deployers = answers(Operation::AssumeRole);
    let deployers = deployers
        .into_iter()
        .map(|error| Cause::DeployerNotAssumed {
            role: role("OrganizationAccountAccessRole"),
            error,
        });
    let calls = [Operation::AcceptInvitation, Operation::CreateMembers];
    let calls = calls.into_iter().flat_map(answers);
    let calls = calls.map(|error| Cause::CallRefused { error });
    let regions = answers(Operation::ListGraphs);
    let regions = regions
        .into_iter()
        .map(|error| Cause::RegionFailed { error });
    let read = roles
        .chain(deployers)
        .chain(calls)
        .chain(regions)
        .map(|cause| read(&cause, &here()))
        .collect::<String>();
    insta::assert_snapshot!(read);
}

#[test]
fn each_question_of_a_check_has_these_words_where_it_has_no_answer() {
    let questions = [
        Operation::ListRegions,
        Operation::ListInvitations,
        Operation::ListDetectors,
    ];
    let causes = questions.into_iter().flat_map(|operation| {
        let by_policy = denied(operation, "denied by a service control policy");
        let question_denied = |error| Cause::QuestionDenied {
            partition: Partition::AwsUsGov,
            error,
        };
        [
            question_denied(denied(operation, "no")),
            question_denied(by_policy.clone()),
            Cause::DetectiveDenied { error: by_policy },
            Cause::QuestionFailed {
                error: answer(operation, FailureKind::NotOn, "InvalidClientTokenId"),
            },
            Cause::QuestionFailed {
                error: answer(operation, FailureKind::Refused, "ValidationException"),
            },
        ]
    });
    let read = causes
        .flat_map(|cause| [here(), several()].map(|place| read(&cause, &place)))
        .collect::<String>();
    insta::assert_snapshot!(read);
}

#[test]
fn what_is_known_of_a_cause_changes_these_words() {
    let disabled = [Some("VOLUME_TOO_HIGH"), Some("VOLUME_UNKNOWN"), None];
    let disabled = disabled.map(|reason| Cause::disabled(reason, None));
    let with_external_id = Cause::RoleNotAssumed {
        role: MemberRole {
            external_id: true,
            ..role(MemberRole::DEFAULT)
        },
        error: denied(Operation::AssumeRole, "no"),
    };
    let others = [
        Cause::wrong_email(None),
        Cause::GraphHasOthers { members: 1 },
        Cause::NotInPlan {
            operation: Operation::CreateGraph,
        },
        Cause::KnownException {
            until: None,
            reason: None,
        },
        Cause::GraphGone { graph: None },
        with_external_id,
    ];
    let read = disabled
        .iter()
        .chain(&others)
        .flat_map(|cause| [here(), several()].map(|place| read(cause, &place)))
        .collect::<String>();
    insta::assert_snapshot!(read);
}

#[test]
fn where_a_cause_was_found_changes_these_words() {
    let regions = ["eu-south-1", "us-west-1"].map(Region::new);
    let region = Place::region(&regions[0]);
    let everybody = several().out_of(2);
    let standard = || no_role(MemberRole::DEFAULT, "no");
    let not_in_stack = || Cause::RoleNotInStack {
        role: role(MemberRole::DEFAULT),
        error: denied(Operation::AssumeRole, "no"),
    };
    let silent = Cause::RegionFailed {
        error: FailedCall::new(
            Operation::ListGraphs,
            FailureKind::Silent,
            ours::NO_ANSWER,
            Some("no connection"),
        ),
    };
    let read = [
        read(&silent, &region),
        read(&silent, &several()),
        read(&silent, &Place::among(&[], &regions)),
        read(&standard(), &everybody),
        read(&standard(), &many()),
        read(&not_in_stack(), &many()),
        read(&Cause::RegionOff, &everybody),
        read(&Cause::RegionOff, &many()),
        read(&Cause::other("the list is odd"), &region),
        read(&graph_gone(), &region),
        read(&Cause::RegionSilent { seconds: 30 }, &region),
        read(&Cause::GraphFull { ahead: 0 }, &region),
    ]
    .concat();
    insta::assert_snapshot!(read);
}

#[test]
fn whoever_owns_a_policy_of_each_kind_is_asked_in_japanese() {
    let asked = [
        "service control policy",
        "resource control policy",
        "permissions boundary",
        "session policy",
        "VPC endpoint policy",
    ]
    .map(|policy| {
        let words = format!("with an explicit deny in a {policy}");
        let cause = no_role(MemberRole::DEFAULT, &words);
        cause.told_in(Language::Japanese, &here()).todo.unwrap()
    });
    let owners = [
        "サービスコントロールポリシー (SCP) ",
        "リソースコントロールポリシー (RCP) ",
        "アクセス許可の境界",
        "セッションポリシー",
        "VPC エンドポイントポリシー",
    ];
    let wanted = owners
        .map(|owner| format!("{owner}の管理者に、このロールを除外するよう依頼してください。"));
    assert_eq!(asked, wanted);
}

#[test]
fn a_role_that_was_not_assumed_is_blamed_only_where_sts_refused_it() {
    let arn = "arn:aws:iam::000000000005:role/X";
    let told = |kind, with_mfa| not_assumed(arn, kind, "no", with_mfa);
    assert_eq!(
        told(FailureKind::Denied, false),
        format!(
            "cannot assume {arn}: role missing, trust or external id wrong, or account suspended; AWS does not say which"
        )
    );
    assert_eq!(
        told(FailureKind::Denied, true),
        format!(
            "cannot assume {arn} with the code of the MFA device: no; a code is taken once only: wait for the next one, and run again"
        )
    );
    for kind in [
        FailureKind::Throttled,
        FailureKind::Unclear,
        FailureKind::Silent,
        FailureKind::Barred,
        FailureKind::Crowded,
        FailureKind::Stale,
    ] {
        let wanted = format!("AssumeRole of {arn} was not answered: no");
        assert_eq!(told(kind, true), wanted, "{kind:?}");
    }
    for kind in [FailureKind::Expired, FailureKind::Refused] {
        let wanted = format!("cannot assume {arn}: no");
        assert_eq!(told(kind, false), wanted, "{kind:?}");
    }
}
