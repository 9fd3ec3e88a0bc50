//! What must have become of each membership, told from its own facts alone, and whether a report
//! says what the world says.

use std::collections::{BTreeMap, BTreeSet};

use fleet::event::{Event, EventKind, Operation};
use fleet::report::{Ended, MemberReport, Outcome, RegionReport, Report};

use crate::monitor::{Change, Monitor, Place};
use crate::reading::{Entry, Reading};
use crate::scenario::{ADMINISTRATOR, Aim, Member, MemberRole, Scenario};

pub(crate) const CONVERGED: &str =
    "every membership that can be ENABLED is, and no failure changes another's outcome";
pub(crate) const REPORT: &str = "the report says what the world says";
pub(crate) const ANNOUNCED: &str = "every change is announced as it is sent";
pub(crate) const CALLS: &str = "the number of calls is bounded";
pub(crate) const FIXED: &str = "a run after a run changes nothing";

/// The statuses that an undisturbed run has to end with, after what there is now.
pub(crate) fn expected(scenario: &Scenario, now: &Reading) -> BTreeMap<Place, Option<String>> {
    let listed = || scenario.members.iter().filter(|member| member.in_roster);
    let places = scenario
        .regions
        .iter()
        .flat_map(|region| listed().map(move |member| (*region, member)));
    let others = scenario.members.iter().filter(|member| !member.in_roster);
    let others: Vec<_> = match scenario.aim {
        Aim::Prune | Aim::End => others.collect(),
        Aim::Enable | Aim::EnableAgain | Aim::Disable => Vec::new(),
    };
    let others = scenario
        .regions
        .iter()
        .flat_map(|region| others.iter().map(move |member| (*region, *member)));
    places
        .chain(others)
        .filter_map(|(region, member)| {
            let entry = now.entry(region, ADMINISTRATOR, &member.id);
            let place = (region.to_owned(), member.id.clone());
            if is_left_alone(scenario, region, member) {
                // A verification ends by itself, some time.
                let stays = entry.is_none_or(|entry| entry.status != "VERIFICATION_IN_PROGRESS");
                return stays.then(|| (place, entry.map(|entry| entry.status.clone())));
            }
            if !scenario.aim.enables() || !member.in_roster {
                return Some((place, None));
            }
            let wanted = status(scenario, now, region, member, entry);
            let is_dropped = wanted == "VERIFICATION_FAILED" && has(scenario, "failed_members");
            Some((place, (!is_dropped).then(|| wanted.to_owned())))
        })
        .collect()
}

fn status<'a>(
    scenario: &Scenario,
    now: &Reading,
    region: &str,
    member: &Member,
    entry: Option<&'a Entry>,
) -> &'a str {
    let verified = |email: &str| is_verified(scenario, member, email);
    let accepted = || {
        if !can_accept(scenario, now, region, member) {
            "INVITED"
        } else if member.too_big || (member.guardduty_off && has(scenario, "guardduty")) {
            "ACCEPTED_BUT_DISABLED"
        } else {
            "ENABLED"
        }
    };
    let invited = || {
        if verified(member.roster_email()) {
            accepted()
        } else {
            "VERIFICATION_FAILED"
        }
    };
    let corrected = |email: &str| !email.eq_ignore_ascii_case(member.roster_email());
    match entry {
        None => invited(),
        Some(entry) => match entry.status.as_str() {
            "VERIFICATION_IN_PROGRESS" if verified(&entry.email) => accepted(),
            "VERIFICATION_IN_PROGRESS" | "VERIFICATION_FAILED" if corrected(&entry.email) => {
                invited()
            }
            "VERIFICATION_FAILED" if scenario.aim == Aim::EnableAgain => invited(),
            "VERIFICATION_IN_PROGRESS" | "VERIFICATION_FAILED" => "VERIFICATION_FAILED",
            "INVITED" => accepted(),
            as_it_is => as_it_is,
        },
    }
}

/// So often a run invites whom AWS forgets.
pub(crate) const TRIES: u32 = 3;

/// Whether AWS keeps nothing of a verification that fails: nobody can tell then that it was tried.
pub(crate) fn forgets_who_failed(scenario: &Scenario) -> bool {
    let mut listed = scenario.members.iter().filter(|member| member.in_roster);
    has(scenario, "failed_members")
        && listed.any(|member| !is_verified(scenario, member, member.roster_email()))
}

/// Whether an account is that of an address, as AWS compares them in this world.
fn is_verified(scenario: &Scenario, member: &Member, email: &str) -> bool {
    match has(scenario, "email_case") {
        true => email == member.email,
        false => email.eq_ignore_ascii_case(&member.email),
    }
}

fn is_left_alone(scenario: &Scenario, region: &str, member: &Member) -> bool {
    let climate = &scenario.climate;
    let is_out_of_reach = climate.denied.contains(&region) || climate.dead.contains(&region);
    member.expected.contains(&region) || is_out_of_reach
}

fn has(scenario: &Scenario, switch: &str) -> bool {
    scenario.switches.iter().any(|(name, _)| *name == switch)
}

