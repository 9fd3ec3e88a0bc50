//! What a saved plan is, and when it is refused.

mod moved;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::account::GraphArn;
use crate::event::Operation;
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
fn what_is_no_saved_plan_is_told_by_what_it_is() {
    for (document, why) in [
        (json!({}), "it does not say what it is"),
        (
            json!({ "kind": "plan", "version": 1 }),
            "it is the report of a plan, which holds less",
        ),
        (
            json!({ "kind": "run", "version": 1 }),
            "it is another document",
        ),
    ] {
        let parsed = SavedPlan::parse(document.to_string().as_bytes());
        assert_eq!(parsed, Err(NotUsable::Other(why.to_owned())));
    }
}

#[test]
fn a_saved_plan_allows_what_it_holds_in_its_regions_for_its_administrator() {
    let here = Region::new("us-east-1");
    let mut changed = one();
    let changes = GraphChanges {
        set_tags: [("team".to_owned(), "a".to_owned())].into(),
        remove_tags: names(&["x"]),
        start_packages: names(&["EKS_AUDIT"]),
    };
    changed.graph_changes = [(here.clone(), changes)].into();
    for (saved, has_changes) in [(one(), false), (changed, true)] {
        let bounds = saved.bounds();
        let holds = |region: &str, operation, n| {
            bounds
                .at(&Region::new(region))
                .holds(None, operation, id(n))
        };
        assert!(holds("us-east-1", Operation::CreateMembers, 1));
        assert!(!holds("us-east-1", Operation::CreateMembers, 2));
        assert!(!holds("eu-west-1", Operation::CreateMembers, 1));
        assert!(!holds("us-east-1", Operation::DeleteMembers, 1));
        for operation in [
            Operation::TagResource,
            Operation::UntagResource,
            Operation::UpdateDatasourcePackages,
        ] {
            assert_eq!(holds("us-east-1", operation, 1), has_changes);
        }
        assert_eq!(saved.regions().collect::<Vec<_>>(), [&here]);
        assert_eq!(saved.administrator().to_string(), "555555555555");
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

#[test]
fn a_setting_that_has_an_e_mail_in_it_is_named() {
    let with = |bend: fn(&mut SavedSettings, String)| {
        let of = |text: &str| {
            let mut settings = settings();
            bend(&mut settings, text.to_owned());
            settings.with_email()
        };
        assert_eq!(of("nobody\u{1b} at all"), None);
        of("root@example.com")
    };
    assert_eq!(settings().with_email(), None);
    assert_eq!(with(|it, text| it.message = Some(text)), Some("message"));
    let tags = [
        with(|it, text| it.tags = [("owner".to_owned(), text)].into()),
        with(|it, text| it.tags = [(text, "x".to_owned())].into()),
    ];
    assert_eq!(tags, [Some("tags"); 2]);
    assert_eq!(with(|it, text| it.role_name = text), Some("role-name"));
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

#[test]
fn a_complaint_of_a_parser_is_cut_where_it_is_long() {
    let longest = "é".repeat(200);
    assert_eq!(brief(&longest), longest);
    assert_eq!(brief(&format!("{longest}x")), format!("{longest}…"));
}
