//! Leaves out of a scenario whatever a failure does not need.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::monitor::Violation;
use crate::play::play;
use crate::scenario::{End, Scenario};

/// Things that are left out of a seed's scenario, by name.
pub(crate) type Without = BTreeSet<String>;

/// How many worlds are tried before the smallest so far is good enough.
const TRIES: usize = 300;

/// What a seed plays without some of it.
pub(crate) fn scenario(seed: u64, without: &Without) -> Scenario {
    let mut scenario = Scenario::of(seed);
    let keep = |kind: &str, n: usize| !without.contains(&format!("{kind}{n}"));
    fn retain<T>(all: &mut Vec<T>, kind: &str, keep: impl Fn(&str, usize) -> bool) {
        let mut n = 0..;
        all.retain(|_| keep(kind, n.next().unwrap()));
    }
    retain(&mut scenario.regions, "region", keep);
    retain(&mut scenario.members, "member", keep);
    retain(&mut scenario.strangers, "stranger", keep);
    retain(&mut scenario.faults, "fault", keep);
    retain(&mut scenario.throttles, "throttle", keep);
    retain(&mut scenario.switches, "switch", keep);
    retain(&mut scenario.unkind, "unkind", keep);
    retain(&mut scenario.deeds, "deed", keep);
    retain(&mut scenario.acts, "act", keep);
    for (n, act) in scenario.acts.iter_mut().enumerate() {
        if !keep("second", n) {
            act.truncate(1);
        }
        for go in act.iter_mut().filter(|_| !keep("end", n)) {
            go.end = End::ByItself;
        }
    }
    let climate = &mut scenario.climate;
    let calm = |kind| !keep(kind, 0);
    if calm("visibility") {
        climate.visibility = (Duration::ZERO, Duration::ZERO);
    }
    if calm("slow") {
        climate.slow = 0.0;
    }
    if calm("dead") {
        climate.dead.clear();
    }
    if calm("slow_regions") {
        climate.slow_regions.clear();
    }
    if calm("goes_on") {
        climate.goes_on = 0.0;
    }
    if calm("spread") {
        climate.latency = (Duration::from_millis(100), Duration::from_millis(100));
    }
    if calm("trouble") {
        calm_members(&mut scenario);
    }
    scenario
}

/// Members without troubles of their own.
fn calm_members(scenario: &mut Scenario) {
    for member in &mut scenario.members {
        member.regions_off.clear();
        member.denied.clear();
        member.expected.clear();
        member.standing.clear();
        (member.too_big, member.guardduty_off, member.listed_as) = (false, false, None);
    }
}

/// Everything that can be left out of it.
fn parts(scenario: &Scenario) -> Vec<String> {
    let numbered = |kind: &'static str, all: usize| (0..all).map(move |n| format!("{kind}{n}"));
    let acts = scenario.acts.len();
    let mut parts: Vec<_> = numbered("act", acts).collect();
    parts.extend(numbered("region", scenario.regions.len()));
    parts.extend(numbered("member", scenario.members.len()));
    parts.extend(numbered("fault", scenario.faults.len()));
    parts.extend(numbered("deed", scenario.deeds.len()));
    parts.extend(numbered("stranger", scenario.strangers.len()));
    parts.extend(numbered("throttle", scenario.throttles.len()));
    parts.extend(numbered("switch", scenario.switches.len()));
    parts.extend(numbered("unkind", scenario.unkind.len()));
    parts.extend(numbered("second", acts));
    parts.extend(numbered("end", acts));
    parts.extend(["visibility0", "slow0", "goes_on0", "spread0"].map(str::to_owned));
    parts.extend(["dead0", "slow_regions0", "trouble0"].map(str::to_owned));
    parts
}

/// What does not hold; a panic is a violation, too.
pub(crate) fn violations(scenario: &Scenario) -> Vec<Violation> {
    catch_unwind(AssertUnwindSafe(|| play(scenario).violations)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        vec![Violation {
            rule: "nothing panics",
            text: text.unwrap_or_default(),
        }]
    })
}

/// The least of the seed's scenario that still breaks the same rule.
pub(crate) fn shrink(seed: u64, rule: &str) -> Without {
    let mut without = Without::new();
    let mut tries = 0;
    let parts = parts(&Scenario::of(seed));
    loop {
        let before = without.len();
        for part in &parts {
            let mut less = without.clone();
            if tries >= TRIES || !less.insert(part.clone()) {
                continue;
            }
            let smaller = scenario(seed, &less);
            if smaller.regions.is_empty() || smaller.members.is_empty() {
                continue;
            }
            tries += 1;
            if violations(&smaller)
                .iter()
                .any(|violation| violation.rule == rule)
            {
                without = less;
            }
        }
        if without.len() == before || tries >= TRIES {
            return without;
        }
    }
}
