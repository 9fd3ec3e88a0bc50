//! `check`: what is asked, of whom, and how often.

use std::time::Duration;

use engine::Check;
use fleet::check::{Answer, Facts, RoleFacts};
use fleet::report::{CheckReport, Ended, Verdict};
use sandbox::World;
use sandbox_connector::Answer as Given;

use crate::stage::{Instead, Stage};

fn world(text: &str) -> World {
    World::from_toml(text).unwrap()
}

fn calls(report: &CheckReport, operation: &str) -> u64 {
    report.calls.get(operation).copied().unwrap_or_default()
}

async fn checked(stage: &Stage) -> (CheckReport, Facts) {
    stage.check(false).await
}

#[tokio::test(start_paused = true)]
async fn one_role_and_one_list_of_regions_a_member_and_one_question_a_region() {
    let stage = Stage::of(World::of_size(80));
    let begun = engine::clock::Clock::system();
    let (report, _) = checked(&stage).await;
    assert_eq!(report.verdict(), Verdict::AsWanted, "{report:#?}");
    assert_eq!(calls(&report, "sts:AssumeRole"), 80);
    // And the administrator's.
    assert_eq!(calls(&report, "account:ListRegions"), 81);
    assert_eq!(calls(&report, "detective:ListInvitations"), 80 * 21);
    assert_eq!(calls(&report, "detective:ListGraphs"), 21);
    assert_eq!(calls(&report, "guardduty:ListDetectors"), 0);
    // Who am I, which Regions, the roles, their Regions, and 1,680 questions in rounds of 256.
    let rounds = 4 + (80 * 21_u128).div_ceil(256);
    let elapsed = begun.elapsed().as_millis();
    assert!(elapsed <= rounds * 100 + 100, "{elapsed} ms");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_changed() {
    let stage = Stage::of(World::of_size(3));
    let (report, _) = checked(&stage).await;
    let reading = |name: &String| {
        let (_, operation) = name.split_once(':').unwrap();
        operation.starts_with("List") || ["GetCallerIdentity", "AssumeRole"].contains(&operation)
    };
    assert!(report.calls.keys().all(reading), "{:?}", report.calls);
}

#[tokio::test(start_paused = true)]
async fn regions_that_are_off_in_a_member_are_not_asked_there() {
    let stage = Stage::of(world(
        "size = 2\n[accounts.100000000006]\nregions_off = [\"af-south-1\", \"me-south-1\"]",
    ));
    let (report, facts) = checked(&stage).await;
    assert_eq!(calls(&report, "detective:ListInvitations"), 3 * 21 - 2);
    let member = &facts.members[&"100000000006".parse().unwrap()];
    assert_eq!(member.invitations.len(), 19);
    assert_eq!(report.verdict(), Verdict::NotAsWanted);
}

#[tokio::test(start_paused = true)]
async fn a_member_without_a_role_is_asked_nothing() {
    let stage = Stage::of(world("size = 2\n[accounts.100000000002]\nroles = []"))
        .in_regions(&["us-east-1"]);
    let (report, facts) = checked(&stage).await;
    // Who was refused is asked twice.
    assert_eq!(calls(&report, "sts:AssumeRole"), 4);
    assert_eq!(calls(&report, "detective:ListInvitations"), 2);
    let member = &facts.members[&"100000000002".parse().unwrap()];
    assert!(matches!(member.role, RoleFacts::Failed(_)));
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_too_fast_is_asked_again() {
    let stage = Stage::of(world(
        "size = 3
        [[faults]]
        effect = \"throttle\"
        operations = [\"account:ListRegions\", \"detective:ListInvitations\", \"sts:AssumeRole\"]
        first = 4
        [[faults]]
        effect = \"server_error\"
        operations = [\"detective:ListInvitations\"]
        chance = 0.3",
    ))
    .in_regions(&["us-east-1", "eu-west-1"]);
    let (report, facts) = checked(&stage).await;
    assert_eq!(report.verdict(), Verdict::AsWanted, "{report:#?}");
    assert!(calls(&report, "account:ListRegions") >= 3 * 5);
    for member in facts.members.values() {
        assert!(matches!(member.regions, Answer::Is(_)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_that_never_answers_is_given_up_and_the_others_are_told() {
    let stage = Stage::of(world(
        "size = 2
        [[faults]]
        effect = \"silence\"
        operations = [\"detective:*\"]
        regions = [\"eu-west-1\"]",
    ))
    .in_regions(&["us-east-1", "eu-west-1"]);
    let (report, facts) = checked(&stage).await;
    assert_eq!(report.ended, Ended::Complete);
    for member in facts.members.values() {
        let [eu, us] = ["eu-west-1", "us-east-1"]
            .map(|name| &member.invitations[&fleet::account::Region::new(name)]);
        assert!(matches!((eu, us), (Answer::Failed(_), Answer::Is(_))));
    }
    assert_eq!(report.verdict(), Verdict::NotAsWanted);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_taken_for_expired_is_tried_again() {
    let stage = Stage::of(world(
        "size = 2
        [[faults]]
        effect = \"expired_token\"
        operations = [\"detective:ListInvitations\"]
        first = 2",
    ))
    .in_regions(&["us-east-1"]);
    let (report, _) = checked(&stage).await;
    assert_eq!(report.verdict(), Verdict::AsWanted, "{report:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_answered_in_time_is_open() {
    let mut stage = Stage::of(world(
        "size = 2
        [[faults]]
        effect = \"throttle\"
        operations = [\"sts:AssumeRole\"]
        accounts = [\"555555555555\"]",
    ))
    .in_regions(&["us-east-1"]);
    stage.timeout = Duration::from_secs(30);
    let (report, facts) = checked(&stage).await;
    assert_eq!(report.ended, Ended::Timeout);
    assert!(
        facts
            .members
            .values()
            .all(|member| member.role == RoleFacts::Open)
    );
    assert_eq!(report.verdict(), Verdict::NotAsWanted);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_allowed_is_under_way() {
    let mut stage = Stage::of(World::of_size(20)).in_regions(&["us-east-1", "eu-west-1"]);
    stage.max_concurrency = 3;
    let (report, _) = checked(&stage).await;
    assert_eq!(report.verdict(), Verdict::AsWanted);
    let most = stage.sandbox.calls()["peak_in_flight"].as_u64().unwrap();
    assert!((1..=3).contains(&most), "{most}");
}

#[tokio::test(start_paused = true)]
async fn who_is_expected_to_stay_out_is_not_asked() {
    let mut stage = Stage::of(World::of_size(2)).in_regions(&["us-east-1"]);
    let out = *stage.fleet.members.keys().next().unwrap();
    let pair = (out, fleet::account::Region::new("us-east-1"));
    stage.fleet.settings.expected.insert(pair);
    let (report, facts) = checked(&stage).await;
    assert_eq!(calls(&report, "sts:AssumeRole"), 1);
    assert_eq!(facts.members.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn how_full_a_graph_is_comes_from_its_list() {
    let stage = Stage::of(world(
        "size = 0
        [accounts.100000000007]
        gigabytes_per_day = 9000.0
        [[memberships]]
        accounts = [\"100000000007\"]
        regions = [\"us-east-1\"]
        status = \"ENABLED\"",
    ))
    .in_regions(&["us-east-1", "eu-west-1"]);
    let (report, _) = checked(&stage).await;
    let [eu, us] = &report.regions[..] else {
        panic!("{:?}", report.regions)
    };
    assert_eq!((eu.members, eu.to_invite, eu.bytes_per_day), (0, 1, 0));
    assert_eq!((us.members, us.enabled, us.to_invite), (1, 1, 0));
    assert_eq!(us.bytes_per_day, 9_000_000_000_000);
}

#[cfg(feature = "guardduty")]
#[tokio::test(start_paused = true)]
async fn guardduty_is_asked_in_every_region() {
    use fleet::check::GuardDuty;

    let stage = Stage::of(world(
        "size = 0
        [accounts.100000000008]
        guardduty_off = true
        [accounts.100000000009]
        guardduty_age = \"1d\"",
    ))
    .in_regions(&["us-east-1", "eu-west-1"]);
    let (report, facts) = stage.check(true).await;
    assert_eq!(calls(&report, "guardduty:ListDetectors"), 4);
    assert_eq!(calls(&report, "guardduty:GetDetector"), 2);
    let of = |id: &str| &facts.members[&id.parse().unwrap()].guardduty;
    assert!(
        of("100000000008")
            .values()
            .all(|it| *it == Answer::Is(GuardDuty::Off))
    );
    assert!(
        of("100000000009")
            .values()
            .all(|it| matches!(it, Answer::Is(GuardDuty::On(_))))
    );
    // It is advice, whatever it is.
    assert_eq!(report.verdict(), Verdict::AsWanted);
}

#[tokio::test(start_paused = true)]
async fn a_members_invitations_are_read_to_their_end() {
    let administrators: Vec<_> = (1..=9).map(|n| format!("70000000000{n}")).collect();
    let invitations: String = administrators
        .iter()
        .map(|id| format!("[[memberships]]\naccounts = ['100000000001']\nadministrator = '{id}'\nregions = ['us-east-1']\nstatus = 'INVITED'\n"))
        .collect();
    let mut asked = 0;
    for seed in 0..5 {
        let text = format!(
            "seed = {seed}\n{invitations}[accounts.100000000001]\n[unkind]\nshort_pages = true"
        );
        let mut stage = Stage::of(world(&text)).in_regions(&["us-east-1"]);
        let member = "100000000001".parse().unwrap();
        stage.fleet.members.retain(|account, _| *account == member);
        let (report, facts) = checked(&stage).await;
        asked += calls(&report, "detective:ListInvitations");
        let found = facts.members[&member].invitations.values().next().unwrap();
        let Answer::Is(found) = found else {
            panic!("{found:?}")
        };
        let found: Vec<_> = found
            .iter()
            .map(|it| it.administrator.to_string())
            .collect();
        assert_eq!(found, administrators, "{seed}");
    }
    assert!(asked > 5, "{asked} pages of five lists");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_is_called_after_an_e_mail_is_told_without_it() {
    let mut stage = Stage::of(World::of_size(1)).in_regions(&["us-east-1"]);
    stage.instead = Instead::interfering(|request| {
        let arn = "arn:aws:sts::555555555555:assumed-role/Admin/root@example.com";
        let answer = format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn><UserId>x</UserId><Account>555555555555</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        );
        let is_it = request.body().starts_with(b"Action=GetCallerIdentity");
        is_it.then(|| Given::Body(answer.into()))
    });
    let (_, facts) = checked(&stage).await;
    assert!(
        facts.caller.ends_with("/Admin/r***@example.com"),
        "{}",
        facts.caller
    );
}

#[tokio::test(start_paused = true)]
async fn keys_that_have_expired_are_the_error_of_the_whole_check() {
    let stage = Stage::of(world(
        "size = 2
        [[faults]]
        effect = \"expired_token\"
        operations = [\"detective:ListGraphs\"]",
    ))
    .in_regions(&["us-east-1", "eu-west-1"]);
    let (aws, chosen) = stage.connect(&std::sync::Arc::default()).await.unwrap();
    let check = Check {
        fleet: std::sync::Arc::new(stage.fleet.clone()),
        regions: chosen.regions,
        guardduty: false,
    };
    let (_, finish) = check.find_out(&aws, &stage.limit()).await;
    let error = finish.error.unwrap_or_default();
    assert!(error.contains("sign in again"), "{error}");
}
