//! The Account service: which Regions are on. After the service model (botocore 1.43.11).

use serde::Deserialize;
use serde_json::json;

use crate::call::Call;
use crate::region::Region;
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::world::OptStatus;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListRegions {
    account_id: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
    region_opt_status_contains: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetRegionOptStatus {
    account_id: Option<String>,
    region_name: Option<String>,
}

pub(crate) fn list_regions(call: &Call<'_>, _: &mut State) -> Result<Answer, Failure> {
    let input: ListRegions = call.input()?;
    check_account(call, input.account_id.as_deref())?;
    let size = input.max_results.unwrap_or(50);
    let size = usize::try_from(size)
        .ok()
        .filter(|size| (1..=50).contains(size));
    let size = size.ok_or_else(|| invalid("maxResults", "Member must be between 1 and 50"))?;
    let wanted = input.region_opt_status_contains.unwrap_or_default();
    if wanted
        .iter()
        .any(|wanted| OptStatus::ALL.iter().all(|status| status.name() != wanted))
    {
        return Err(invalid(
            "regionOptStatusContains",
            "Member must satisfy enum value set",
        ));
    }
    let after = input.next_token.unwrap_or_default();
    let regions = Region::all().into_iter().filter(|region| {
        region.name() > after.as_str()
            && (wanted.is_empty() || wanted.iter().any(|it| it == status(call, *region)))
    });
    let mut rest = regions.peekable();
    let page: Vec<Region> = rest.by_ref().take(call.page_size(size, &after)).collect();
    let list: Vec<_> = page.iter().map(|region| entry(call, *region)).collect();
    let mut answer = json!({ "Regions": list });
    if let (Some(_), Some(last)) = (rest.peek(), page.last()) {
        answer["NextToken"] = json!(last);
    }
    Answer::json(&answer)
}

pub(crate) fn get_region_opt_status(call: &Call<'_>, _: &mut State) -> Result<Answer, Failure> {
    let input: GetRegionOptStatus = call.input()?;
    check_account(call, input.account_id.as_deref())?;
    let name = input
        .region_name
        .ok_or_else(|| invalid("regionName", "Member must not be null"))?;
    let region =
        Region::named(&name).ok_or_else(|| invalid("regionName", "The Region does not exist"))?;
    Answer::json(&entry(call, region))
}

fn entry(call: &Call<'_>, region: Region) -> serde_json::Value {
    json!({ "RegionName": region, "RegionOptStatus": status(call, region) })
}

/// Another account can be named only from an organization's management account, or an administrator
/// that it delegated to (service model), and the caller's own must not be named. Nobody here is
/// one for this service.
fn check_account(call: &Call<'_>, account: Option<&str>) -> Result<(), Failure> {
    if account.is_none() {
        return Ok(());
    }
    let user = call.caller.arn();
    let action = format!("account:{}", call.operation.name);
    Err(Failure::denied(format!(
        "User: {user} is not authorized to perform: {action} on another account"
    )))
}

fn status(call: &Call<'_>, region: Region) -> &'static str {
    call.world
        .opt_status(call.caller.account, region, call.elapsed)
        .name()
}

fn invalid(member: &str, what: &str) -> Failure {
    let message = format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: {what}"
    );
    let field = json!({ "name": member, "message": what });
    Failure::invalid(message)
        .with("reason", "fieldValidationFailed")
        .with("fieldList", json!([field]))
}
