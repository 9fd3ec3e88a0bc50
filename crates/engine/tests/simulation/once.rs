//! What seeds have found, in the smallest world that has it.

use std::time::Duration;

use crate::play::{in_peace, play};
use crate::red;
use crate::scenario::{End, Go, Scenario};

/// One member whose verification takes a minute.
fn scenario(acts: Vec<Vec<Go>>) -> Scenario {
    let mut scenario = red::scenario();
    scenario.climate.verification = (Duration::from_secs(60), Duration::from_secs(60));
    scenario.climate.verified_at_once = 0.0;
    scenario.acts = acts;
    scenario
}

fn ending(end: End) -> Vec<Go> {
    vec![Go { end, ..in_peace() }]
}

fn assert_nothing_breaks(scenario: &Scenario) {
    let violations = play(scenario).violations;
    assert!(violations.is_empty(), "{violations:#?}");
}

/// It was reported as complete: its Regions had nothing under way and heard of the stop first.
#[test]
fn a_run_that_is_stopped_while_aws_verifies_is_interrupted() {
    let stopped = ending(End::StoppedAfter(Duration::from_secs(10)));
    assert_nothing_breaks(&scenario(vec![stopped]));
}

/// It was given up after three answers within a second: "already a member".
#[test]
fn who_was_invited_by_a_run_that_was_dropped_and_is_not_listed_yet_is_waited_for() {
    let dropped = ending(End::DroppedAfter(Duration::from_secs(2)));
    let mut scenario = scenario(vec![dropped, ending(End::ByItself)]);
    scenario.climate.visibility = (Duration::from_secs(10), Duration::from_secs(10));
    assert_nothing_breaks(&scenario);
}

/// What the Regions did next was still sent, and the last words were lost in silence.
#[test]
fn a_journal_that_is_full_stops_a_run_wherever_it_is() {
    for events in 1..30 {
        let mut scenario = scenario(vec![ending(End::JournalFullAfter(events))]);
        scenario.regions = vec!["us-east-1", "eu-west-1"];
        scenario.acts[0][0].concurrency = 1;
        assert_nothing_breaks(&scenario);
    }
}