fn can_accept(scenario: &Scenario, now: &Reading, region: &str, member: &Member) -> bool {
    let is_opt_in = ["eu-south-1", "me-south-1", "af-south-1"].contains(&region);
    let graphs = now
        .0
        .iter()
        .filter(|((there, owner), _)| there == region && owner != ADMINISTRATOR);
    let elsewhere = graphs
        .filter_map(|(_, graph)| graph.members.get(&member.id))
        .filter(|entry| ["ENABLED", "ACCEPTED_BUT_DISABLED"].contains(&entry.status.as_str()));
    let has_room = !has(scenario, "graphs_per_member") || elsewhere.count() == 0;
    member.role == MemberRole::Fine
        && has_room
        && !member.regions_off.contains(&region)
        && !member.denied.contains(&region)
        && !(scenario.climate.global_sts && is_opt_in)
}

/// Whether the world came to what was expected of it.
pub(crate) fn check_statuses(
    monitor: &Monitor,
    expected: &BTreeMap<Place, Option<String>>,
    now: &Reading,
) {
    for ((region, account), wanted) in expected {
        let entry = now.entry(region, ADMINISTRATOR, account);
        let status = entry.map(|entry| entry.status.as_str());
        if status != wanted.as_deref() {
            let text = format!("{account} in {region} is {status:?} and should be {wanted:?}");
            monitor.violated(CONVERGED, text);
        }
    }
}

/// What holds of every report, whatever happened during the run, and what holds of one that nobody
/// disturbed.
pub(crate) fn check_report(monitor: &Monitor, run: usize, report: &Report) {
    let check = |holds: bool, text: &str| {
        if !holds {
            monitor.violated(REPORT, text);
        }
    };
    let scenario = &monitor.scenario;
    let names: Vec<_> = report
        .regions
        .iter()
        .map(|region| region.region.as_str())
        .collect();
    let mut wanted = scenario.regions.clone();
    wanted.sort_unstable();
    check(names == wanted, "its Regions");
    for region in &report.regions {
        let accounts = region
            .members
            .iter()
            .map(|member| member.account_id.to_string());
        let accounts: Vec<_> = accounts.collect();
        let (listed, others): (Vec<_>, Vec<_>) = accounts
            .into_iter()
            .partition(|account| monitor.roster.contains_key(account));
        check(listed.iter().eq(monitor.roster.keys()), "its members");
        let may_go = matches!(scenario.aim, Aim::Prune | Aim::End);
        check(others.is_empty() || may_go, "others");
        for member in &region.members {
            let account = member.account_id.to_string();
            let leaves = !scenario.aim.enables() || !monitor.roster.contains_key(&account);
            check(is_sound(member, leaves), &format!("{member:?}"));
        }
    }
    let text = serde_json::to_string(report).unwrap().to_lowercase();
    check(!text.contains("a defect of"), "a defect");
    check(
        !monitor
            .roster
            .values()
            .any(|email| text.contains(&email.to_lowercase())),
        "an e-mail",
    );
    check(adds_up(report), &format!("{:?}", report.summary));
    if !monitor.was_disturbed(run) {
        check_against_the_world(monitor, run, report);
    }
}

/// Whether all that was sent and changes something had been announced just so.
pub(crate) fn check_announced(monitor: &Monitor, run: usize, events: &[Event]) {
    let announced = events.iter().filter_map(|event| {
        let EventKind::Sending { change } = &event.kind else {
            return None;
        };
        // The end of a graph takes members along that the request does not name.
        let takes_along = change.operation == Operation::DeleteGraph;
        let members = change.members.iter().filter(|_| !takes_along);
        let mut members: Vec<_> = members.map(ToString::to_string).collect();
        members.sort();
        Some(Change {
            operation: change.operation.name().to_owned(),
            region: event.region.as_ref()?.to_string(),
            account: change.account.to_string(),
            members,
        })
    });
    let announced: BTreeSet<_> = announced.collect();
    let sent = monitor.inside().runs[run].changes.clone();
    if let Some(change) = sent.iter().find(|it| !announced.contains(it)) {
        monitor.violated(ANNOUNCED, format!("{change:?}, of {announced:?}"));
    }
}

/// Whether the report says what ended the run.
pub(crate) fn check_end(monitor: &Monitor, run: usize, was_stopped: bool, report: &Report) {
    let is_refused = monitor.inside().runs[run].refused;
    // Its time may have been over before it was stopped.
    let says_so = match report.ended {
        Ended::Interrupted => was_stopped,
        // What ended it for every Region may have come first.
        Ended::Complete => !was_stopped || report.error.is_some(),
        _ => true,
    };
    if !says_so || (is_refused && report.error.is_none()) {
        monitor.violated(REPORT, format!("{:?}, {:?}", report.ended, report.error));
    }
}

