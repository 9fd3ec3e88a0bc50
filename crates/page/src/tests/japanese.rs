//! Pages in Japanese: no English is left, and the numbers are the same.

use fleet::cause::Cause;
use pretty_assertions::assert_eq;

use super::*;

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
    let mut pages = runs_in(language);
    pages.extend(plans_in(language));
    pages.push(status_in(language));
    pages
}

/// A run in which everything happened.
fn eventful() -> Report {
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
    run.regions[0].members[1].why.cause = Some(Cause::Unfinished { last: None }.into());
    run.regions[1].error = Some("the run ended before this Region was read".into());
    run.regions[1].why.cause = Some(Cause::RegionUnread.into());
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
    run
}

fn runs_in(language: Language) -> Vec<String> {
    let mut run = eventful();
    let mut pages = vec![html(&run, language)];
    for ended in [Ended::Timeout, Ended::Interrupted, Ended::Superseded] {
        run.ended = ended;
        run.header.operation = "disable".to_owned();
        pages.push(html(&run, language));
    }
    pages.into_iter().map(Result::unwrap).collect()
}

fn plans_in(language: Language) -> Vec<String> {
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
    let all: Vec<_> = members.collect();
    let some = all[1..4].to_vec();
    [plan(all, true), plan(some, false), plan(Vec::new(), false)]
        .map(|plan| html(&plan, language).unwrap())
        .into()
}

fn status_in(language: Language) -> String {
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
    html(&status, language).unwrap()
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
