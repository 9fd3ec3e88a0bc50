//! The world as it is now, for tests and for the curious.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::graph::Graph;
use crate::region::Region;
use crate::state::State;
use crate::world::World;

/// The world as it is `now`.
pub(crate) fn of(world: &World, state: &mut State, now: Timestamp) -> Value {
    let mut regions: BTreeMap<Region, Vec<Value>> = BTreeMap::new();
    for ((region, _), graph) in &mut state.graphs {
        graph.settle(world, state.started, now);
        regions.entry(*region).or_default().push(graph_json(graph));
    }
    let accounts: BTreeMap<String, Value> = world
        .accounts
        .iter()
        .map(|(id, account)| (id.to_string(), json!({ "email": account.email })))
        .collect();
    json!({
        "now": format!("{now:.3}"),
        "seed": world.seed,
        "administrator": world.administrator,
        "accounts": accounts,
        "regions": regions,
        "sessions": state.sessions.len(),
    })
}

fn graph_json(graph: &Graph) -> Value {
    let members: BTreeMap<String, Value> = graph
        .members
        .iter()
        .map(|(id, member)| {
            (
                id.to_string(),
                json!({ "status": member.status, "email": member.email }),
            )
        })
        .collect();
    json!({
        "arn": graph.arn,
        "administrator": graph.arn.administrator,
        "created": format!("{:.3}", graph.created),
        "tags": graph.tags,
        "members": members,
    })
}
