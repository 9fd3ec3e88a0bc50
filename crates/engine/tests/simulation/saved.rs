//! A plan is saved, others act, and then it is executed: what is sent is a part of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::clock::sleep;
use engine::{Limit, Run};
use fleet::guard::{Consent, Word};
use fleet::report::PlanReport;
use fleet::saved::{Goal, SavedPlan, SavedSettings};
use jiff::Timestamp;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::asked::Asked;
use crate::monitor::{Inside, Violation};
use crate::play::{Stage, header, in_peace};
use crate::reading::Reading;
use crate::scenario::{ADMINISTRATOR, Go, Scenario};

pub(crate) const PLANNED: &str = "nothing is sent that the saved plan does not hold";
const REFUSED: &str = "a plan that is refused is refused whole";

/// Told from the document alone, as whoever reviewed it would.
pub(crate) fn on_sending(inside: &Inside, run: usize, asked: &Asked) -> Vec<Violation> {
    if !inside.runs[run].by_plan || is_planned(inside, asked) {
        return Vec::new();
    }
    let text = format!("{asked:?}, and the plan is {:?}", inside.saved);
    vec![Violation {
        rule: PLANNED,
        text,
    }]
}

fn is_planned(inside: &Inside, asked: &Asked) -> bool {
    const ACCEPTED: [&str; 4] = ["invite", "accept", "repair", "wait"];
    let nothing = Value::Null;
    let plan = &inside.saved.as_ref().unwrap_or(&nothing)["plan"];
    let regions = || plan["regions"].as_array().into_iter().flatten();
    let action = |region: &Value, account: &str| {
        let mut members = region["members"].as_array().into_iter().flatten();
        let member = members.find(|it| it["account_id"] == account);
        let action = member.and_then(|it| it["action"].as_str());
        action.unwrap_or_default().to_owned()
    };
    if asked.operation == "AssumeRole" {
        let account = asked.role_arn.split(':').nth(4).unwrap_or_default();
        let mut regions = regions();
        return regions.any(|it| ACCEPTED.contains(&action(it, account).as_str()));
    }
    if !asked.changes_something() {
        return true;
    }
    let Some(here) = regions().find(|it| it["region"] == asked.region.as_str()) else {
        return false;
    };
    let was = here["graph_arn"].as_str();
    if was.is_some_and(|was| asked.operation != "CreateGraph" && was != asked.graph_arn()) {
        return false;
    }
    let caller = inside.keys.get(&asked.key).cloned().unwrap_or_default();
    let all = |actions: &[&str]| {
        let accounts = asked.accounts();
        let planned = |account: &String| actions.contains(&action(here, account).as_str());
        accounts.iter().all(planned)
    };
    match asked.operation {
        "CreateGraph" => here["create_graph"] == true,
        "DeleteGraph" => here["delete_graph"] == true,
        "CreateMembers" => all(&["invite", "repair"]),
        "DeleteMembers" => all(&["remove", "repair"]),
        "StartMonitoringMember" => all(&["invite", "accept", "repair", "wait", "start"]),
        "AcceptInvitation" => ACCEPTED.contains(&action(here, &caller).as_str()),
        _ => false,
    }
}

impl Stage {
    /// Makes a plan and saves it, through the same document as the command does.
    pub(crate) async fn save(&self) {
        let go = Go {
            by_plan: true,
            ..in_peace()
        };
        let (crash, tape) = (CancellationToken::new(), self.tape(&go));
        let (aws, chosen) = loop {
            match self.connect(&go, &crash, &tape).await {
                Some(connected) => break connected,
                None => sleep(Duration::from_secs(1)).await,
            }
        };
        let limit = Limit {
            timeout: go.timeout,
            grace: Limit::GRACE,
            stop: CancellationToken::new(),
        };
        let fleet = self.monitor.scenario.fleet();
        let mut run = Run::new(&aws, Arc::new(fleet), &chosen.regions);
        run.observe(&limit).await;
        let plan = PlanReport::of(header(&aws), run.plan(), BTreeMap::new());
        let saved = SavedPlan::of(plan, settings(), run.graph_changes(), Timestamp::MAX);
        let text = saved.to_text().unwrap();
        assert_eq!(SavedPlan::parse(text.as_bytes()), Ok(saved));
        assert!(!text.to_lowercase().contains("root."), "an e-mail: {text}");
        self.monitor.inside().saved = serde_json::from_str(&text).ok();
    }

