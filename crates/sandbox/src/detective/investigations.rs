//! Investigations: what was started can be looked at again, and nothing is ever found.

mod listing;

use serde::Deserialize;
use serde_json::json;

pub(crate) use self::listing::list;
use super::page::PageRequest;
use super::shapes::Time;
use crate::call::Call;
use crate::graph::Graph;
use crate::investigation::{EntityType, Investigation, InvestigationState};
use crate::state::State;
use crate::wire::{Answer, Failure};

/// How many a graph keeps. The real limit is UNVERIFIED; this one is for the sandbox's memory.
const MOST: usize = 1_000;

const INDICATORS: [&str; 8] = [
    "TTP_OBSERVED",
    "IMPOSSIBLE_TRAVEL",
    "FLAGGED_IP_ADDRESS",
    "NEW_GEOLOCATION",
    "NEW_ASO",
    "NEW_USER_AGENT",
    "RELATED_FINDING",
    "RELATED_FINDING_GROUP",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Start {
    graph_arn: Option<String>,
    entity_arn: Option<String>,
    scope_start_time: Option<String>,
    scope_end_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfInvestigation {
    graph_arn: Option<String>,
    investigation_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateState {
    graph_arn: Option<String>,
    investigation_id: Option<String>,
    state: Option<InvestigationState>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListIndicators {
    graph_arn: Option<String>,
    investigation_id: Option<String>,
    indicator_type: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(crate) fn start(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: Start = call.input()?;
    let entity = call.required("EntityArn", input.entity_arn)?;
    if !entity.starts_with("arn:") {
        return Err(call.wrong("EntityArn", "must match pattern ^arn:.*"));
    }
    let entity_type = EntityType::of(&entity)
        .ok_or_else(|| call.wrong("EntityArn", "must be an IAM role or user."))?;
    let from = call.time("ScopeStartTime", input.scope_start_time)?;
    let to = call.time("ScopeEndTime", input.scope_end_time)?;
    if to <= from {
        return Err(call.wrong("ScopeEndTime", "must be after ScopeStartTime."));
    }
    let (_, mut random) =
        state.random_stream(call.caller.account, Some(call.region), "investigation");
    let graph = call.own_graph(input.graph_arn, state)?;
    if graph.investigations.len() >= MOST {
        return Err(Failure::too_many(
            "Too many investigations in the behavior graph.",
        ));
    }
    let id = random.digits(21);
    graph.investigations.push(Investigation {
        id: id.clone(),
        entity,
        entity_type,
        created: call.now,
        scope: (from, to),
        state: InvestigationState::Active,
    });
    Answer::json(&json!({ "InvestigationId": id }))
}

pub(crate) fn get(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: OfInvestigation = call.input()?;
    let id = investigation_id(call, input.investigation_id)?;
    let graph = call.own_graph(input.graph_arn, state)?;
    let arn = graph.arn;
    let found = &*investigation(graph, &id)?;
    let mut answer = json!({
        "GraphArn": arn,
        "InvestigationId": found.id,
        "EntityArn": found.entity,
        "EntityType": found.entity_type,
        "CreatedTime": Time(found.created),
        "ScopeStartTime": Time(found.scope.0),
        "ScopeEndTime": Time(found.scope.1),
        "Status": found.status(call.now),
        "State": found.state,
    });
    if let Some(severity) = found.severity(call.now) {
        answer["Severity"] = json!(severity);
    }
    Answer::json(&answer)
}

pub(crate) fn list_indicators(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let ListIndicators {
        graph_arn,
        investigation_id: id,
        indicator_type,
        max_results,
        next_token,
    } = call.input()?;
    if indicator_type.is_some_and(|kind| !INDICATORS.contains(&kind.as_str())) {
        return Err(call.wrong(
            "IndicatorType",
            &format!("must be one of {}.", INDICATORS.join(", ")),
        ));
    }
    PageRequest {
        max_results,
        next_token,
    }
    .read::<u8>(call, 100)?;
    let id = investigation_id(call, id)?;
    let graph = call.own_graph(graph_arn, state)?;
    let arn = graph.arn;
    let found = investigation(graph, &id)?;
    Answer::json(&json!({ "GraphArn": arn, "InvestigationId": found.id, "Indicators": [] }))
}

pub(crate) fn update_state(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: UpdateState = call.input()?;
    let wanted = call.required("State", input.state)?;
    let id = investigation_id(call, input.investigation_id)?;
    let graph = call.own_graph(input.graph_arn, state)?;
    investigation(graph, &id)?.state = wanted;
    Ok(Answer::empty())
}

/// An id that fits the model, which is checked before the graph is looked up.
fn investigation_id(call: &Call<'_>, id: Option<String>) -> Result<String, Failure> {
    let id = call.required("InvestigationId", id)?;
    call.length("InvestigationId", id.chars().count(), 21, 21)?;
    if !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(call.wrong("InvestigationId", "must match pattern ^[0-9]+$"));
    }
    Ok(id)
}

fn investigation<'g>(graph: &'g mut Graph, id: &str) -> Result<&'g mut Investigation, Failure> {
    let found = graph
        .investigations
        .iter_mut()
        .find(|investigation| investigation.id == id);
    found.ok_or_else(|| Failure::not_found("The investigation was not found."))
}
