//! A saved plan, where a Region could not be read when it was compared with AWS: nothing is done there that
//! nobody could judge.

use std::sync::Arc;
use std::time::Duration;

use engine::{Run, clock};
use fleet::bounds::Bounds;
use fleet::desired::Purpose;
use fleet::guard::{Consent, Word};
use fleet::report::{Outcome, Recorder, RegionState, Report};
use sandbox::World;

use crate::leaving::{post, there};
use crate::stage::{Stage, header};

/// The plan's Regions; the first cannot be read from 30 s on, for longer than a look takes.
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

fn stage(operation: &str) -> Stage {
    let world = format!(
        "size = 3
        [[memberships]]
        accounts = ['234567000001', '234567000002']
        regions = ['eu-west-1', 'us-east-1']
        status = 'ENABLED'
        [[faults]]
        effect = 'server_error'
        operations = ['detective:{operation}']
        regions = ['eu-west-1']
        after = '30s'
        until = '180s'"
    );
    Stage::of(World::from_toml(&world).unwrap()).in_regions(&REGIONS)
}

/// What a plan that is made now would hold.
async fn planned(run: &mut Run, stage: &Stage) -> Bounds {
    run.observe(&stage.limit()).await;
    Bounds::of(&run.plan(), &run.graph_changes())
}

/// What comes of a plan that is executed when the first Region cannot be read.
async fn executed(stage: &Stage, meanwhile: impl AsyncFn()) -> Report {
    let recorder = Arc::new(Recorder::default());
    let (aws, mut run) = stage.begin(&recorder).await;
    let bounds = planned(&mut run, stage).await;
    meanwhile().await;
    clock::sleep(Duration::from_secs(30)).await;
    run.forget();
    run.observe(&stage.limit()).await;
    assert_eq!(run.read().len(), 1);
    let consent = Consent {
        word: Word::Typed,
        ..Consent::default()
    };
    run.agree_within(Some(bounds), 0, consent).unwrap();
    clock::sleep(Duration::from_secs(180)).await;
    let finish = run.reconcile(&stage.limit()).await;
    let now = aws.clock().timestamp();
    recorder.report(header(aws.administrator()), now, finish.ended, finish.error)
}

#[tokio::test(start_paused = true)]
async fn nobody_is_removed_there() {
    for purpose in [Purpose::Disable, Purpose::DeleteGraphs] {
        let mut stage = stage("ListMembers");
        stage.fleet.settings.purpose = purpose;
        let report = executed(&stage, async || {}).await;
        assert_eq!(there(&stage, "eu-west-1"), (1, 2), "{purpose:?}");
        assert_eq!(there(&stage, "us-east-1").1, 0, "{purpose:?}");
        let states: Vec<_> = report.regions.iter().map(|it| it.state).collect();
        assert_eq!(states, [RegionState::Failed, RegionState::Settled]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_plan_holds_is_done_there_and_nothing_else() {
    let report = executed(&stage("ListGraphs"), async || {}).await;
    assert_eq!(report.summary.enabled, 6, "{report:#?}");
    // Its graph is gone by then, and the plan makes none.
    let stage = stage("ListGraphs");
    let report = executed(&stage, async || {
        let arn = stage.sandbox.state()["regions"]["eu-west-1"][0]["arn"].clone();
        let body = serde_json::json!({ "GraphArn": arn }).to_string();
        post(&stage, "555555555555", "eu-west-1", "/graph/removal", body).await;
    })
    .await;
    assert_eq!(there(&stage, "eu-west-1"), (0, 0));
    assert_eq!(there(&stage, "us-east-1"), (1, 3));
    let members = &report.regions[0].members;
    assert_eq!(members.len(), 3);
    for member in members {
        assert_eq!(member.outcome, Outcome::Failed, "{member:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_closed_says_also_what_was_wrong_with_it() {
    let world = "size = 2\n[[faults]]\neffect = 'denied'\noperations = ['detective:ListGraphs']\nregions = ['eu-west-1']";
    let mut stage = Stage::of(World::from_toml(world).unwrap()).in_regions(&REGIONS);
    stage.fleet.settings.patience = Duration::ZERO;
    let recorder = Arc::new(Recorder::default());
    let (aws, mut run) = stage.begin(&recorder).await;
    run.observe(&stage.limit()).await;
    run.close("somebody says so", |_| true);
    let finish = run.reconcile(&stage.limit()).await;
    let now = aws.clock().timestamp();
    let report = recorder.report(header(aws.administrator()), now, finish.ended, finish.error);
    let why = |n: usize| report.regions[n].error.clone().unwrap_or_default();
    assert!(why(0).starts_with("Somebody says so ("), "{}", why(0));
    assert!(why(0).contains("AccessDenied"), "{}", why(0));
    assert_eq!(why(1).trim_end_matches('.'), "Somebody says so");
    assert_eq!(there(&stage, "us-east-1"), (0, 0));
}
