//! One execution at a time: the lease, at its edges.

use std::time::Duration;

use serde_json::{Value, json};

use crate::stage::{LIST, REGIONS, Stage};

const LEASE: &str = "state/lease.json";

/// Somebody has the lease for so long from now on.
async fn hold(stage: &Stage, holder: &str, time: Duration) {
    let until = stage.now() + time;
    let lease = json!({"holder": holder, "until": until.to_string()});
    stage.put_json(LEASE, &lease).await;
}

/// Before the second pass, this happens to the lease.
fn before_the_second_pass<F>(stage: &Stage, act: impl Fn(Stage) -> F + Send + Sync + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    stage.before(move |stage, payload: Value| {
        let is_it = payload["step"] == "reconcile" && payload["pass"] == 2;
        let acts = is_it.then(|| act(stage));
        async move {
            if let Some(acts) = acts {
                acts.await;
            }
        }
    });
}

#[tokio::test(start_paused = true)]
async fn a_lease_of_another_is_waited_for() {
    let stage = Stage::new();
    hold(&stage, "another", Duration::from_secs(100)).await;
    let begun = stage.now();
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert!(stage.now().duration_since(begun).as_secs() >= 100);
    assert!(execution.states.contains(&"WaitForTurn".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_never_gets_its_turn_fails_and_leaves_the_lease_alone() {
    let stage = Stage::new();
    stage.set("WAIT_LIMIT_MINUTES", "10");
    hold(&stage, "another", Duration::from_secs(1_790)).await;
    let lease = stage.json(LEASE).await;
    let execution = stage.upload_all().await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    // The report gives no lease back but its own.
    assert_eq!(stage.json(LEASE).await, lease);
    assert_eq!(stage.calls("detective:CreateGraph"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lost_lease_is_not_taken_back() {
    // The other one has it still, or had it and gave it back: either way it has changed AWS since.
    for seconds in [1_700, 0] {
        let stage = Stage::of("size = 3\nverification = '40s'");
        before_the_second_pass(&stage, move |stage| async move {
            hold(&stage, "another", Duration::from_secs(seconds)).await;
        });
        let execution = stage.upload_all().await;
        assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
        let report = stage.report(&execution).await;
        assert!(report.to_string().contains("took over"), "{report}");
        assert!(
            !stage
                .statuses(REGIONS[0])
                .await
                .values()
                .any(|it| it == "ENABLED")
        );
        assert_eq!(stage.json(LEASE).await["holder"], "another");
        // Whoever has the turn now knows better.
        assert!(
            stage
                .get(&format!("latest/{LIST}/report.json"))
                .await
                .is_none()
        );
        assert!(stage.get("state/covered.json").await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_ran_out_and_that_nobody_took_is_still_ones_own() {
    let stage = Stage::of("size = 3\nverification = '40s'");
    before_the_second_pass(&stage, |stage| async move {
        hold(&stage, "execution-1", Duration::ZERO).await;
    });
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_lost_its_turn_in_the_last_moment_is_not_what_later_runs_go_by() {
    let stage = Stage::new();
    stage.before(|stage, payload| async move {
        if payload["step"] == "report" {
            hold(&stage, "another", Duration::from_secs(1_700)).await;
        }
    });
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(stage.report(&execution).await["summary"]["enabled"], 6);
    assert!(
        stage
            .get(&format!("latest/{LIST}/report.json"))
            .await
            .is_none()
    );
    assert!(stage.get("state/covered.json").await.is_none());
}