fn is_sound(member: &MemberReport, leaves: bool) -> bool {
    let is_enabled = member
        .status
        .as_ref()
        .is_some_and(|status| status.as_str() == "ENABLED");
    let has_reason = member
        .reason
        .as_ref()
        .is_some_and(|reason| !reason.is_empty());
    match member.outcome {
        Outcome::Unchanged | Outcome::Removed if leaves => member.status.is_none(),
        Outcome::Enabled | Outcome::Unchanged | Outcome::Repaired => is_enabled && !leaves,
        Outcome::Waiting | Outcome::Failed => has_reason,
        Outcome::Skipped => true,
        Outcome::Removed => false,
    }
}

fn adds_up(report: &Report) -> bool {
    let members = || report.regions.iter().flat_map(|region| &region.members);
    let count = |outcome| members().filter(|member| member.outcome == outcome).count() as u64;
    let summary = &report.summary;
    let enabled = members().filter(|member| {
        member
            .status
            .as_ref()
            .is_some_and(|status| status.as_str() == "ENABLED")
    });
    summary.memberships == members().count() as u64
        && summary.enabled == enabled.count() as u64
        && summary.removed == count(Outcome::Removed)
        && summary.failed == count(Outcome::Failed)
        && summary.waiting == count(Outcome::Waiting)
        && summary.skipped == count(Outcome::Skipped)
}

fn check_against_the_world(monitor: &Monitor, run: usize, report: &Report) {
    let now = Reading::of(&monitor.sandbox);
    let is_whole = report.ended == Ended::Complete && report.error.is_none();
    for region in &report.regions {
        let graph = now.graph(region.region.as_str(), ADMINISTRATOR);
        for member in &region.members {
            let account = member.account_id.to_string();
            let entry = graph.and_then(|graph| graph.members.get(&account));
            let (says, is) = (
                member.status.as_ref().map(|status| status.as_str()),
                entry.map(|entry| entry.status.as_str()),
            );
            let is_final = is_whole && region.error.is_none() && member.outcome != Outcome::Skipped;
            // What was under way when a run was ended, or its Region was lost, may have come about unseen.
            let is_told = says == Some("ENABLED")
                && member.outcome != Outcome::Waiting
                && region.error.is_none();
            if says != is && (is_final || is_told) {
                let text = format!("{account} in {} is {is:?}: {member:?}", region.region);
                monitor.violated(REPORT, text);
            }
        }
        let graph = graph.map(|graph| graph.arn.as_str());
        check_graph(monitor, region, graph, is_whole);
    }
    // Nobody waits for the last answers about a Region that was given up.
    let gave_up = report.regions.iter().any(|region| region.error.is_some());
    if is_whole && !gave_up {
        check_calls(monitor, run, report);
    }
}

/// A run that was ended may not have heard of the graph that it made, nor of the end of one.
fn check_graph(monitor: &Monitor, region: &RegionReport, is: Option<&str>, is_whole: bool) {
    let says = region.graph_arn.as_ref().map(|arn| arn.as_str());
    let is_told = says.is_some() && monitor.scenario.aim != Aim::End;
    if region.error.is_none() && says != is && (is_whole || is_told) {
        monitor.violated(REPORT, format!("the graph is {is:?}, not {says:?}"));
    }
}

/// Every request is in the report, but for roles that nobody waited for any more.
fn check_calls(monitor: &Monitor, run: usize, report: &Report) {
    let reported: BTreeMap<&str, u64> = report
        .calls
        .iter()
        .map(|(name, count)| (name.split(':').nth(1).unwrap(), *count))
        .collect();
    let sent = monitor.inside().runs[run].calls.clone();
    let says = |operation: &str| reported.get(operation).copied().unwrap_or_default();
    let holds = sent.iter().all(|(operation, count)| match *operation {
        "AssumeRole" => says(operation) <= *count,
        _ => says(operation) == *count,
    });
    if !holds
        || reported
            .keys()
            .any(|operation| !sent.contains_key(operation))
    {
        monitor.violated(REPORT, format!("calls: {reported:?}, not {sent:?}"));
    }
}

/// How many calls a run may need once nothing goes wrong any more: what it has to do, looks that get
/// rarer while AWS verifies, three tries of what will never be allowed, and questions to who is dead.
pub(crate) fn most_calls(scenario: &Scenario) -> u64 {
    let (members, regions) = (scenario.members.len() as u64, scenario.regions.len() as u64);
    // What is tried again is verified again, and so is who fails under way with an e-mail of old.
    let fails_under_way = scenario.members.iter().any(|member| {
        let mut standing = member.standing.iter();
        standing.any(|(_, status, old)| *status == "VERIFICATION_IN_PROGRESS" && old.is_some())
    });
    let again = scenario.aim == Aim::EnableAgain || fails_under_way;
    // Whom AWS forgets is looked for each time.
    let verifications = match forgets_who_failed(scenario) {
        true => 1 + u64::from(TRIES),
        false => 1 + u64::from(again),
    };
    let looks = verifications * (80 + scenario.climate.verification.1.as_secs() / 20);
    // Lists have empty pages then, and shorter ones than they need.
    let has_short_pages = scenario.unkind.iter().any(|it| it.0 == "short_pages");
    let pages = 1 + u64::from(has_short_pages);
    10 * pages + 4 * members + regions * (looks * pages + 6 * members)
}
