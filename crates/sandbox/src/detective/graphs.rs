//! Operations on behavior graphs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::page::PageRequest;
use super::shapes::Time;
use crate::call::Call;
use crate::graph::{Graph, GraphArn};
use crate::state::State;
use crate::wire::{Answer, Failure};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateGraph {
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfGraph {
    graph_arn: Option<String>,
}

/// Answers the ARN of the graph that the caller has already, if there is one (service model,
/// CreateGraph).
pub(super) fn create(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: CreateGraph = call.input()?;
    if let Some(tags) = &input.tags {
        call.tags(tags)?;
    }
    let key = (call.region, call.caller.account);
    if !state.graphs.contains_key(&key) {
        let id = state.luck(key.1, Some(key.0), "graph").hex(32);
        let id = u128::from_str_radix(&id, 16).map_err(|error| {
            Failure::internal(&format!("the sandbox made a bad graph id: {error}"))
        })?;
        let mut graph = Graph::new(
            GraphArn {
                region: key.0,
                administrator: key.1,
                id,
            },
            call.now,
        );
        graph.tags = input.tags.unwrap_or_default();
        state.graphs.insert(key, graph);
    }
    let arn = state.graphs.get(&key).map(|graph| graph.arn);
    Answer::json(&json!({ "GraphArn": arn }))
}

/// A member sees no graph here, only its invitations (service model, ListGraphs).
pub(super) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let page = call.input::<PageRequest>()?.read::<u8>(call, 200)?;
    let graph = state
        .graphs
        .get(&(call.region, call.caller.account))
        .filter(|_| page.after.is_none());
    let list: Vec<_> = graph
        .iter()
        .map(|graph| json!({ "Arn": graph.arn, "CreatedTime": Time(graph.created) }))
        .collect();
    Answer::json(&json!({ "GraphList": list }))
}

/// The graph leaves the lists of its members too (service model, DeleteGraph).
pub(super) fn delete(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let arn = call
        .own_graph(call.input::<OfGraph>()?.graph_arn, state)?
        .arn;
    state.graphs.remove(&(arn.region, arn.administrator));
    Ok(Answer::empty())
}
