//! A run that may be told, at any moment, to change nothing more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engine::Gate;
use fleet::desired::Purpose;
use fleet::guard::{Consent, Word};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sandbox::World;

use crate::stage::{Stage, calls};

/// Lets so many changes through.
#[derive(Debug)]
struct Turnstile {
    left: AtomicU64,
    asked_anew: AtomicU64,
}

impl Turnstile {
    fn letting(left: u64) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicU64::new(left),
            asked_anew: AtomicU64::new(0),
        })
    }
}

impl Gate for Turnstile {
    fn ask(&self, age: Duration) -> BoxFuture<'_, Result<(), String>> {
        if age.is_zero() {
            self.asked_anew.fetch_add(1, Ordering::Relaxed);
        }
        let left = |left: u64| left.checked_sub(1);
        let open = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left)
            .is_ok();
        let answer = open.then_some(()).ok_or_else(|| "shut".to_owned());
        async move { answer }.boxed()
    }
}

fn stage(gate: &Arc<Turnstile>) -> Stage {
    let world = "size = 60\nlatency = \"100ms\"\nverification = \"1s\"";
    let mut stage =
        Stage::of(World::from_toml(world).unwrap()).in_regions(&["us-east-1", "eu-west-1"]);
    stage.gate = Some(gate.clone());
    stage
}

const CHANGES: [&str; 3] = [
    "detective:CreateGraph",
    "detective:CreateMembers",
    "detective:AcceptInvitation",
];

#[tokio::test(start_paused = true)]
async fn every_change_asks_first_and_a_batch_is_not_content_with_an_old_answer() {
    let gate = Turnstile::letting(u64::MAX);
    let report = stage(&gate).enable().await;
    assert_eq!(report.summary.enabled, 120);
    let made: u64 = CHANGES.iter().map(|change| calls(&report, change)).sum();
    assert_eq!(made, u64::MAX - gate.left.load(Ordering::Relaxed));
    // A graph and two batches in each Region.
    assert_eq!(gate.asked_anew.load(Ordering::Relaxed), 6);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_changed_once_the_gate_is_shut() {
    for open in [0, 1, 3, 7, 50] {
        let gate = Turnstile::letting(open);
        let report = stage(&gate).enable().await;
        assert_eq!(report.error.as_deref(), Some("shut"), "{open}");
        let made: u64 = CHANGES.iter().map(|change| calls(&report, change)).sum();
        assert_eq!(made, open, "{:?}", report.calls);
        assert_eq!(report.summary.failed, 0, "{:?}", report.summary);
    }
}

/// Members that are to leave, and some that accepted and were not enabled.
fn with_members(gate: &Arc<Turnstile>, status: &str, more: &str) -> Stage {
    let members = format!(
        "[[memberships]]\naccounts = [\"234567000001\", \"234567000002\"]\nstatus = {status:?}\n{more}"
    );
    // Accounts that are described come in addition to those that are counted.
    let size = if more.is_empty() { 2 } else { 0 };
    let world = World::from_toml(&format!("size = {size}\n{members}")).unwrap();
    let mut stage = Stage::of(world).in_regions(&["us-east-1", "eu-west-1"]);
    stage.gate = Some(gate.clone());
    stage
}

#[tokio::test(start_paused = true)]
async fn a_removal_and_the_end_of_a_graph_ask_first() {
    let consent = Consent {
        word: Word::Typed,
        ..Consent::default()
    };
    for (purpose, change) in [
        (Purpose::Disable, "detective:DeleteMembers"),
        (Purpose::DeleteGraphs, "detective:DeleteGraph"),
    ] {
        let gate = Turnstile::letting(u64::MAX);
        let mut stage = with_members(&gate, "ENABLED", "");
        stage.fleet.settings.purpose = purpose;
        let report = stage.remove(consent).await.unwrap();
        assert_eq!(calls(&report, change), 2);
        assert_eq!(gate.asked_anew.load(Ordering::Relaxed), 2);
        let gate = Turnstile::letting(0);
        let mut stage = with_members(&gate, "ENABLED", "");
        stage.fleet.settings.purpose = purpose;
        let report = stage.remove(consent).await.unwrap();
        assert_eq!(report.error.as_deref(), Some("shut"));
        assert_eq!((calls(&report, change), report.summary.removed), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_that_is_started_again_asks_first() {
    let too_big = "[accounts.234567000001]\ngigabytes_per_day = 20000.0\n[accounts.234567000002]\ngigabytes_per_day = 20000.0\n";
    let start = "detective:StartMonitoringMember";
    for (open, started) in [(u64::MAX, 4), (0, 0)] {
        let gate = Turnstile::letting(open);
        let stage = with_members(&gate, "ACCEPTED_BUT_DISABLED", too_big);
        let report = stage.enable().await;
        assert_eq!(calls(&report, start), started, "{:?}", report.calls);
        assert_eq!(open - gate.left.load(Ordering::Relaxed), started);
    }
}
