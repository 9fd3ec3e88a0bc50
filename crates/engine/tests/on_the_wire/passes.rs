//! One run in several processes, none of which lives long enough for all of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fleet::account::Region;
use fleet::attempts::Attempts;
use fleet::report::{Ended, Record, Recorder, Report};
use sandbox::World;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::stage::{Stage, calls, header};

/// What reaches the next process.
fn carried<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

/// The report after so many passes as it takes, and how many those were.
async fn in_passes(stage: &Stage) -> (Report, usize) {
    let mut record = Record::default();
    let mut attempts: BTreeMap<Region, Attempts> = BTreeMap::new();
    for pass in 1..50 {
        let recorder = Arc::new(Recorder::resume(record));
        let (aws, mut run) = stage.begin(&recorder).await;
        run.resume(attempts);
        run.reconcile(&stage.limit()).await;
        let now = aws.clock().timestamp();
        let report = recorder.report(header(aws.administrator()), now, Ended::Complete, None);
        if report.settled {
            return (report, pass);
        }
        record = carried(&recorder.record_so_far());
        attempts = carried(&run.attempts());
    }
    panic!("it never settled");
}

#[tokio::test(start_paused = true)]
async fn several_short_passes_are_one_run() {
    let mut stage = Stage::of(World::of_size(60)).in_regions(&["us-east-1", "eu-west-1"]);
    stage.timeout = Duration::from_millis(600);
    let (report, passes) = in_passes(&stage).await;
    assert!(passes > 2, "{passes}");
    assert_eq!((report.summary.enabled, report.summary.changed), (120, 120));
    let mut members = report.regions.iter().flat_map(|region| &region.members);
    assert!(members.all(|member| member.before.is_none()));
    assert!(
        report
            .regions
            .iter()
            .all(|it| it.changes == ["graph created"])
    );
    // Nothing was done twice.
    assert_eq!(calls(&report, "detective:CreateGraph"), 2);
    assert_eq!(calls(&report, "detective:CreateMembers"), 4);
    assert_eq!(calls(&report, "detective:AcceptInvitation"), 120);
}

#[tokio::test(start_paused = true)]
async fn what_was_under_way_at_the_end_of_a_pass_counts_as_done() {
    let mut stage = Stage::of(World::of_size(60)).in_regions(&["us-east-1", "eu-west-1"]);
    stage.timeout = Duration::from_millis(690);
    stage.grace = Duration::ZERO;
    let (report, passes) = in_passes(&stage).await;
    assert!(passes > 2, "{passes}");
    assert_eq!((report.summary.enabled, report.summary.changed), (120, 120));
}

#[tokio::test(start_paused = true)]
async fn what_failed_for_good_is_not_tried_in_every_pass() {
    let mut stage = Stage::of(World::of_size(3)).in_regions(&["us-east-1"]);
    stage.role_name = "Nope".to_owned();
    let (report, passes) = in_passes(&stage).await;
    assert_eq!((passes, report.summary.failed), (1, 3));

    let recorder = Arc::new(Recorder::default());
    let (_, mut run) = stage.begin(&recorder).await;
    run.reconcile(&stage.limit()).await;
    let attempts = carried(&run.attempts());
    let recorder = Arc::new(Recorder::default());
    let (aws, mut run) = stage.begin(&recorder).await;
    run.resume(attempts);
    let finish = run.reconcile(&stage.limit()).await;
    let now = aws.clock().timestamp();
    let report = recorder.report(header(aws.administrator()), now, finish.ended, None);
    assert_eq!((report.settled, report.summary.failed), (true, 3));
    assert!(
        !report.calls.contains_key("sts:AssumeRole"),
        "{:?}",
        report.calls
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_down_is_waited_for_in_one_pass_only() {
    let dead = "[[faults]]\neffect = \"silence\"\noperations = [\"detective:*\"]\nregions = [\"eu-west-1\"]";
    let world = format!("size = 3\nverification = \"1h\"\n{dead}");
    let stage =
        Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1", "eu-west-1"]);
    let mut attempts: BTreeMap<Region, Attempts> = BTreeMap::new();
    let mut took = Vec::new();
    for _ in 0..3 {
        let (_, mut run) = stage.begin(&Arc::default()).await;
        run.resume(attempts);
        let begun = engine::clock::now();
        run.observe(&stage.limit()).await;
        took.push(begun.elapsed());
        attempts = carried(&run.attempts());
    }
    assert!(took[0] > Duration::from_secs(4), "{took:?}");
    // A look at the other Region, and no more.
    assert!(
        took[1..].iter().all(|it| *it < Duration::from_secs(1)),
        "{took:?}"
    );
}

/// What an earlier pass heard is what a silent Region is judged by, where this one does nothing there.
#[tokio::test(start_paused = true)]
async fn a_region_that_is_down_is_not_waited_for_where_nothing_may_be_done_in_the_others() {
    let dead = "[[faults]]\neffect = \"silence\"\noperations = [\"detective:*\"]\nregions = [\"eu-west-1\"]";
    let world = World::from_toml(&format!("size = 3\n{dead}")).unwrap();
    let stage = Stage::of(world).in_regions(&["us-east-1", "us-east-2", "eu-west-1"]);
    let asked = || stage.sandbox.calls()["operations"]["detective:ListGraphs"].as_u64();
    let (_, mut run) = stage.begin(&Arc::default()).await;
    run.observe(&stage.limit()).await;
    let attempts = carried(&run.attempts());
    assert_eq!(asked(), Some(2 + 3), "three in the one that is silent");

    let (_, mut run) = stage.begin(&Arc::default()).await;
    run.resume(attempts);
    run.close("not now", |region| region.as_str() != "eu-west-1");
    run.reconcile(&stage.limit()).await;
    assert_eq!(asked(), Some(2 + 3), "none after it was given up");
}
