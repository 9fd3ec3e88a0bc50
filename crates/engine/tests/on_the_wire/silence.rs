//! A Region that is down costs the others little, and one that is merely slow is not taken for it.

use std::sync::Arc;
use std::time::Duration;

use engine::clock;
use fleet::desired::{Others, Purpose};
use fleet::guard::{Consent, Word};
use fleet::report::{Outcome, Report};
use sandbox::World;

use crate::stage::Stage;

const REGIONS: [&str; 4] = ["us-east-1", "eu-west-1", "ap-southeast-2", "me-south-1"];

const DEAD: &str = "[[faults]]\neffect = \"silence\"\noperations = [\"detective:*\"]\nregions = [\"me-south-1\"]\n";

/// So many accounts in four Regions, of which `trouble` says what is wrong with the last.
fn stage(size: usize, trouble: &str) -> Stage {
    let world = format!("size = {size}\nlatency = \"100ms\"\nverification = \"2s\"\n{trouble}");
    Stage::of(World::from_toml(&world).unwrap()).in_regions(&REGIONS)
}

/// The same with all of them members already.
fn stage_of_members(trouble: &str) -> Stage {
    let accounts = ["234567000001", "234567000002", "234567000003"];
    let members = "status = \"ENABLED\"";
    let world = format!(
        "[[memberships]]\naccounts = {accounts:?}\nregions = {REGIONS:?}\n{members}\n{trouble}"
    );
    stage(3, &world)
}

/// What a run with a dead Region may take: half as long again, or 5 s more.
fn allowed(healthy: Duration) -> Duration {
    healthy.mul_f64(1.5).max(healthy + Duration::from_secs(5))
}

/// What was done, and how long it took by its own clock.
async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let begun = clock::now();
    (work.await, begun.elapsed())
}

fn outcomes(report: &Report) -> (usize, usize) {
    let (mut dead, mut others) = (0, 0);
    for region in &report.regions {
        let enabled = |it: &&fleet::report::MemberReport| it.outcome == Outcome::Enabled;
        let enabled = region.members.iter().filter(enabled).count();
        match region.region.as_str() {
            "me-south-1" => dead += enabled,
            _ => others += enabled,
        }
    }
    (dead, others)
}

