//! ListInvestigations: filters, order, and pages whose tokens expire.

use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::page::PageRequest;
use super::super::shapes::Time;
use crate::call::Call;
use crate::clock::later;
use crate::investigation::Investigation;
use crate::state::State;
use crate::wire::{Answer, Failure};

/// Tokens of investigations expire (service model, AiPaginationToken).
const TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 3600);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInvestigations {
    graph_arn: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
    filter_criteria: Option<Filter>,
    sort_criteria: Option<Sort>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    severity: Option<Text>,
    status: Option<Text>,
    state: Option<Text>,
    entity_arn: Option<Text>,
    created_time: Option<Range>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Range {
    start_inclusive: Option<String>,
    end_inclusive: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sort {
    field: Option<Field>,
    sort_order: Option<SortOrder>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Field {
    Severity,
    Status,
    CreatedTime,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum SortOrder {
    #[serde(rename = "ASC")]
    Ascending,
    #[serde(rename = "DESC")]
    Descending,
}

/// How many entries there were before, and when the list was asked for first.
#[derive(Clone, Copy)]
struct Position {
    entries: usize,
    since: Timestamp,
}

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: ListInvestigations = call.input()?;
    let request = PageRequest {
        max_results: input.max_results,
        next_token: input.next_token,
    };
    let page = request.read::<Position>(call, 100)?;
    let start = page.after.unwrap_or(Position {
        entries: 0,
        since: call.now,
    });
    if later(start.since, TOKEN_LIFETIME) <= call.now {
        return Err(call.wrong("NextToken", "has expired."));
    }
    let filter = input.filter_criteria.unwrap_or_default();
    let range = filter.range(call)?;
    let graph = &*call.own_graph(input.graph_arn, state)?;
    let mut found: Vec<_> = graph
        .investigations
        .iter()
        .filter(|it| filter.matches(call, it, range.as_ref()))
        .collect();
    let sort = input.sort_criteria.unwrap_or_default();
    found.sort_by(|one, other| sort.compare(call, one, other));
    let entries = (1..).zip(found).skip(start.entries);
    let (entries, next_token) = page.of(call, entries, |(nth, _)| Position {
        entries: *nth,
        since: start.since,
    });
    let details: Vec<Value> = entries
        .into_iter()
        .map(|(_, it)| detail(call, it))
        .collect();
    let mut answer = json!({ "InvestigationDetails": details });
    if let Some(token) = next_token {
        answer["NextToken"] = json!(token);
    }
    Answer::json(&answer)
}

fn detail(call: &Call<'_>, it: &Investigation) -> Value {
    let mut detail = json!({
        "InvestigationId": it.id,
        "EntityArn": it.entity,
        "EntityType": it.entity_type,
        "CreatedTime": Time(it.created),
        "Status": it.status(call.now),
        "State": it.state,
    });
    if let Some(severity) = it.severity(call.now) {
        detail["Severity"] = json!(severity);
    }
    detail
}

impl Filter {
    fn range(&self, call: &Call<'_>) -> Result<Option<RangeInclusive<Timestamp>>, Failure> {
        for text in [&self.severity, &self.status, &self.state, &self.entity_arn]
            .into_iter()
            .flatten()
        {
            let value = call.required("FilterCriteria.Value", text.value.as_deref())?;
            call.length("FilterCriteria.Value", value.chars().count(), 1, 500)?;
        }
        let Some(range) = &self.created_time else {
            return Ok(None);
        };
        let from = call.time(
            "FilterCriteria.CreatedTime.StartInclusive",
            range.start_inclusive.clone(),
        )?;
        let to = call.time(
            "FilterCriteria.CreatedTime.EndInclusive",
            range.end_inclusive.clone(),
        )?;
        Ok(Some(from..=to))
    }

    fn matches(
        &self,
        call: &Call<'_>,
        it: &Investigation,
        range: Option<&RangeInclusive<Timestamp>>,
    ) -> bool {
        let is = |wanted: &Option<Text>, found: &str| {
            wanted
                .as_ref()
                .and_then(|wanted| wanted.value.as_deref())
                .is_none_or(|wanted| wanted == found)
        };
        is(&self.severity, it.severity(call.now).unwrap_or_default())
            && is(&self.status, it.status(call.now))
            && is(&self.state, it.state.name())
            && is(&self.entity_arn, &it.entity)
            && range.is_none_or(|range| range.contains(&it.created))
    }
}

impl Sort {
    fn compare(&self, call: &Call<'_>, one: &Investigation, other: &Investigation) -> Ordering {
        let ascending = match self.field.unwrap_or(Field::CreatedTime) {
            Field::Severity => one.severity(call.now).cmp(&other.severity(call.now)),
            Field::Status => one.status(call.now).cmp(other.status(call.now)),
            Field::CreatedTime => one.created.cmp(&other.created),
        };
        if self.sort_order == Some(SortOrder::Descending) {
            ascending.reverse()
        } else {
            ascending
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.entries, self.since)
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Position, ()> {
        let (entries, since) = text.split_once('@').ok_or(())?;
        Ok(Position {
            entries: entries.parse().map_err(|_| ())?,
            since: since.parse().map_err(|_| ())?,
        })
    }
}
