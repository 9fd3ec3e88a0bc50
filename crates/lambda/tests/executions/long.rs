//! What takes longer than one pass: limits hold over all of them, and each wait is counted by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::approving::{BOB, approve, when_asked};
use crate::stage::{LIST, REGIONS, Stage};
use crate::wire::Fate;

/// Verification takes several passes of a minute each.
fn stage() -> Stage {
    let stage = Stage::of("size = 3\nverification = '20m'");
    stage.limit(Duration::from_secs(60));
    stage
}

#[tokio::test(start_paused = true)]
async fn who_was_invited_by_an_earlier_pass_counts() {
    let stage = stage();
    let first = stage.csv(&stage.members()[..1]);
    assert_eq!(stage.upload("enable/first.csv", first).await.error, None);
    stage.set("MAX_INVITATIONS", "2");
    let (leaver, _) = stage.members()[0].clone();
    let passes = Arc::new(AtomicUsize::new(0));
    stage.before(move |stage, payload| {
        let (leaver, passes) = (leaver.clone(), passes.clone());
        async move {
            let is_pass = payload["step"] == "reconcile";
            if is_pass && passes.fetch_add(1, Ordering::Relaxed) == 1 {
                stage.remove(REGIONS[0], &[&leaver]).await;
            }
        }
    });
    let execution = stage.upload_all().await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    let (_, message) = &execution.told[0];
    assert!(message.contains("would invite 3 accounts"), "{message}");
    // The two of the first pass, and not the third.
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_an_approval_is_none_for_aws() {
    let stage = stage();
    stage.set("WAIT_LIMIT_MINUTES", "60");
    let [leaver, stays, joins] = &stage.members()[..] else {
        panic!()
    };
    let before = stage.csv(&[leaver.clone(), stays.clone()]);
    assert_eq!(stage.upload(LIST, before).await.error, None);
    stage.set("PRUNE", "true").set("APPROVE_REMOVALS", "true");
    stage
        .set("HAS_APPROVERS", "true")
        .set("APPROVAL_HOURS", "5");
    // After more than two hours.
    when_asked(&stage, 135, |stage, run, hash| async move {
        approve(&stage, &run, &hash, BOB).await;
    });
    let begun = stage.now();
    let after = stage.csv(&[stays.clone(), joins.clone()]);
    let execution = stage.upload(LIST, after).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert!(stage.now().duration_since(begun).as_hours() >= 2);
    for region in REGIONS {
        let there = stage.statuses(region).await;
        assert_eq!(there[&joins.0], "ENABLED");
        assert!(!there.contains_key(&leaver.0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_refused_where_every_group_of_regions_refuses_it() {
    for (first, error) in [
        (Some(REGIONS[0]), "DetectiveFleet.Failed"),
        (None, "DetectiveFleet.BadInput"),
    ] {
        let stage = Stage::new();
        if let Some(region) = first {
            stage.set("REGIONS", region);
            assert_eq!(stage.upload_all().await.error, None);
            stage.set("REGIONS", &REGIONS.join(","));
        }
        stage
            .set("REGIONS_PER_PASS", "1")
            .set("MAX_INVITATIONS", "2");
        let execution = stage.upload_all().await;
        assert_eq!(execution.error.as_deref(), Some(error));
        let (_, message) = &execution.told[0];
        assert!(message.contains("MaxInvitations to 3"), "{message}");
        assert_eq!(stage.graph(REGIONS[1]).await, None);
    }
}

/// Whom somebody else had invited, this run accepts for; and is killed before it knows.
#[tokio::test(start_paused = true)]
async fn what_a_later_pass_did_when_it_was_killed_counts_as_done() {
    let stage = stage();
    stage.set("REGIONS", REGIONS[0]);
    let members = stage.members();
    let first = stage.csv(&members[..1]);
    assert_eq!(stage.upload(LIST, first).await.error, None);
    let (id, email) = &members[1];
    stage.invite(REGIONS[0], id, email).await;
    let killed = Arc::new(AtomicUsize::new(0));
    let kills = killed.clone();
    stage.fates(move |asked| {
        let is_it = asked.path == "/invitation" && kills.fetch_add(1, Ordering::Relaxed) == 0;
        if is_it { Fate::Killed } else { Fate::Answered }
    });
    let before = stage.invoked("reconcile");
    let execution = stage.upload(LIST, stage.csv(&members[..2])).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(killed.load(Ordering::Relaxed), 1);
    assert!(stage.invoked("reconcile") - before > 2);
    let summary = &stage.report(&execution).await["summary"];
    assert_eq!(summary["enabled"], 2, "{summary}");
    assert_eq!(summary["changed"], 1, "{summary}");
}

/// One leaves the first Region, one cannot leave the second yet, and a third one joins meanwhile.
#[tokio::test(start_paused = true)]
async fn who_was_removed_by_an_earlier_pass_counts() {
    let throttle = format!(
        "size = 3\n[[faults]]\neffect = 'throttle'\noperations = ['detective:DeleteMembers']\nregions = [{:?}]",
        REGIONS[1]
    );
    let stage = Stage::of(&throttle);
    stage.limit(Duration::from_secs(60));
    let members = stage.members();
    for (n, region) in REGIONS.into_iter().enumerate() {
        stage.set("REGIONS", region);
        let one = stage.csv(&members[n..=n]);
        assert_eq!(stage.upload("enable/one.csv", one).await.error, None);
    }
    stage
        .set("REGIONS", &REGIONS.join(","))
        .set("MAX_REMOVALS", "2");
    let passes = Arc::new(AtomicUsize::new(0));
    let (id, email) = members[2].clone();
    stage.before(move |stage, payload| {
        let (passes, id, email) = (passes.clone(), id.clone(), email.clone());
        async move {
            let is_pass = payload["step"] == "reconcile";
            if is_pass && passes.fetch_add(1, Ordering::Relaxed) == 1 {
                assert_eq!(stage.statuses(REGIONS[0]).await.len(), 0);
                stage.invite(REGIONS[0], &id, &email).await;
            }
        }
    });
    let execution = stage.upload("disable/all.csv", stage.csv(&members)).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    let (_, message) = &execution.told[0];
    assert!(message.contains("remove 3 of"), "{message}");
    let there = stage.statuses(REGIONS[0]).await;
    assert!(there.contains_key(&members[2].0), "{there:?}");
}

/// Six of sixty may go, and would be too many of those in the second Region alone.
#[tokio::test(start_paused = true)]
async fn how_many_members_there_are_is_counted_over_all_regions() {
    let stage = Stage::of("size = 60");
    stage.set("MAX_INVITATIONS", "100");
    let members = stage.members();
    stage.set("REGIONS", REGIONS[0]);
    assert_eq!(stage.upload_all().await.error, None);
    stage.set("REGIONS", REGIONS[1]);
    let some = stage.csv(&members[..20]);
    assert_eq!(stage.upload("enable/some.csv", some).await.error, None);
    stage
        .set("REGIONS", &REGIONS.join(","))
        .set("PRUNE", "true");
    stage.set("REGIONS_PER_PASS", "1");
    let execution = stage.upload(LIST, stage.csv(&members[6..])).await;
    assert_eq!(execution.error, None, "{execution:?}");
    for region in REGIONS {
        assert_eq!(stage.statuses(region).await.len(), 54, "{region}");
    }
}
