//! Documents in, pages out: what holds without a browser. `tests/page` opens them in one.

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
    let done = |at: &str| (outcome == Outcome::Enabled).then(|| at.parse().unwrap());
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
            in_roster: Some(false),
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

/// What a reader sees of a page: its texts, and what screen readers and empty fields say.
fn seen(page: &str) -> String {
    let (body, _) = page.split_once("<script").unwrap();
    let (_, body) = body.split_once("</style>").unwrap();
    let mut text = String::new();
    for piece in body.split('<') {
        let (tag, after) = piece.split_once('>').unwrap_or(("", piece));
        let (element, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        for name in ["aria-label=\"", "placeholder=\"", "title=\""] {
            let value = attributes.split_once(name).map(|(_, rest)| rest);
            text.push_str(
                value
                    .and_then(|it| it.split('"').next())
                    .unwrap_or_default(),
            );
            text.push('\n');
        }
        // Commands, and AWS's names for things, are the same in every language.
        if element != "code" {
            text.push_str(after);
            text.push('\n');
        }
    }
    text
}

/// English words in a text, apart from names that every language has.
fn english(text: &str) -> Vec<&str> {
    const NAMES: [&str; 34] = [
        // The sign of an account that is no member.
        "o",
        "expected",
        "detective-fleet",
        "AWS",
        "JSON",
        "JavaScript",
        "Enter",
        "Escape",
        "SHA",
        "ID",
        "IP",
        "StackSets",
        "StackSet",
        "Detective",
        "GuardDuty",
        "UTC",
        "E",
        "MiB",
        "TB",
        "enable",
        "disable",
        "roles",
        "deploy",
        "remove",
        "ENABLED",
        "INVITED",
        "STS",
        "IAM",
        "SCP",
        "RCP",
        "CURRENT",
        "Organizations",
        "API",
        "CSV",
    ];
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-_:/.@*\\`".contains(c);
    let words = text
        .split(|c| !is_word(c))
        .map(|it| it.trim_matches(['-', '.', ':', '/', '`']));
    let words = words.filter(|it| it.chars().any(|c| c.is_ascii_alphabetic()));
    // Ids, ARNs, paths, flags, codes, and names of operations, Regions and roles.
    let is_name = |it: &str| {
        let mark = |c: char| !c.is_ascii_lowercase();
        NAMES.contains(&it)
            || it.contains([':', '/', '_', '@'])
            || it.starts_with("--")
            || it.contains(|c: char| c.is_ascii_digit())
            || it.chars().skip(1).any(|c| mark(c) && c != '-')
            || (it.contains('-') && it.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
    };
    words.filter(|it| !is_name(it)).collect()
}

/// Documents of each kind that say what pages can say.
fn pages_in(language: Language) -> Vec<String> {
    let mut run = report(vec![
        region(
            "eu-west-1",
            vec![
                member(1, Outcome::Enabled, None),
                member(
                    2,
                    Outcome::Failed,
                    Some("the run ended before this was finished"),
                ),
                member(3, Outcome::Waiting, None),
                member(4, Outcome::Removed, None),
                member(5, Outcome::Repaired, None),
                member(6, Outcome::Unchanged, None),
                member(7, Outcome::Skipped, None),
            ],
        ),
        region("us-east-1", Vec::new()),
    ]);
    run.regions[0].members[1].why.cause = Some(fleet::cause::Cause::Unfinished { last: None });
    run.regions[1].error = Some("the run ended before this Region was read".into());
    run.regions[1].why.cause = Some(fleet::cause::Cause::RegionUnread);
    run.regions[0].changes = vec!["graph created".to_owned(), "set the tags a-b".to_owned()];
    run.regions[0].finished = Some("2026-01-02T03:04:12Z".parse().unwrap());
    run.header.notes = vec![
        "left out, because they are not switched on in the administrator account: af-south-1"
            .to_owned(),
    ];
    run.header.invalid_lines = vec![InvalidLine {
        line: 3,
        reason: "the account id is missing; write its 12 digits".to_owned(),
    }];
    run.header.origin.caller = Some("arn:aws:iam::555555555555:user/1".to_owned());
    let mut pages = vec![html(&run, language)];
    for ended in [Ended::Timeout, Ended::Interrupted, Ended::Superseded] {
        run.ended = ended;
        run.header.operation = "disable".to_owned();
        pages.push(html(&run, language));
    }
    let members = [
        Action::Blocked,
        Action::Remove,
        Action::Repair,
        Action::Wait,
        Action::Invite,
        Action::Accept,
        Action::Start,
        Action::Unchanged,
        Action::Skipped,
    ];
    let members = (1..).zip(members).map(|(n, action)| MemberPlan {
        name: None,
        owner: None,
        other_email: None,
        account_id: id(n),
        status: None,
        action,
        reason: None,
        why: Default::default(),
    });
    let plan = |members: Vec<MemberPlan>, create_graph| {
        let region = RegionPlan {
            region: Region::new("eu-west-1"),
            graph_arn: None,
            create_graph,
            delete_graph: create_graph,
            changes: vec!["start the packages EKS_AUDIT".to_owned()],
            error: None,
            why: Default::default(),
            members,
        };
        PlanReport::of(header("plan", "enable"), vec![region], BTreeMap::new())
    };
    pages.push(html(&plan(members.clone().collect(), true), language));
    pages.push(html(
        &plan(members.skip(1).take(3).collect(), false),
        language,
    ));
    pages.push(html(&plan(Vec::new(), false), language));
    let statuses = [
        Some(MemberStatus::VerificationFailed),
        Some(MemberStatus::AcceptedButDisabled),
        Some(MemberStatus::from("NEW_STATUS")),
        Some(MemberStatus::VerificationInProgress),
        Some(MemberStatus::Invited),
        Some(MemberStatus::Enabled),
        None,
    ];
    let now = (1..).zip(statuses).map(|(n, status)| MemberNow {
        name: None,
        owner: None,
        other_email: None,
        organization: false,
        account_id: id(n),
        status,
        since: Since::default(),
        disabled_reason: None,
        in_roster: Some(n != 1),
        expected_out: n == 2,
    });
    let now = |region: &str, graph: Option<&str>| RegionNow {
        region: Region::new(region),
        graph_arn: graph.map(GraphArn::new),
        error: None,
        why: Default::default(),
        members: now.clone().collect(),
    };
    let regions = vec![now("eu-west-1", Some("arn:1")), now("us-east-1", None)];
    let status = StatusReport::of(header("status", "status"), regions, BTreeMap::new());
    pages.push(html(&status, language));
    pages.into_iter().map(Result::unwrap).collect()
}

#[test]
fn no_english_is_left_on_a_page_in_japanese() {
    for page in pages_in(Language::Japanese) {
        assert!(page.starts_with("<!doctype html>\n<html lang=\"ja\">"));
        let seen = seen(&page);
        assert_eq!(english(&seen), Vec::<&str>::new(), "{seen}");
    }
}

#[test]
fn the_pages_in_both_languages_have_the_same_numbers() {
    let numbers = |page: &String| {
        let numbers = page.split("data-value=\"").skip(1);
        let numbers = numbers.chain(page.split("data-count=\"").skip(1));
        let numbers = numbers.map(|rest| rest.split('"').next().unwrap().to_owned());
        let island = island(page);
        let grid = ["accounts", "cells", "done", "since", "began"].map(|key| island[key].clone());
        (numbers.collect::<Vec<_>>(), grid)
    };
    let pages = Language::ALL.map(pages_in);
    assert!(pages[0].len() > 7);
    for (english, japanese) in pages[0].iter().zip(&pages[1]) {
        assert_eq!(numbers(english), numbers(japanese));
    }
}
