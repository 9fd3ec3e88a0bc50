//! Data source packages of graphs and of their members.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::members::not_members;
use super::page::PageRequest;
use super::shapes::{OfAccounts, Time, reason_for};
use crate::account::AccountId;
use crate::call::Call;
use crate::graph::{Graph, GraphArn};
use crate::membership::{Membership, Status};
use crate::packages::{IngestState, Package};
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::world::unverified::UnnamedPackages;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListPackages {
    graph_arn: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdatePackages {
    graph_arn: Option<String>,
    datasource_packages: Option<Vec<Package>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfGraphs {
    graph_arns: Option<Vec<String>>,
}

/// When packages came to be in their states.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Changed {
    timestamp: Time,
}

type Changes = BTreeMap<IngestState, Changed>;

/// What one member's packages went through.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct History {
    account_id: AccountId,
    graph_arn: GraphArn,
    datasource_package_ingest_history: BTreeMap<Package, Changes>,
}

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let ListPackages {
        graph_arn,
        max_results,
        next_token,
    } = call.input()?;
    let page = PageRequest {
        max_results,
        next_token,
    }
    .read::<u8>(call, 200)?;
    let graph = &*call.own_graph(graph_arn, state)?;
    let entries = (1..)
        .zip(&graph.packages.0)
        .filter(|(nth, _)| page.after.is_none_or(|after| *nth > after));
    let (entries, next_token) = page.of(call, entries, |(nth, _)| *nth);
    let packages: BTreeMap<_, _> = entries
        .into_iter()
        .map(|(_, (package, ingest))| {
            let changes: Changes = ingest.changes.iter().map(|(state, at)| (*state, Changed { timestamp: Time(*at) })).collect();
            (package, json!({ "DatasourcePackageIngestState": ingest.state, "LastIngestStateChange": changes }))
        })
        .collect();
    let mut answer = json!({ "DatasourcePackages": packages });
    if let Some(token) = next_token {
        answer["NextToken"] = json!(token);
    }
    Answer::json(&answer)
}

/// Starts packages (service model). Whether those that are not named stop is UNVERIFIED.
pub(crate) fn update(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: UpdatePackages = call.input()?;
    let named = call.required("DatasourcePackages", input.datasource_packages)?;
    call.length("DatasourcePackages", named.len(), 1, 25)?;
    let graph = call.own_graph(input.graph_arn, state)?;
    for package in &named {
        graph
            .packages
            .turn(*package, IngestState::Started, call.now);
    }
    if call.world.unverified.unnamed_packages == UnnamedPackages::Stopped {
        let others: Vec<Package> = graph.packages.0.keys().copied().collect();
        for package in others
            .into_iter()
            .filter(|it| !named.contains(it) && *it != Package::DetectiveCore)
        {
            graph.packages.turn(package, IngestState::Stopped, call.now);
        }
    }
    Ok(Answer::empty())
}

pub(crate) fn of_members(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: OfAccounts = call.input()?;
    let ids = call.account_ids(input.account_ids, 200)?;
    let graph = &*call.own_graph(input.graph_arn, state)?;
    let (members, strangers): (Vec<_>, Vec<_>) = ids
        .into_iter()
        .partition(|id| graph.visible_member(*id, call.now).is_some());
    let histories: Vec<_> = members
        .into_iter()
        .filter_map(|id| Some(history(graph, id, graph.members.get(&id)?)))
        .collect();
    Answer::json(
        &json!({ "MemberDatasources": histories, "UnprocessedAccounts": not_members(call, strangers) }),
    )
}

pub(crate) fn of_memberships(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let arns = call.required("GraphArns", call.input::<OfGraphs>()?.graph_arns)?;
    call.length("GraphArns", arns.len(), 1, 50)?;
    // An ARN that does not fit the pattern fails the request; one that names nothing does not.
    for text in &arns {
        call.check_graph_arn("GraphArns", text)?;
    }
    let mut histories = Vec::new();
    let mut unprocessed = Vec::new();
    for text in arns.into_iter().collect::<BTreeSet<_>>() {
        let member = call.caller.account;
        let graph = GraphArn::parse(&text)
            .ok()
            .and_then(|arn| call.any_graph(arn, state));
        let invited = graph.and_then(|graph| {
            let membership = graph.members.get(&member);
            let membership = membership.filter(|it| it.was_invited(call.now))?;
            Some(history(graph, member, membership))
        });
        match invited {
            Some(history) => histories.push(history),
            None => unprocessed.push(
                json!({ "GraphArn": text, "Reason": reason_for(call, "Account is not a member") }),
            ),
        }
    }
    Answer::json(&json!({ "MembershipDatasources": histories, "UnprocessedGraphs": unprocessed }))
}

/// Packages flow from a member since both it and they are there.
fn history(graph: &Graph, id: AccountId, membership: &Membership) -> History {
    let since = |at| Changed {
        timestamp: Time(membership.updated.max(at)),
    };
    let packages = graph
        .packages
        .0
        .iter()
        .filter(|_| membership.status == Status::Enabled);
    let packages = packages.map(|(package, ingest)| {
        (
            *package,
            ingest
                .changes
                .iter()
                .map(|(state, at)| (*state, since(*at)))
                .collect(),
        )
    });
    History {
        account_id: id,
        graph_arn: graph.arn,
        datasource_package_ingest_history: packages.collect(),
    }
}