#[tokio::test(start_paused = true)]
async fn a_dead_region_takes_half_as_long_again_or_five_seconds_more() {
    for (size, concurrency) in [(3, 256), (80, 8), (150, 16)] {
        let mut healthy = stage(size, "");
        healthy.max_concurrency = concurrency;
        let (_, healthy) = timed(healthy.enable()).await;
        let mut dead = stage(size, DEAD);
        dead.max_concurrency = concurrency;
        let (report, took) = timed(dead.enable()).await;
        assert_eq!(outcomes(&report), (0, size * 3));
        assert!(
            took <= allowed(healthy),
            "{size}: {took:?}, healthy {healthy:?}"
        );
        let error = report.regions[2].error.as_deref().unwrap();
        assert!(error.contains("--exclude-region me-south-1"), "{error}");
        assert_eq!(report.summary.waiting, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_region_is_asked_side_by_side() {
    let stage = stage(3, DEAD);
    stage.enable().await;
    let asked = stage.sandbox.calls()["operations"]["detective:ListGraphs"].clone();
    assert_eq!(
        asked,
        3 + 3,
        "one for each of the others, three for the dead one"
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_merely_slow_is_not_given_up() {
    for slow in ["1s", "3s", "4s"] {
        let slow = format!("slow_regions = {{ me-south-1 = \"{slow}\" }}\n");
        let report = stage(3, &slow).enable().await;
        assert_eq!(outcomes(&report), (3, 9), "{slow}");
        assert_eq!(report.regions[2].error, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_very_slow_region_comes_in_while_the_others_work() {
    let slow = "slow_regions = { me-south-1 = \"8s\" }\nverification_spread = \"10s\"\n";
    let report = stage(30, slow).enable().await;
    assert_eq!(outcomes(&report), (30, 90));
}

/// The others need some 6 s, and a Region that has said nothing by then has 4.5 s more.
#[tokio::test(start_paused = true)]
async fn what_the_others_needed_is_what_a_region_has_and_some_more() {
    let world = "size = 3\nlatency = \"100ms\"\nverification = \"5s\"\nslow_regions = { me-south-1 = \"7s\" }";
    let stage = Stage::of(World::from_toml(world).unwrap()).in_regions(&REGIONS);
    let report = stage.enable().await;
    assert_eq!(outcomes(&report), (3, 9), "{:?}", report.regions[2].error);
}

#[tokio::test(start_paused = true)]
async fn one_lost_answer_does_not_make_a_region_dead() {
    let lost = DEAD.replace("detective:*", "detective:ListGraphs") + "first = 1\n";
    let (report, took) = timed(stage(3, &lost).enable()).await;
    assert_eq!(outcomes(&report), (3, 9));
    // The question beside it was answered, and nobody waits for the first.
    assert!(took < Duration::from_secs(8), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_dead_region_is_judged_once_a_run() {
    let (_, healthy) = timed(looked_first(&stage(3, ""))).await;
    let (report, took) = timed(looked_first(&stage(3, DEAD))).await;
    assert_eq!(outcomes(&report), (0, 9));
    assert!(took <= allowed(healthy), "{took:?}, healthy {healthy:?}");
}

/// As with a prompt: look, and then make it so.
async fn looked_first(stage: &Stage) -> Report {
    let recorder = Arc::default();
    let (aws, mut run) = stage.begin(&recorder).await;
    run.observe(&stage.limit()).await;
    let finish = run.reconcile(&stage.limit()).await;
    let header = crate::stage::header(aws.administrator());
    recorder.report(header, aws.clock().timestamp(), finish.ended, finish.error)
}

#[tokio::test(start_paused = true)]
async fn removals_do_not_wait_for_a_dead_region() {
    for (purpose, others) in [
        (Purpose::Disable, Others::Leave),
        (Purpose::Enable, Others::Remove),
    ] {
        let consent = Consent {
            word: Word::Typed,
            ..Consent::default()
        };
        let mut took = Vec::new();
        for trouble in ["", DEAD] {
            let mut stage = stage_of_members(trouble);
            stage.fleet.settings.purpose = purpose;
            stage.fleet.settings.others = others.clone();
            if purpose == Purpose::Enable {
                stage.fleet.members.pop_last();
            }
            let (report, time) = timed(stage.remove(consent)).await;
            let report = report.unwrap();
            took.push(time);
            if trouble == DEAD {
                assert!(report.regions[2].error.is_some(), "{report:#?}");
            }
            let regions = if trouble == DEAD { 3 } else { 4 };
            let leaving = if purpose == Purpose::Disable { 3 } else { 1 };
            assert_eq!(report.summary.removed, leaving * regions);
        }
        assert!(took[1] <= allowed(took[0]), "{purpose:?}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_and_a_check_do_not_wait_for_a_dead_region() {
    let (mut looks, mut checks) = (Vec::new(), Vec::new());
    for trouble in ["", DEAD] {
        let stage = stage_of_members(trouble);
        let (_, mut run) = stage.begin(&Arc::default()).await;
        let limit = stage.limit();
        looks.push(timed(run.observe(&limit)).await.1);
        assert_eq!(run.read().len(), if trouble == DEAD { 3 } else { 4 });
        checks.push(timed(stage.check(false)).await.1);
    }
    assert!(looks[1] <= allowed(looks[0]), "{looks:?}");
    assert!(checks[1] <= allowed(checks[0]), "{checks:?}");
}

#[tokio::test(start_paused = true)]
async fn where_no_region_answers_each_has_three_silences() {
    let all = DEAD.replace("regions = [\"me-south-1\"]\n", "");
    let (report, took) = timed(stage(3, &all).enable()).await;
    assert!(report.regions.iter().all(|it| it.error.is_some()));
    assert!(
        (30..40).contains(&took.as_secs()),
        "a network that is just coming up has its time: {took:?}"
    );
}
