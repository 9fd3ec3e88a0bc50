//! Documents in, pages out: what holds without a browser. `tests/page` opens them in one.

mod japanese;
mod whole;

use std::collections::BTreeMap;

use fleet::account::{AccountId, GraphArn, Region};
use fleet::check::{Finding, Level, Topic};
use fleet::language::Language;
use fleet::member::{MemberStatus, Since};
use fleet::report::{
    Action, CheckReport, CheckSummary, Done, Ended, Header, InvalidLine, MemberNow, MemberPlan,
    MemberReport, Outcome, PlanReport, RegionNow, RegionPlan, RegionReport, RegionState, Report,
    StatusReport, Summary, VERSION,
};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::{Paged, html};

const HOSTILE: &str =
    "</script><img src=x onerror=alert(1)>\u{2028}\u{202e}& ' \" {{ 1 }} root@example.com";

fn id(n: u64) -> AccountId {
    format!("{n:012}").parse().unwrap()
}

fn header(kind: &str, operation: &str) -> Header {
    Header {
        version: VERSION,
        kind: kind.to_owned(),
        operation: operation.to_owned(),
        run_id: "r-1".to_owned(),
        administrator: id(555_555_555_555),
        started: "2026-01-02T03:04:05Z".parse().unwrap(),
        invalid_lines: Vec::new(),
        notes: Vec::new(),
        labels: Default::default(),
        origin: Default::default(),
    }
}

fn member(n: u64, outcome: Outcome, reason: Option<&str>) -> MemberReport {
    let enabled = matches!(outcome, Outcome::Enabled | Outcome::Unchanged);
    let done = |at: &str| {
        (outcome == Outcome::Enabled).then(|| at.parse::<jiff::Timestamp>().unwrap().into())
    };
    MemberReport {
        name: None,
        owner: None,
        account_id: id(n),
        status: enabled.then_some(MemberStatus::Enabled),
        before: (outcome == Outcome::Unchanged).then_some(MemberStatus::Enabled),
        outcome,
        reason: reason.map(Into::into),
        why: Default::default(),
        since: Since::default(),
        done: Done {
            invited: done("2026-01-02T03:04:06.2Z"),
            accepted: done("2026-01-02T03:04:09.87Z"),
            ..Done::default()
        },
    }
}

fn region(name: &str, members: Vec<MemberReport>) -> RegionReport {
    RegionReport {
        region: Region::new(name),
        graph_arn: Some(GraphArn::new("arn:1")),
        state: RegionState::Settled,
        error: None,
        why: Default::default(),
        changes: Vec::new(),
        amiss: Vec::new(),
        amiss_causes: Vec::new(),
        finished: None,
        members,
    }
}

fn report(regions: Vec<RegionReport>) -> Report {
    let members = regions.iter().flat_map(|region| &region.members);
    let failed = members.filter(|it| it.outcome == Outcome::Failed).count();
    Report {
        header: header("run", "enable"),
        finished: "2026-01-02T03:04:15Z".parse().unwrap(),
        ended: Ended::Complete,
        settled: true,
        error: None,
        summary: Summary {
            failed: failed as u64,
            ..Summary::default()
        },
        regions,
        calls: BTreeMap::from([("sts:AssumeRole".to_owned(), 3)]),
    }
}

/// The block of JSON in a page.
fn island(page: &str) -> Value {
    let (_, after) = page.split_once("id=\"data\">").unwrap();
    let (block, _) = after.split_once("</script>").unwrap();
    serde_json::from_str(block).unwrap()
}

#[test]
fn the_block_of_json_has_every_membership_once() {
    let first = vec![
        member(1, Outcome::Enabled, None),
        member(2, Outcome::Failed, Some("no role")),
    ];
    let second = vec![
        member(2, Outcome::Failed, Some("no role")),
        member(3, Outcome::Unchanged, None),
    ];
    let page = html(
        &report(vec![region("a", first), region("b", second)]),
        Language::English,
    )
    .unwrap();
    let island = island(&page);
    assert_eq!(
        island["accounts"],
        json!(["000000000001", "000000000002", "000000000003"])
    );
    assert_eq!(island["texts"], json!(["ENABLED", "no role"]));
    assert_eq!(
        island["kinds"],
        json!([[4, 0, -1, -1, -1], [0, -1, -1, 1, 0], [5, 0, 0, -1, -1]])
    );
    assert_eq!(island["cells"], json!([[0, 1, -1], [-1, 1, 2]]));
    // Invited after 1.2 s and accepted after 4.8.
    assert_eq!(island["done"], json!([[[0, 1, 12, 2, 48]], []]));
}

