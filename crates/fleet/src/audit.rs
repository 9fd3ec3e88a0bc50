//! A second opinion on a plan.
//!
//! It knows what a plan must never do and not how one is made: it shares no code with `decide`, so
//! that one mistake cannot hide the other. Every test that plans asks it, simulations included.

mod membership;

use std::collections::BTreeSet;

use membership::Membership;

use crate::account::AccountId;
use crate::attempts::{Attempts, MemberRequest, RegionRequest, Role};
use crate::cause::Cause;
use crate::desired::{Fleet, Others, Purpose};
use crate::event::{Change, Operation};
use crate::member::Member;
use crate::observation::{Graph, Observation};
use crate::patience::Asked;
use crate::plan::{Chore, GraphStep, Kind, Plan, Step, Wait};

/// The limit of Detective's service model, written down again on purpose.
const MOST_IN_A_BATCH: usize = 50;

const KINDS: [Kind; 19] = [
    Kind::Invite,
    Kind::Accept,
    Kind::Remove,
    Kind::Start,
    Kind::Wait(Wait::Look),
    Kind::Wait(Wait::Answer),
    Kind::Wait(Wait::Verification),
    Kind::Wait(Wait::Visible),
    Kind::Wait(Wait::Role),
    Kind::Wait(Wait::Patience(Asked::Role)),
    Kind::Wait(Wait::Patience(Asked::Member(MemberRequest::Invite))),
    Kind::Wait(Wait::Patience(Asked::Member(MemberRequest::Accept))),
    Kind::Wait(Wait::Patience(Asked::Member(MemberRequest::Remove))),
    Kind::Wait(Wait::Patience(Asked::Region(RegionRequest::Change))),
    Kind::Wait(Wait::Graph),
    Kind::Right,
    Kind::Gone,
    Kind::Blocked,
    Kind::Skipped,
];

/// Everything that is wrong with a plan, each in a sentence; empty where it is sound.
#[must_use]
pub fn audit(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
    plan: &Plan,
) -> Vec<String> {
    let mut findings = Vec::new();
    findings.extend(roster(fleet, observation, attempts, plan));
    findings.extend(kinds(plan));
    findings.extend(batches(plan));
    findings.extend(graph(fleet, observation, attempts, plan));
    findings.extend(end(fleet, observation, attempts, plan));
    findings.extend(crowd(fleet, observation, plan));
    findings.extend(chores(fleet, observation, plan));
    findings.extend(roles(attempts, plan));
    findings.extend(unplanned(fleet, observation, plan));
    for (account, step) in plan.steps() {
        let membership = Membership {
            fleet,
            observation,
            account,
            look: observation.look(account),
            tried: attempts.member(account),
        };
        let faults = membership.faults(step);
        findings.extend(faults.map(|fault| format!("{account}: {fault}: {step:?}")));
    }
    findings
}

/// The memberships of a plan are the roster's, no more and no fewer, and those whom somebody asked
/// to remove.
fn roster(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
    plan: &Plan,
) -> impl Iterator<Item = String> {
    let wanted: BTreeSet<_> = fleet.members.keys().copied().collect();
    let planned: BTreeSet<_> = plan.steps().map(|(account, _)| account).collect();
    let indexed = KINDS.into_iter().chain([Kind::NeedsRole]);
    let named: BTreeSet<_> = indexed.flat_map(|kind| plan.of(kind)).collect();
    let may_go = |account: AccountId| {
        let tried = attempts
            .member(account)
            .is_some_and(|tried| tried.remove.sent > 0);
        let asked = fleet.settings.others != Others::Leave;
        asked
            && (tried
                || is_to_be_removed(fleet, observation, account)
                || was_agreed_on_and_is_gone(fleet, observation, account))
    };
    let missing = wanted.difference(&planned).copied().collect::<Vec<_>>();
    let foreign = planned.union(&named).filter(|id| !wanted.contains(id));
    let foreign: Vec<_> = foreign.copied().filter(|id| !may_go(*id)).collect();
    let forgotten = observation.members().map(|(account, _)| account);
    let forgotten = forgotten.filter(|id| is_to_be_removed(fleet, observation, *id));
    let agreed = match &fleet.settings.others {
        Others::Agreed(pairs) => pairs.iter().map(|(account, _)| *account).collect(),
        Others::Leave | Others::Remove => Vec::new(),
    };
    let agreed = agreed.into_iter();
    let agreed = agreed.filter(|id| was_agreed_on_and_is_gone(fleet, observation, *id));
    let forgotten: BTreeSet<_> = forgotten.chain(agreed).collect();
    let forgotten: Vec<_> = forgotten.difference(&planned).copied().collect();
    let missing = missing.into_iter().chain(forgotten);
    let missing = missing.map(|id| format!("{id}: not planned"));
    let foreign = foreign
        .into_iter()
        .map(|id| format!("{id}: not in the roster"));
    missing.chain(foreign)
}

