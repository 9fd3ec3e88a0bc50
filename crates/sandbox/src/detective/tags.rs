//! Tags of behavior graphs.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use crate::call::Call;
use crate::state::State;
use crate::wire::{Answer, Failure};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagResource {
    tags: Option<BTreeMap<String, String>>,
}

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let graph = call.tagged_graph(state)?;
    Answer::json(&json!({ "Tags": graph.tags }))
}

pub(crate) fn tag(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let tags = call.required("Tags", call.input::<TagResource>()?.tags)?;
    call.tags(&tags)?;
    let graph = call.tagged_graph(state)?;
    let mut all = graph.tags.clone();
    all.extend(tags);
    call.length("Tags", all.len(), 0, 50)?;
    graph.tags = all;
    Ok(Answer::empty().with_status(StatusCode::NO_CONTENT))
}

pub(crate) fn untag(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let keys = call.query("tagKeys");
    call.length("TagKeys", keys.len(), 1, 50)?;
    for key in &keys {
        call.tag_key("TagKeys", key)?;
    }
    let graph = call.tagged_graph(state)?;
    graph.tags.retain(|key, _| !keys.contains(key));
    Ok(Answer::empty().with_status(StatusCode::NO_CONTENT))
}