#[test]
fn nothing_from_outside_is_markup_or_hidden() {
    let mut run = report(vec![region(
        HOSTILE,
        vec![member(1, Outcome::Failed, Some(HOSTILE))],
    )]);
    run.regions[0].graph_arn = Some(GraphArn::new(HOSTILE));
    run.regions[0].changes = vec![HOSTILE.to_owned()];
    run.regions[0].amiss = vec![HOSTILE.into()];
    run.regions[0].members[0].status = Some(MemberStatus::from(HOSTILE));
    run.error = Some(HOSTILE.to_owned());
    run.calls = BTreeMap::from([(HOSTILE.to_owned(), 1)]);
    run.header.run_id = HOSTILE.to_owned();
    run.header.notes = vec![HOSTILE.to_owned()];
    run.header.invalid_lines = vec![InvalidLine {
        line: 1,
        reason: HOSTILE.to_owned(),
    }];
    let mut broken = run.clone();
    broken.regions[0].error = Some(HOSTILE.into());
    for page in [
        html(&run, Language::English).unwrap(),
        html(&broken, Language::English).unwrap(),
    ] {
        assert!(!page.contains("<img"), "{page}");
        assert_eq!(page.matches("</script").count(), 2);
        assert!(!page.contains(['\u{2028}', '\u{202e}']));
        assert!(!page.contains("root@example.com"));
        assert!(page.contains("r***@example.com"));
        let island = island(&page);
        assert!(
            island["regions"][0]["name"]
                .as_str()
                .unwrap()
                .starts_with("</script><img")
        );
    }
}