/// Whether this is a member that the roster does not name and that was asked to be removed.
fn is_to_be_removed(fleet: &Fleet, observation: &Observation, account: AccountId) -> bool {
    let Some(member) = observation.look(account).and_then(|look| look.member) else {
        return false;
    };
    let asked = match &fleet.settings.others {
        Others::Leave => false,
        Others::Remove => true,
        Others::Agreed(pairs) => pairs.contains(&(account, observation.region().clone())),
    };
    let pruned = fleet.settings.purpose != Purpose::DeleteGraphs;
    let named = fleet.members.contains_key(&account) || fleet.settings.closed.contains(&account);
    asked && !named && !(pruned && member.organization)
}

/// Whether this was a member that the roster does not name, and it is known to be none any more.
fn was_agreed_on_and_is_gone(fleet: &Fleet, observation: &Observation, account: AccountId) -> bool {
    let look = observation.look(account);
    let gone = look.is_some_and(|look| look.member.is_none());
    let pair = (account, observation.region().clone());
    gone && matches!(&fleet.settings.others, Others::Agreed(pairs) if pairs.contains(&pair))
}

/// A graph is deleted where that was asked, nobody is in it who was not, and it was seen whole.
fn end(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
    plan: &Plan,
) -> impl Iterator<Item = String> {
    let deletes = *plan.graph() == GraphStep::Delete;
    let in_it = |(account, _): (AccountId, &Member)| {
        let kept = fleet.is_expected_out(account, observation.region());
        let listed = fleet.members.contains_key(&account) && !kept;
        !listed && !is_to_be_removed(fleet, observation, account)
    };
    let under_way = attempts
        .region(RegionRequest::DeleteGraph)
        .is_some_and(|sent| sent.under_way);
    let faults = [
        (
            fleet.settings.purpose != Purpose::DeleteGraphs,
            "deleted, and nobody asked for it",
        ),
        (
            observation.graph_arn().is_none(),
            "deleted, and there is none",
        ),
        (
            observation.listed().is_none(),
            "deleted without a look at who is in it",
        ),
        (
            observation.members().any(in_it),
            "deleted with others in it",
        ),
        (under_way, "deleted twice"),
    ];
    let faults = faults
        .into_iter()
        .filter(move |(found, _)| deletes && *found);
    faults.map(|(_, fault)| format!("the graph: {fault}"))
}

/// A quota of AWS, written down again on purpose.
const MOST_IN_A_GRAPH: usize = 1_200;

