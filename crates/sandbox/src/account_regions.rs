//! The Account service: which Regions are on. After the service model (botocore 1.43.11).

use http::Method;
use serde::Deserialize;
use serde_json::json;

use crate::call::Call;
use crate::operation::Operation;
use crate::region::Region;
use crate::state::State;
use crate::wire::{Answer, Failure};

pub(crate) static OPERATIONS: [Operation; 1] = [Operation {
    name: "ListRegions",
    method: Method::POST,
    path: "/listRegions",
    effect: list_regions,
}];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListRegions {
    max_results: Option<usize>,
    next_token: Option<String>,
    region_opt_status_contains: Option<Vec<String>>,
}

fn list_regions(call: &Call<'_>, _: &mut State) -> Result<Answer, Failure> {
    let input: ListRegions = call.input()?;
    let wanted = input.region_opt_status_contains.unwrap_or_default();
    let after = input.next_token.unwrap_or_default();
    let mut regions: Vec<Region> = Region::all();
    regions.retain(|region| {
        region.name() > after.as_str()
            && (wanted.is_empty() || wanted.iter().any(|it| it == status(call, *region)))
    });
    let size = input.max_results.unwrap_or(50).clamp(1, 50);
    let rest = regions.split_off(size.min(regions.len()));
    let list: Vec<_> = regions
        .iter()
        .map(|region| json!({ "RegionName": region, "RegionOptStatus": status(call, *region) }))
        .collect();
    let mut answer = json!({ "Regions": list });
    if let (false, Some(last)) = (rest.is_empty(), regions.last()) {
        answer["NextToken"] = json!(last);
    }
    Answer::json(&answer)
}

fn status(call: &Call<'_>, region: Region) -> &'static str {
    match (
        region.is_opt_in(),
        call.world.is_on(call.caller.account, region),
    ) {
        (false, _) => "ENABLED_BY_DEFAULT",
        (true, true) => "ENABLED",
        (true, false) => "DISABLED",
    }
}
