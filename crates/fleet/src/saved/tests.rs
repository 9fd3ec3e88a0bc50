//! What a saved plan is, and when it is refused.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::account::GraphArn;
use crate::origin::{ListOrigin, Origin};
use crate::report::{Action, Header, MemberPlan, Why};

fn id(n: u64) -> AccountId {
    format!("{n:012}").parse().unwrap()
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn member(n: u64, status: Option<&str>, action: Action) -> MemberPlan {
    MemberPlan {
        account_id: id(n),
        name: None,
        owner: None,
        other_email: None,
        status: status.map(Into::into),
        action,
        reason: None,
        why: Why::default(),
    }
}

fn region(members: Vec<MemberPlan>) -> RegionPlan {
    RegionPlan {
        region: Region::new("us-east-1"),
        graph_arn: Some(GraphArn::new(
            "arn:aws:detective:us-east-1:555555555555:graph:1",
        )),
        create_graph: false,
        delete_graph: false,
        changes: Vec::new(),
        error: None,
        why: Why::default(),
        members,
    }
}

fn settings() -> SavedSettings {
    SavedSettings {
        goal: Goal::Enable,
        regions: names(&["all"]),
        exclude_region: names(&[]),
        account: names(&[]),
        not_account: names(&[]),
        expected: names(&[]),
        role_name: "detective-fleet/DetectiveFleetMember".to_owned(),
        prune: false,
        retry_failed: false,
        tags: BTreeMap::new(),
        packages: names(&[]),
        send_email: false,
        message: None,
    }
}

fn saved(regions: Vec<RegionPlan>) -> SavedPlan {
    let list = ListOrigin::of("accounts.csv", b"000000000001,root@example.com\n");
    let header = Header {
        version: 1,
        kind: "plan".to_owned(),
        operation: "enable".to_owned(),
        run_id: "a-run".to_owned(),
        administrator: "555555555555".parse().unwrap(),
        started: at("2026-08-07T09:00:00Z"),
        invalid_lines: Vec::new(),
        notes: Vec::new(),
        labels: Default::default(),
        origin: Origin::of_version("1.2.3")
            .called_by("arn:aws:iam::555555555555:user/root@example.com")
            .by(Some(list)),
    };
    let plan = PlanReport::of(header, regions, BTreeMap::new());
    let expires = at("2026-08-08T09:00:00Z");
    SavedPlan::of(plan, settings(), BTreeMap::new(), expires)
}

fn one() -> SavedPlan {
    saved(vec![region(vec![member(1, None, Action::Invite)])])
}

#[test]
fn a_saved_plan_is_read_as_it_was_written_and_has_no_email() {
    let saved = one();
    let text = saved.to_text().unwrap();
    assert_eq!(SavedPlan::parse(text.as_bytes()), Ok(saved.clone()));
    assert!(!text.contains("root@"), "{text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["kind"], "saved-plan");
    assert_eq!(document["digest"], saved.digest());
    let plan = &document["plan"];
    assert_eq!(plan["administrator"], "555555555555");
    assert_eq!(plan["product_version"], "1.2.3");
    assert_eq!(
        plan["caller"],
        "arn:aws:iam::555555555555:user/r***@example.com"
    );
    assert_eq!(plan["list"]["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(plan["regions"][0]["members"][0]["action"], "invite");
}

#[test]
fn a_saved_plan_that_was_edited_anywhere_is_refused() {
    let text = one().to_text().unwrap();
    let mut refused = 0;
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = match bytes[at] {
            b'1' => b'2',
            b if b.is_ascii_digit() => b'1',
            b if b.is_ascii_alphabetic() => b ^ 1,
            b' ' => b'\t',
            _ => continue,
        };
        assert!(SavedPlan::parse(&bytes).is_err(), "byte {at}");
        refused += 1;
    }
    assert!(refused > 500, "{refused}");
    let longer = text.replace("\"invite\"", "\"repair\"");
    assert_eq!(SavedPlan::parse(longer.as_bytes()), Err(NotUsable::Edited));
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(SavedPlan::parse(crlf.as_bytes()), Err(NotUsable::Edited));
    let without = text.replace("\"digest\"", "\"digset\"");
    assert_eq!(SavedPlan::parse(without.as_bytes()), Err(NotUsable::Edited));
}

/// The document, bent, with a digest that fits.
fn bent(bend: impl Fn(&mut Value)) -> Result<SavedPlan, NotUsable> {
    let mut document: Value = serde_json::from_str(&one().to_text().unwrap()).unwrap();
    document["digest"] = json!(NO_DIGEST);
    bend(&mut document);
    let text = serde_json::to_string_pretty(&document).unwrap();
    let text = text.replacen(NO_DIGEST, &sha256(text.as_bytes()), 1);
    SavedPlan::parse(text.as_bytes())
}

#[test]
fn what_this_version_does_not_know_is_refused() {
    assert!(bent(|_| {}).is_ok());
    let version = bent(|document| document["version"] = json!(2));
    assert_eq!(version, Err(NotUsable::Version(2)));
    for bend in [
        (|document| document["more"] = json!(1)) as fn(&mut Value),
        |document| document["settings"]["more"] = json!(1),
        |document| document["settings"]["goal"] = json!("destroy"),
        |document| document["graph_changes"]["us-east-1"]["more"] = json!(1),
        |document| document["plan"]["regions"][0]["members"][0]["action"] = json!("destroy"),
        |document| document["kind"] = json!("plan"),
        |document| document["kind"] = json!("run"),
    ] {
        assert!(matches!(bent(bend), Err(NotUsable::Other(_))));
    }
    for bytes in [&b""[..], b"{}", b"[1]", b"\xff", b"account,email"] {
        assert!(matches!(SavedPlan::parse(bytes), Err(NotUsable::Other(_))));
    }
}

#[test]
fn a_saved_plan_expires() {
    let saved = one();
    assert_eq!(saved.check_time(saved.expires), Ok(()));
    let late = at("2026-08-08T09:00:01Z");
    let error = saved.check_time(late).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("expired at 2026-08-08T09:00:00Z"),
        "{error}"
    );
}

/// Everything that can be given, and nothing of it as in [`settings`].
fn another() -> Given {
    Given {
        administrator: Some(id(7)),
        goal: Some(Goal::DeleteGraphs),
        regions: Some(names(&["us-east-1"])),
        exclude_region: Some(names(&["us-east-1"])),
        account: Some(names(&["a*"])),
        not_account: Some(names(&["b*"])),
        expected: Some(names(&["*/us-east-1"])),
        role_name: Some("Role".to_owned()),
        prune: Some(true),
        retry_failed: Some(true),
        tags: Some([("team".to_owned(), "x".to_owned())].into()),
        packages: Some(names(&["EKS_AUDIT"])),
        send_email: Some(true),
        message: Some("hello".to_owned()),
    }
}

#[test]
fn another_list_and_each_setting_that_differs_are_named() {
    let saved = one();
    let list = saved.plan.header.origin.list.clone().unwrap().sha256;
    let nothing = Given::default();
    assert_eq!(saved.check_given(&nothing, list.as_deref()), Ok(()));
    let same = Given {
        administrator: Some(saved.administrator()),
        goal: Some(Goal::Enable),
        regions: Some(names(&["all"])),
        prune: Some(false),
        tags: Some(BTreeMap::new()),
        ..Given::default()
    };
    assert_eq!(saved.check_given(&same, list.as_deref()), Ok(()));
    let Err(Stale::Differs(differs)) = saved.check_given(&another(), Some("00")) else {
        panic!("not refused");
    };
    let named: Vec<_> = differs.iter().map(|it| it.setting.as_str()).collect();
    assert_eq!(
        named,
        [
            "the list",
            "--admin-account",
            "the command",
            "--regions",
            "--exclude-region",
            "--account",
            "--not-account",
            "--expected",
            "--role-name",
            "--prune",
            "--retry-failed",
            "--tags",
            "--packages",
            "--send-email",
            "--message"
        ]
    );
    let text = Stale::Differs(differs).to_string();
    assert!(
        text.contains("--tags is team=x now, and nothing in the plan"),
        "{text}"
    );
    assert!(
        text.contains("the command is disable --delete-graphs now, and enable in the plan"),
        "{text}"
    );
}

#[test]
fn a_plan_is_for_one_command_and_one_that_deletes_graphs_says_so_itself() {
    use Goal::{DeleteGraphs, Disable, Enable};
    for (plan, now, fits) in [
        (Enable, Enable, true),
        (Enable, Disable, false),
        (Disable, Enable, false),
        (Disable, Disable, true),
        (Disable, DeleteGraphs, false),
        (DeleteGraphs, Enable, false),
        (DeleteGraphs, Disable, true),
        (DeleteGraphs, DeleteGraphs, true),
    ] {
        let mut saved = one();
        saved.settings.goal = plan;
        let list = saved.plan.header.origin.list.clone().unwrap().sha256;
        let given = Given {
            goal: Some(now),
            ..Given::default()
        };
        let checked = saved.check_given(&given, list.as_deref());
        assert_eq!(checked.is_ok(), fits, "{plan:?}, {now:?}");
    }
}

fn moved(was: RegionPlan, is: RegionPlan) -> Vec<Moved> {
    match saved(vec![was]).check_world(&[is], &BTreeMap::new()) {
        Err(Stale::Moved(moved)) => moved,
        Ok(()) => Vec::new(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn what_needs_more_or_other_than_was_planned_has_moved_and_what_needs_less_has_not() {
    use Action::{Accept, Blocked, Invite, Remove, Repair, Skipped, Start, Unchanged, Wait};
    let all = [
        Invite, Accept, Repair, Wait, Remove, Start, Unchanged, Blocked, Skipped,
    ];
    let fits = |was: Action| match was {
        Invite => vec![Invite, Accept, Wait, Start, Unchanged, Blocked, Skipped],
        Accept | Wait => vec![Accept, Wait, Start, Unchanged, Blocked, Skipped],
        Repair => all.to_vec(),
        Remove => vec![Remove, Unchanged, Blocked, Skipped],
        Start => vec![Start, Unchanged, Blocked, Skipped],
        Unchanged | Blocked | Skipped => vec![Unchanged, Blocked, Skipped],
    };
    for was in all {
        for is in all {
            let then = region(vec![member(1, None, was)]);
            let moved = moved(then, region(vec![member(1, None, is)]));
            assert_eq!(moved.is_empty(), fits(was).contains(&is), "{was:?}, {is:?}");
        }
    }
}

#[test]
fn what_moved_says_what_was_and_is_and_what_the_plan_would_have_done() {
    let was = region(vec![member(1, Some("ENABLED"), Action::Unchanged)]);
    let is = region(vec![member(1, None, Action::Invite)]);
    let found = moved(was, is);
    let [it] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (it.account_id, it.region.as_str()),
        (Some(id(1)), "us-east-1")
    );
    assert_eq!((it.was.as_str(), it.is.as_str()), ("ENABLED", "no member"));
    assert_eq!(it.planned, "leave it as it is");
    assert_eq!(it.needed, "invite it, and accept for it");
    let text = Stale::Moved(found).to_string();
    assert!(
        text.contains("000000000001 in us-east-1 (was: ENABLED; is: no member)"),
        "{text}"
    );
}

#[test]
fn who_was_not_in_the_plan_at_all_has_moved_and_who_left_on_its_own_has_not() {
    let few = region(vec![member(1, None, Action::Invite)]);
    let more = region(vec![
        member(1, None, Action::Invite),
        member(9, Some("ENABLED"), Action::Remove),
    ]);
    assert_eq!(moved(few.clone(), more.clone()).len(), 1);
    assert_eq!(moved(more, few), []);
}

#[test]
fn another_email_has_moved_where_something_is_to_be_done() {
    let with = |email: Option<&str>, action| {
        let mut member = member(1, Some("INVITED"), action);
        member.other_email = email.map(Into::into);
        region(vec![member])
    };
    let (ours, other) = (
        with(None, Action::Accept),
        with(Some("x***@example.com"), Action::Accept),
    );
    let found = moved(ours.clone(), other.clone());
    assert_eq!(
        found[0].is,
        "INVITED with another e-mail (x***@example.com)"
    );
    assert_eq!(moved(other.clone(), other), []);
    assert_eq!(
        moved(ours, with(Some("x***@example.com"), Action::Unchanged)),
        []
    );
}

#[test]
fn a_graph_that_is_gone_or_another_has_moved_and_one_that_was_made_has_not() {
    let (planned, nothing) = (vec![member(1, None, Action::Invite)], Vec::new());
    let there = region(planned.clone());
    let gone = |create_graph, members: &Vec<MemberPlan>| RegionPlan {
        graph_arn: None,
        create_graph,
        ..region(members.clone())
    };
    let found = moved(there.clone(), gone(true, &planned));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].account_id, None);
    assert_eq!(
        (found[0].is.as_str(), found[0].needed.as_str()),
        ("no behavior graph", "create it")
    );
    // Nothing is left to do where it took everybody along that was to go.
    assert_eq!(moved(there.clone(), gone(false, &nothing)), []);
    assert_eq!(moved(gone(true, &planned), there.clone()), []);
    let other = |members: &Vec<MemberPlan>| RegionPlan {
        graph_arn: Some(GraphArn::new(
            "arn:aws:detective:us-east-1:555555555555:graph:2",
        )),
        ..region(members.clone())
    };
    assert_eq!(moved(there.clone(), other(&planned)).len(), 1);
    assert_eq!(moved(there.clone(), other(&nothing)), []);
    let ends = RegionPlan {
        delete_graph: true,
        ..there.clone()
    };
    assert_eq!(moved(there.clone(), ends.clone()).len(), 1);
    assert_eq!(moved(ends, there), []);
}

#[test]
fn other_changes_of_a_graph_have_moved() {
    let tag = |value: &str| GraphChanges {
        set_tags: [("team".to_owned(), value.to_owned())].into(),
        ..GraphChanges::default()
    };
    let here = Region::new("us-east-1");
    let mut saved = saved(vec![region(Vec::new())]);
    saved.graph_changes.insert(here.clone(), tag("a"));
    let check = |changes: GraphChanges| {
        let changes = [(here.clone(), changes)].into();
        saved.check_world(&[region(Vec::new())], &changes)
    };
    assert_eq!(check(tag("a")), Ok(()));
    assert_eq!(check(GraphChanges::default()), Ok(()));
    for more in [
        tag("b"),
        GraphChanges {
            remove_tags: names(&["x"]),
            ..tag("a")
        },
        GraphChanges {
            start_packages: names(&["EKS_AUDIT"]),
            ..tag("a")
        },
    ] {
        assert!(matches!(check(more), Err(Stale::Moved(_))));
    }
}

#[test]
fn what_a_crafted_plan_says_is_shown_as_a_text_and_without_an_email() {
    let hostile = "a\u{1b}[2J\u{202e}root@example.com";
    let harmless = "a[U+001B][2J[U+202E]r***@example.com";
    let saved = bent(|document| {
        document["plan"]["notes"] = json!([hostile]);
        document["plan"]["operation"] = json!(hostile);
        document["plan"]["list"]["name"] = json!(hostile);
        document["plan"]["regions"][0]["members"][0]["name"] = json!(hostile);
        document["settings"]["role_name"] = json!(hostile);
        document["settings"]["tags"]["team"] = json!(hostile);
    })
    .unwrap();
    // What is compared with what is given now stays as it was saved.
    assert_eq!(saved.settings.tags["team"], hostile);
    assert_eq!(saved.plan.header.notes, [harmless]);
    assert_eq!(saved.plan.header.operation, harmless);
    let name = saved.plan.regions[0].members[0].name.as_deref();
    assert_eq!(name, Some(harmless));
    let error = saved.check_given(&another(), None).unwrap_err();
    let text = format!("{error} {}", saved.origin(hostile).note());
    assert!(
        !text.contains('\u{1b}') && !text.contains("root@"),
        "{text}"
    );
    let shown = saved.shown().unwrap();
    assert_eq!(shown.settings.tags["team"], harmless);
    assert_eq!(shown.settings.role_name, harmless);
    assert_eq!(shown.digest(), saved.digest());
}

#[test]
fn a_graph_whose_tags_have_moved_is_named_once() {
    let (was, mut is) = (region(Vec::new()), region(Vec::new()));
    is.changes = vec!["set the tag a=b".to_owned()];
    let changes = GraphChanges {
        set_tags: [("a".to_owned(), "b".to_owned())].into(),
        ..GraphChanges::default()
    };
    let changes = [(Region::new("us-east-1"), changes)].into();
    let error = saved(vec![was]).check_world(&[is], &changes).unwrap_err();
    let text = error.to_string();
    assert_eq!(text.matches("arn:aws:detective").count(), 1, "{text}");
    let Stale::Moved(moved) = error else {
        panic!("{text}")
    };
    assert_eq!(
        moved[0].to_string(),
        "the behavior graph in us-east-1: was: arn:aws:detective:us-east-1:555555555555:graph:1; is: the same, with other tags or packages; the plan: leave it as it is; needed now: set the tag a=b"
    );
}

#[test]
fn settings_differ_from_themselves_in_nothing() {
    let saved = one();
    let list = saved.plan.header.origin.list.clone();
    let sha256 = list.and_then(|list| list.sha256);
    let given = saved.settings.clone().given(saved.administrator());
    assert_eq!(saved.check_given(&given, sha256.as_deref()), Ok(()));
}