    /// Compares what is now with the saved plan, and allows what that holds; whether it goes ahead.
    pub(crate) fn agree_to_plan(&self, run: &mut Run) -> bool {
        let saved = self.monitor.inside().saved.clone().unwrap();
        let saved: SavedPlan = serde_json::from_value(saved).unwrap();
        if saved
            .check_world(&run.plan(), &run.graph_changes())
            .is_err()
        {
            return false;
        }
        let consent = Consent {
            word: Word::Typed,
            ..Consent::default()
        };
        run.agree_within(Some(saved.bounds()), 0, consent).unwrap();
        true
    }

    /// A run that was refused has changed nothing.
    pub(crate) fn check_nothing_was_sent(&self, run: usize) {
        let calls = self.monitor.inside().runs[run].calls.clone();
        let reads = [
            "GetCallerIdentity",
            "ListRegions",
            "ListGraphs",
            "ListMembers",
            "GetMembers",
        ];
        if calls.keys().any(|operation| !reads.contains(operation)) {
            self.monitor.violated(REFUSED, format!("{calls:?}"));
        }
    }
}

fn settings() -> SavedSettings {
    SavedSettings {
        goal: Goal::Enable,
        regions: Default::default(),
        exclude_region: Default::default(),
        account: Default::default(),
        not_account: Default::default(),
        expected: Default::default(),
        role_name: "Role".to_owned(),
        prune: false,
        retry_failed: false,
        tags: Default::default(),
        packages: Default::default(),
        send_email: false,
        message: None,
    }
}

/// A seed's world in fair weather, alone. Verifications that are under way with an address of old end
/// in a repair that no plan could show before they have failed.
fn calm(seed: u64) -> Scenario {
    let mut scenario = Scenario::of(seed);
    scenario.deeds.clear();
    scenario.faults.clear();
    scenario.acts.clear();
    scenario.climate.clear = Duration::ZERO;
    scenario.climate.slow = 0.0;
    for member in &mut scenario.members {
        member.known_after = (Duration::ZERO, Duration::ZERO);
        let verifies = |status: &str| status == "VERIFICATION_IN_PROGRESS";
        member.standing.retain(|(_, status, _)| !verifies(status));
    }
    scenario
}

/// What came of the memberships of the administrator's graphs, and where it has one.
fn end(stage: &Stage) -> BTreeMap<String, BTreeMap<String, String>> {
    let reading = Reading::of(&stage.monitor.sandbox);
    let own = reading
        .0
        .iter()
        .filter(|((_, owner), _)| owner == ADMINISTRATOR);
    own.map(|((region, _), graph)| {
        let members = graph.members.iter();
        let members = members.map(|(account, entry)| (account.clone(), entry.status.clone()));
        (region.clone(), members.collect())
    })
    .collect()
}

fn ends(seed: u64, by_plan: bool) -> BTreeMap<String, BTreeMap<String, String>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let stage = Stage::of(&calm(seed));
        if by_plan {
            stage.save().await;
        }
        let go = Go {
            by_plan,
            ..in_peace()
        };
        assert!(stage.go(go).await.is_some(), "seed {seed}: refused");
        let violations = std::mem::take(&mut stage.monitor.inside().violations);
        assert!(violations.is_empty(), "seed {seed}: {violations:#?}");
        end(&stage)
    })
}

#[test]
fn a_saved_plan_that_is_executed_in_its_own_world_ends_as_the_run_that_it_stands_for() {
    let mut changed = 0;
    // The next one is a big one.
    for seed in 0..49 {
        let free = ends(seed, false);
        assert_eq!(ends(seed, true), free, "seed {seed}");
        changed += usize::from(free.values().any(|members| !members.is_empty()));
    }
    assert!(changed > 20, "{changed} worlds have members in the end");
}
