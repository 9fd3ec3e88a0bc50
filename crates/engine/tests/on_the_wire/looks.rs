//! How a large graph is looked at in the end: those whose membership was changed, all side by side.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use fleet::desired::Purpose;
use fleet::guard::{Consent, Word};
use fleet::report::{Report, Verdict};
use sandbox::World;

use crate::stage::{Instead, Stage, calls};

/// As many members as several pages of a list have, and fewer than may be asked at a time.
const MEMBERS: u64 = 250;
/// Of GetMembers: 50 members each.
const PARTS: u64 = 5;

fn stage(faults: &str) -> Stage {
    let world = format!("size = {MEMBERS}\nverification = '2s'\n{faults}");
    Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"])
}

fn looks(report: &Report) -> [u64; 2] {
    ["ListMembers", "GetMembers"].map(|name| calls(report, &format!("detective:{name}")))
}

/// Pages of a list are read one after the other, and with many members that is what a run ended with.
#[tokio::test(start_paused = true)]
async fn after_the_last_acceptance_no_list_begins() {
    let mut stage = Stage::of(World::of_size(1_200)).in_regions(&["us-east-1"]);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = asked.clone();
    stage.instead = Instead::answering(move |path| {
        noted.lock().unwrap().push(path.to_owned());
        None
    });
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 1_200);
    let asked = asked.lock().unwrap();
    let last = asked
        .iter()
        .rposition(|path| path == "/invitation")
        .unwrap();
    let after = &asked[last + 1..];
    // One that has begun is read to its end.
    let pages = after.iter().filter(|path| *path == "/graph/members/list");
    assert!(pages.count() < 6, "{after:?}");
    assert_eq!(after.last().unwrap(), "/graph/members/get", "{after:?}");
}

/// AWS leaves somebody out who is a member: only a list tells.
#[tokio::test(start_paused = true)]
async fn who_is_left_out_is_looked_for_in_a_list() {
    let [pages, parts] = looks(&stage("").enable().await);
    assert_eq!(parts, PARTS);

    let mut stage = stage("");
    let asked = Arc::new(AtomicU64::new(0));
    let counted = asked.clone();
    stage.instead = Instead::answering(move |path| {
        let is_first = path == "/graph/members/get" && counted.fetch_add(1, Ordering::Relaxed) == 0;
        is_first.then(|| SdkBody::from("{}"))
    });
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, MEMBERS);
    assert_eq!(looks(&report), [pages + 2, PARTS]);
}

/// Nothing depends on GetMembers: where it fails, however and for how long, a list says the same.
#[tokio::test(start_paused = true)]
async fn a_look_that_fails_is_a_list_from_then_on() {
    for effect in [
        "denied",
        "not_found",
        "server_error",
        "throttle",
        "cut_after",
        "silence",
    ] {
        let mut stage = stage(&format!(
            "[[faults]]\neffect = '{effect}'\noperations = ['detective:GetMembers']"
        ));
        stage.timeout = Duration::from_secs(60);
        let report = stage.enable().await;
        assert_eq!(report.summary.enabled, MEMBERS, "{effect}");
        assert_eq!(report.verdict(), Verdict::AsWanted, "{effect}");
        assert_eq!(looks(&report)[1], PARTS, "{effect}: {:?}", report.calls);
    }
}

/// Who is gone, no GetMembers tells.
#[tokio::test(start_paused = true)]
async fn who_removes_members_reads_lists() {
    let mut stage = stage("");
    stage.enable().await;
    stage.fleet.settings.purpose = Purpose::Disable;
    let asked = Consent {
        word: Word::Typed,
        ..Consent::default()
    };
    let report = stage.remove(asked).await.unwrap();
    assert_eq!(report.summary.removed, MEMBERS);
    assert_eq!(looks(&report)[1], 0, "{:?}", report.calls);
}

/// Answers that do not come leave the list its time, where a run is stopped.
#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_does_not_wait_for_a_look() {
    let mut stage = stage("[[faults]]\neffect = 'silence'\noperations = ['detective:GetMembers']");
    // All have accepted by then, and answers are given up after 10 s.
    stage.timeout = Duration::from_secs(5);
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, MEMBERS, "{:?}", report.calls);
    // None was answered.
    assert_eq!(looks(&report)[1], 0, "{:?}", report.calls);
}

/// The graph is not there when the second page is asked for: what the first page told is not gone on with.
#[tokio::test(start_paused = true)]
async fn a_list_whose_graph_was_lost_begins_anew() {
    let accounts: Vec<_> = (1..=MEMBERS)
        .map(|n| (234_567_000_000 + n).to_string())
        .collect();
    let mut stage = stage(&format!(
        "[[memberships]]\naccounts = {accounts:?}\nregions = ['us-east-1']\nstatus = 'ENABLED'"
    ));
    let pages = Arc::new(Mutex::new(Vec::new()));
    let asked = pages.clone();
    stage.instead = Instead::interfering(move |request| {
        if request.uri().path() == "/graph/members/list" {
            let body = String::from_utf8_lossy(request.body()).into_owned();
            let mut pages = asked.lock().unwrap();
            let goes_on = body.contains("NextToken");
            if goes_on && !pages.contains(&true) {
                *request.body_mut() = body.replace(":graph:", ":graph:0").into();
            }
            pages.push(goes_on);
        }
        None
    });
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, MEMBERS);
    assert_eq!(*pages.lock().unwrap(), [false, true, false, true]);
}

/// GetMembers has told that the others are as wanted.
#[tokio::test(start_paused = true)]
async fn no_list_is_read_for_who_is_expected_to_stay_out() {
    let everybody = looks(&stage("").enable().await);
    let mut stage = stage("");
    let (account, _) = stage.fleet.members.first_key_value().unwrap();
    let region = fleet::account::Region::new("us-east-1");
    stage.fleet.settings.expected = [(*account, region)].into();
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, MEMBERS - 1);
    assert_eq!(looks(&report), everybody);
}