/// What is done about a graph itself is what was asked for, and takes nothing away without prune.
fn chores(fleet: &Fleet, observation: &Observation, plan: &Plan) -> Vec<String> {
    let settings = &fleet.settings;
    let asked = |chore: &Chore| match chore {
        Chore::ReadTags => !settings.tags.is_empty(),
        Chore::Tag(tags) => {
            let wanted = |(key, value)| settings.tags.get(key) == Some(value);
            !tags.is_empty() && tags.iter().all(wanted)
        }
        Chore::Untag(keys) => {
            let kept = |key: &String| settings.tags.contains_key(key) || key.starts_with("aws:");
            settings.others != Others::Leave && !keys.iter().any(kept)
        }
        Chore::ReadPackages => !settings.packages.is_empty(),
        Chore::StartPackages { named, new } => {
            let nothing = BTreeSet::new();
            let started = observation.packages().unwrap_or(&nothing);
            let optional = |name: &&String| *name != "DETECTIVE_CORE";
            let lost = started
                .iter()
                .filter(optional)
                .any(|name| !named.contains(name));
            !lost && !new.is_empty() && new.is_subset(&settings.packages)
        }
    };
    let is_kept = settings.purpose == Purpose::Enable && observation.graph_arn().is_some();
    let faults = plan
        .chores()
        .iter()
        .filter(|chore| !is_kept || !asked(chore));
    faults
        .map(|chore| format!("the graph: nobody asked to {chore}"))
        .collect()
}

/// Nobody is invited into a graph that is full, and nobody is kept out of one that is not.
fn crowd(fleet: &Fleet, observation: &Observation, plan: &Plan) -> Option<String> {
    let invited = plan.count(Kind::Invite);
    let members = observation.members().count();
    let fits = invited == 0 || members + invited <= MOST_IN_A_GRAPH;
    let kept_out = plan
        .steps()
        .any(|(_, step)| matches!(step, Step::Blocked(cause) if matches!(**cause, Cause::GraphFull { .. })));
    let small = fleet.members.len() + members <= MOST_IN_A_GRAPH;
    let fault = !fits || (kept_out && small);
    fault.then(|| format!("the graph: {invited} are invited to {members} members"))
}

/// Each membership is of the one kind that its step has, and of no other.
fn kinds(plan: &Plan) -> impl Iterator<Item = String> {
    plan.steps().filter_map(|(account, step)| {
        let of = KINDS
            .into_iter()
            .filter(|kind| plan.of(*kind).any(|a| a == account));
        let of: Vec<_> = of.collect();
        let fits = of.len() == 1 && fits(step, of[0]);
        (!fits).then(|| format!("{account}: {step:?} is of the kinds {of:?}"))
    })
}

fn fits(step: &Step, kind: Kind) -> bool {
    match step {
        Step::Invite { .. } => kind == Kind::Invite,
        Step::Accept => kind == Kind::Accept,
        Step::Remove => kind == Kind::Remove,
        Step::Start => kind == Kind::Start,
        Step::Wait(wait) => kind == Kind::Wait(*wait),
        Step::Right => kind == Kind::Right,
        Step::Gone => kind == Kind::Gone,
        Step::Blocked(_) => kind == Kind::Blocked,
        Step::Skipped => kind == Kind::Skipped,
    }
}

/// Batches are of what AWS takes, and hold only what is due.
fn batches(plan: &Plan) -> impl Iterator<Item = String> {
    let batches = [
        (Kind::Invite, plan.next_invitations()),
        (Kind::Remove, plan.next_removals()),
    ];
    batches.into_iter().flat_map(|(kind, batch)| {
        let due: BTreeSet<_> = plan.of(kind).collect();
        let unique: BTreeSet<_> = batch.iter().copied().collect();
        let size = batch.len();
        let faults = [
            (size > MOST_IN_A_BATCH, "takes more than AWS does"),
            (unique.len() < size, "names an account twice"),
            (!unique.is_subset(&due), "names one that is not due"),
            (size == 0 && !due.is_empty(), "is empty, and some are due"),
            (
                batch.iter().any(|id| too_many(plan.step(*id), size)),
                "is larger than a refused account may share",
            ),
        ];
        let faults = faults.into_iter().filter(|(found, _)| *found);
        faults.map(move |(_, fault)| format!("the next batch of {kind:?} {fault}"))
    })
}

fn too_many(step: Option<&Step>, size: usize) -> bool {
    matches!(step, Some(Step::Invite { batch }) if size > *batch)
}

