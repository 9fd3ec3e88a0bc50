//! How a large graph is looked at in the end: those whose membership was changed, all side by side.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use aws_smithy_types::body::SdkBody;
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

/// One trouble fails all parts of a look, and is one answer, not five.
#[tokio::test(start_paused = true)]
async fn a_look_that_is_refused_once_is_made_again() {
    for effect in ["denied", "server_error", "throttle"] {
        let report = stage(&format!(
            "[[faults]]\neffect = '{effect}'\noperations = ['detective:GetMembers']\nfirst = {PARTS}"
        ))
        .enable()
        .await;
        assert_eq!(report.summary.enabled, MEMBERS, "{effect}");
        assert!(
            looks(&report)[1] >= 2 * PARTS,
            "{effect}: {:?}",
            report.calls
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_that_is_always_refused_fails_its_region() {
    let report = stage("[[faults]]\neffect = 'denied'\noperations = ['detective:GetMembers']")
        .enable()
        .await;
    assert_eq!(report.verdict(), Verdict::NotAsWanted);
    let error = report.regions[0].error.clone().unwrap();
    assert!(error.contains("GetMembers"), "{error}");
    // A refused list is asked for once more, too.
    assert_eq!(looks(&report)[1], 2 * PARTS);
}