#[test]
fn only_the_style_and_the_script_of_this_build_are_let_run() {
    let page = html(&report(Vec::new()), Language::English).unwrap();
    let (_, policy) = page
        .split_once("Content-Security-Policy\" content=\"")
        .unwrap();
    let (policy, _) = policy.split_once('"').unwrap();
    assert!(
        policy.starts_with("default-src &#39;none&#39;;"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(policy.matches("sha256-").count(), 2);
}

#[test]
fn the_headline_says_what_came_of_it() {
    let failed = || vec![region("a", vec![member(1, Outcome::Failed, None)])];
    let headline = |change: fn(&mut Report), regions| {
        let mut report = report(regions);
        change(&mut report);
        report.document(Language::English).headline
    };
    for (headline, expected) in [
        (headline(|_| {}, Vec::new()), "No account is in scope."),
        (
            headline(|_| {}, failed()),
            "0 of 1 account is on everywhere. 1 needs you.",
        ),
        (
            headline(|it| it.ended = Ended::Interrupted, failed()),
            "The run was interrupted. 0 of 1 account is on everywhere. 1 needs you.",
        ),
        (
            headline(|it| it.error = Some("expired".to_owned()), Vec::new()),
            "The run was ended early.",
        ),
    ] {
        assert_eq!(headline, expected);
    }
}

#[test]
fn what_a_region_as_a_whole_costs_is_said_once() {
    let mut lost = region(
        "lost-1",
        (1..50)
            .map(|n| member(n, Outcome::Failed, Some("lost-1 is down")))
            .collect(),
    );
    lost.error = Some("lost-1 is down".into());
    let page = html(
        &report(vec![lost, region("fine-1", Vec::new())]),
        Language::English,
    )
    .unwrap();
    let (before, _) = page.split_once("id=\"map\"").unwrap();
    assert_eq!(before.matches("lost-1 is down").count(), 1);
    assert_eq!(before.matches("class=\"trouble ").count(), 1);
}

#[test]
fn many_troubles_are_cut_short() {
    let reasons: Vec<_> = (0..120).map(|n| format!("trouble {n}x")).collect();
    let members = (0..120).map(|n| {
        member(
            n,
            Outcome::Failed,
            Some(&reasons[usize::try_from(n).unwrap()]),
        )
    });
    let page = html(
        &report(vec![region("a", members.collect())]),
        Language::English,
    )
    .unwrap();
    assert_eq!(page.matches("class=\"trouble ").count(), 100);
    assert!(page.contains("20 more are on the map"));
}

/// The page of so many accounts that failed alike, each with an owner of its own.
fn failed_alike(accounts: u64) -> String {
    let members = (1..=accounts).map(|n| member(n, Outcome::Failed, Some("no role")));
    let mut run = report(vec![region("a", members.collect())]);
    let labels = (1..=accounts).map(|n| {
        (
            id(n).to_string(),
            json!({ "owner": format!("T{n:02}"), "line": n }),
        )
    });
    run.header.labels = serde_json::from_value(Value::from_iter(labels)).unwrap();
    html(&run, Language::English).unwrap()
}

#[test]
fn some_accounts_and_owners_are_named_and_the_rest_is_counted() {
    let page = failed_alike(40);
    assert!(page.contains(">000000000001 (line 1), "), "{page}");
    assert!(
        page.contains(", 000000000040 (line 40)</span> in a</li>"),
        "{page}"
    );
    let page = failed_alike(42);
    assert!(
        page.contains(", 000000000040 (line 40) and 2 accounts more</span> in a</li>"),
        "{page}"
    );

    assert!(
        failed_alike(10).contains(
            "Owner: <b dir=\"auto\">T01, T02, T03, T04, T05, T06, T07, T08, T09, T10</b>"
        )
    );
    assert!(failed_alike(12).contains("T10 and 2 more</b>"));
}

#[test]
fn a_plan_and_a_status_have_marks_of_their_own() {
    let plan = RegionPlan {
        region: Region::new("a"),
        graph_arn: None,
        create_graph: true,
        delete_graph: false,
        changes: Vec::new(),
        error: None,
        why: Default::default(),
        members: vec![MemberPlan {
            name: None,
            owner: None,
            other_email: None,
            account_id: id(1),
            status: None,
            action: Action::Invite,
            reason: None,
            why: Default::default(),
        }],
    };
    let page = html(
        &PlanReport::of(header("plan", "enable"), vec![plan], BTreeMap::new()),
        Language::English,
    )
    .unwrap();
    assert!(
        page.contains("<h1 class=\"tone-new\">1 membership would change</h1>"),
        "{page}"
    );
    assert!(page.contains("1 account-Region would start to be charged"));
    assert_eq!(island(&page)["kind"], "plan");

    let now = RegionNow {
        region: Region::new("a"),
        graph_arn: Some(GraphArn::new("arn:1")),
        error: None,
        why: Default::default(),
        members: vec![MemberNow {
            name: None,
            owner: None,
            other_email: None,
            organization: false,
            account_id: id(1),
            status: Some(MemberStatus::AcceptedButDisabled),
            since: Since::default(),
            disabled_reason: Some("VOLUME_TOO_HIGH".into()),
            in_roster: None,
            expected_out: false,
        }],
    };
    let page = html(
        &StatusReport::of(header("status", "status"), vec![now], BTreeMap::new()),
        Language::English,
    )
    .unwrap();
    assert!(page.contains("VOLUME_TOO_HIGH: the account"), "{page}");
    assert_eq!(island(&page)["kinds"], json!([[1, 0, -1, 1, 0]]));
}

#[test]
fn the_accounts_in_scope_are_one_number() {
    let skipped = |n| member(n, Outcome::Skipped, None);
    let first = vec![member(1, Outcome::Enabled, None), skipped(2), skipped(3)];
    let second = vec![
        member(1, Outcome::Enabled, None),
        skipped(2),
        member(3, Outcome::Enabled, None),
    ];
    let run = report(vec![region("a", first), region("b", second)]);
    assert_eq!(run.headcount().accounts, 2);
    let page = html(&run, Language::English).unwrap();
    assert!(page.contains("2 accounts in 2 Regions"), "{page}");
    // A plan has no headcount, and the same accounts.
    let planned = |n, action| MemberPlan {
        name: None,
        owner: None,
        other_email: None,
        account_id: id(n),
        status: None,
        action,
        reason: None,
        why: Default::default(),
    };
    let plan = RegionPlan {
        region: Region::new("a"),
        graph_arn: None,
        create_graph: false,
        delete_graph: false,
        changes: Vec::new(),
        error: None,
        why: Default::default(),
        members: vec![planned(1, Action::Unchanged), planned(2, Action::Skipped)],
    };
    let plan = PlanReport::of(header("plan", "enable"), vec![plan], BTreeMap::new());
    let page = html(&plan, Language::English).unwrap();
    assert!(page.contains("1 account in 1 Region"), "{page}");
}

#[test]
fn a_check_says_its_problems_first_and_what_to_do() {
    let finding = |level, what: &str, todo: Option<&str>| Finding {
        topic: Topic::Role,
        level,
        what: what.to_owned(),
        todo: todo.map(str::to_owned),
        command: None,
        cause: None,
        accounts: vec![id(1)],
        regions: Vec::new(),
    };
    let report = CheckReport {
        header: header("check", "check"),
        finished: "2026-01-02T03:04:15Z".parse().unwrap(),
        ended: Ended::Complete,
        partition: "aws".to_owned(),
        summary: CheckSummary {
            problem: 1,
            advice: 0,
            ok: 1,
        },
        findings: vec![
            finding(Level::Ok, "can be assumed", None),
            finding(Level::Problem, "no role", Some("deploy it")),
        ],
        regions: Vec::new(),
        calls: BTreeMap::new(),
    };
    let page = html(&report, Language::English).unwrap();
    assert!(
        page.contains("1 problem found")
            && page.contains("<p class=\"todo\" dir=\"auto\">deploy it"),
        "{page}"
    );
    assert!(page.find("no role") < page.find("can be assumed"));
    assert!(!page.contains("id=\"map\""));
}