/// A graph is made where there is none, for somebody, and once.
fn graph(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
    plan: &Plan,
) -> impl Iterator<Item = String> {
    let under_way = |request| attempts.region(request).is_some_and(|sent| sent.under_way);
    let creates = *plan.graph() == GraphStep::Create;
    let finds = *plan.graph() == GraphStep::Find;
    let reason = match plan.graph() {
        GraphStep::Blocked(cause) => cause_fault(cause),
        _ => None,
    };
    let faults = [
        (
            creates && *observation.graph() != Graph::Absent,
            "made where none is known to be missing",
        ),
        (creates && plan.count(Kind::Invite) == 0, "made for nobody"),
        (
            creates
                && fleet
                    .settings
                    .no_new_graph
                    .contains_key(observation.region()),
            "made where none may be",
        ),
        (
            creates && under_way(RegionRequest::CreateGraph),
            "made twice",
        ),
        (
            finds && under_way(RegionRequest::FindGraph),
            "looked for twice",
        ),
    ];
    let faults = faults.into_iter().filter(|(found, _)| *found);
    let faults = faults.map(|(_, fault)| fault).chain(reason);
    faults.map(|fault| format!("the graph: {fault}"))
}

/// Where a saved plan is executed, nothing is sent that it does not hold.
fn unplanned(fleet: &Fleet, observation: &Observation, plan: &Plan) -> Vec<String> {
    let Some(bounds) = &fleet.settings.bounds else {
        return Vec::new();
    };
    let change = |operation, account, members| Change {
        operation,
        account,
        members,
    };
    let administrator = fleet.administrator;
    let about = |operation, account| change(operation, administrator, vec![account]);
    let steps = plan.steps().filter_map(|(account, step)| match step {
        Step::Invite { .. } => Some(about(Operation::CreateMembers, account)),
        Step::Remove => Some(about(Operation::DeleteMembers, account)),
        Step::Start => Some(about(Operation::StartMonitoringMember, account)),
        Step::Accept => Some(change(Operation::AcceptInvitation, account, Vec::new())),
        _ => None,
    });
    let members = observation.members().map(|(account, _)| account).collect();
    let graph = match plan.graph() {
        GraphStep::Create => Some(change(Operation::CreateGraph, administrator, Vec::new())),
        GraphStep::Delete => Some(change(Operation::DeleteGraph, administrator, members)),
        _ => None,
    };
    let chores = plan.chores().iter().filter(|it| it.changes_something());
    let chores = chores.map(|chore| change(chore.operation(), administrator, Vec::new()));
    let (region, graph_arn) = (observation.region(), observation.graph_arn());
    let sent = steps.chain(graph).chain(chores);
    sent.filter(|change| !bounds.hold(region, graph_arn, change))
        .map(|change| format!("not in the saved plan: {change:?}"))
        .collect()
}

/// A role is assumed once, and for a membership that can still come to need it.
fn roles(attempts: &Attempts, plan: &Plan) -> impl Iterator<Item = String> {
    plan.of(Kind::NeedsRole).filter_map(|account| {
        let role = attempts.member(account).map(|tried| &tried.role);
        let asked = role.is_some_and(|role| *role != Role::Unasked);
        let useless = matches!(
            plan.step(account),
            None | Some(Step::Right | Step::Gone | Step::Blocked(_) | Step::Skipped)
        );
        (asked || useless).then(|| format!("{account}: its role is assumed needlessly"))
    })
}

fn cause_fault(cause: &Cause) -> Option<&'static str> {
    if !cause.to_string().contains(char::is_alphanumeric) {
        return Some("blocked without a reason");
    }
    // Its words are masked whatever it holds: what it holds is written down.
    let text = format!("{cause:?}");
    has_an_address(&text).then_some("an e-mail in the reason")
}

/// Whether an `@` has a name before it that is not masked.
fn has_an_address(text: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let before = &text[..at];
        let named = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
        !before.ends_with("***") && before.ends_with(named)
    })
}
