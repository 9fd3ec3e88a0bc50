//! What no request of a run may ever do.

use crate::asked::Asked;
use crate::monitor::{Inside, Monitor, Notes, Sent, Violation};
use crate::reading::Reading;
use crate::scenario::{ADMINISTRATOR, Aim, ROLE};

pub(crate) const OUTSIDE: &str = "nothing outside the roster is touched";
pub(crate) const REMOVAL: &str = "nothing is removed that was not asked for";
pub(crate) const FOREIGN: &str = "no invitation of another graph is accepted";
pub(crate) const TWICE: &str = "no account is invited twice while it stands";
pub(crate) const MAIL: &str = "no mail is sent that was not asked for";
pub(crate) const JOURNAL: &str = "nothing is changed once the journal is full";
pub(crate) const CROWD: &str = "no more requests are under way than were allowed";

/// What a run may ask for.
const ASKS: [&str; 13] = [
    "GetCallerIdentity",
    "AssumeRole",
    "ListRegions",
    "GetRegionOptStatus",
    "ListGraphs",
    "CreateGraph",
    "ListMembers",
    "GetMembers",
    "CreateMembers",
    "DeleteMembers",
    "AcceptInvitation",
    "StartMonitoringMember",
    "DeleteGraph",
];

/// What brings members in, and has no place where they are to leave.
const BRINGS_IN: [&str; 5] = [
    "AssumeRole",
    "CreateGraph",
    "CreateMembers",
    "AcceptInvitation",
    "StartMonitoringMember",
];

/// What can be told when a request is sent.
pub(crate) fn on_sending(monitor: &Monitor, notes: &Notes, asked: &Asked) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut check = |holds: bool, rule| {
        if !holds {
            violations.push(Violation {
                rule,
                text: format!("{asked:?}"),
            });
        }
    };
    check(ASKS.contains(&asked.operation), OUTSIDE);
    let aim = monitor.scenario.aim;
    check(asked.operation != "DeleteGraph" || aim == Aim::End, OUTSIDE);
    check(
        aim.enables() || !BRINGS_IN.contains(&asked.operation),
        OUTSIDE,
    );
    let is_global = [
        "GetCallerIdentity",
        "AssumeRole",
        "ListRegions",
        "GetRegionOptStatus",
    ]
    .contains(&asked.operation);
    check(
        is_global || monitor.scenario.regions.contains(&asked.region.as_str()),
        OUTSIDE,
    );
    check(!notes.refused || !asked.changes_something(), JOURNAL);
    if asked.operation == "AssumeRole" {
        let wanted =
            |account: &String| asked.role_arn == format!("arn:aws:iam::{account}:role/{ROLE}");
        check(monitor.roster.keys().any(wanted), OUTSIDE);
    }
    check(asked.accounts().len() <= 50, CROWD);
    violations
}

/// What can be told when a request arrives that changes something.
pub(crate) fn on_arrival(
    monitor: &Monitor,
    inside: &Inside,
    asked: &Asked,
    sent: &Sent,
    before: &Reading,
    after: &Reading,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut check = |holds: bool, rule: &'static str, about: &str| {
        if !holds {
            violations.push(Violation {
                rule,
                text: format!("{about}: {asked:?}, {:?}", sent.told),
            });
        }
    };
    let caller = inside.keys.get(&asked.key).cloned().unwrap_or_default();
    let mut named = asked.accounts();
    if asked.operation == "AcceptInvitation" {
        let is_own = asked
            .graph_arn()
            .contains(&format!(":{ADMINISTRATOR}:graph:"));
        check(is_own, FOREIGN, "graph");
        named.push(caller);
    }
    let aim = monitor.scenario.aim;
    let goes = asked.operation == "DeleteMembers" && matches!(aim, Aim::Prune | Aim::End);
    for account in &named {
        let is_other = goes && !monitor.roster.contains_key(account);
        let is_wanted = is_other
            || monitor.roster.contains_key(account) && !monitor.is_expected(account, &asked.region);
        check(is_wanted, OUTSIDE, account);
    }
    for invited in asked.body["Accounts"].as_array().into_iter().flatten() {
        let account = invited["AccountId"].as_str().unwrap_or_default();
        let email = invited["EmailAddress"].as_str().unwrap_or_default();
        let listed = monitor.roster.get(account);
        check(
            listed.is_some_and(|listed| listed.eq_ignore_ascii_case(email)),
            OUTSIDE,
            "e-mail",
        );
        let stands = inside.entry(&asked.region, account);
        let told = told_of(asked, sent, before, account);
        check(stands.is_none() || stands != told, TWICE, account);
    }
    if asked.operation == "CreateMembers" && asked.body["DisableEmailNotification"] != true {
        check(monitor.scenario.send_email, MAIL, "mail");
    }
    if asked.operation == "DeleteMembers" {
        for account in &named {
            let told = sent.told.get(account).map(|told| &told.entry);
            let listed = monitor.roster.get(account);
            // Nobody leaves whom this run has not seen as a member.
            let may_go = told.is_some_and(|entry| {
                let failed = entry.status == "VERIFICATION_FAILED";
                let again = aim == Aim::EnableAgain;
                let corrected = listed.is_some_and(|listed| again || !entry.has_email(listed));
                !aim.enables() || listed.is_none() || (failed && corrected)
            });
            check(may_go, REMOVAL, account);
        }
    }
    if let Some(text) = strayed(asked, &named, before, after) {
        check(false, OUTSIDE, &text);
    }
    violations
}

/// A change of something that the request did not name.
fn strayed(asked: &Asked, named: &[String], before: &Reading, after: &Reading) -> Option<String> {
    let own = (asked.region.clone(), ADMINISTRATOR.to_owned());
    let others = |reading: &Reading| {
        let mut graphs = reading.0.clone();
        graphs.remove(&own);
        graphs
    };
    if others(before) != others(after) {
        return Some("another graph".to_owned());
    }
    let (Some(before), Some(after)) = (before.0.get(&own), after.0.get(&own)) else {
        return None;
    };
    let changed = |account: &&String| before.members.get(*account) != after.members.get(*account);
    let mut accounts = before
        .members
        .keys()
        .chain(after.members.keys())
        .filter(changed);
    accounts.find(|account| !named.contains(account)).cloned()
}

impl Monitor {
    fn is_expected(&self, account: &str, region: &str) -> bool {
        let mut members = self.scenario.members.iter();
        members.any(|member| member.id == account && member.expected.contains(&region))
    }
}

/// Which entry the run was told of. A list that shows late may have told of the one before.
fn told_of(asked: &Asked, sent: &Sent, before: &Reading, account: &str) -> Option<u64> {
    let present = before.entry(&asked.region, ADMINISTRATOR, account)?;
    let told = sent.told.get(account)?;
    told.which.filter(|_| present.email == told.entry.email)
}
