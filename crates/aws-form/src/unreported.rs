//! Runs that have left no report of their list: refused, failed, under way, waiting for somebody, or lost. What they wrote
//! down in the bucket says which (`lambda::run` names the files).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::Failure;
use fleet::account::Email;
use jiff::Timestamp;
use serde::Deserialize;

use crate::package::{hex, sha256};
use crate::runs::{LastRun, Listed, RunBucket, RunState};

/// Where runs write down what they do, each under its name.
const RUNS: &str = "runs/";

/// Where it is written which execution has which upload: under the key of the list, its version, and the occasion.
const CLAIMS: &str = "state/claims/";

/// A run writes something down in each pass, and no pass lasts longer with the wait after it: as long as its lease.
const SILENCE: Duration = Duration::from_secs(30 * 60);

/// No run waits longer for its turn: the most that the template allows (`WaitLimitMinutes`), and a start.
const TURN: Duration = Duration::from_secs(190 * 60);

/// So many runs are looked into, the newest first: each is a request.
const MOST: usize = 20;

/// What a run has written down.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trace {
    run: String,
    /// When it wrote something last.
    at: Timestamp,
    files: BTreeSet<String>,
}

/// What those files say, as far as it matters: one type for `refused.json`, `removals.json`, `manifest.json` and
/// `report.json`.
#[derive(Clone, Debug, Default, Deserialize)]
struct Said {
    #[serde(default)]
    key: Option<String>,
    /// The name of the error: none where a newer version of the list took over.
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    until: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Claim {
    execution: String,
}

/// The runs that have left no report of their list, as far as it has had none since, the newest first.
///
/// # Errors
///
/// Where S3 does not say.
pub(crate) async fn unreported(
    bucket: RunBucket<'_>,
    reported: &[LastRun],
    now: Timestamp,
) -> Result<Vec<LastRun>, Failure> {
    let traces = traces(&bucket.list(RUNS).await?);
    let mut runs = waiting_for_their_turn(bucket, &traces, now).await?;
    let open = traces.iter().filter_map(|it| Some((it, it.state(now)?)));
    for (trace, state) in open.take(MOST) {
        let key = format!("{RUNS}{}/{}", trace.run, trace.file());
        let bytes = bucket.bytes(&key).await?.unwrap_or_default();
        let said: Said = serde_json::from_slice(&bytes).unwrap_or_default();
        let mut told = trace.told(state, said, bucket, now);
        if let Some(run) = told
            .as_mut()
            .filter(|it| it.state == RunState::WaitsForApproval)
        {
            let approvals = bucket.list(&approved(&trace.run, &bytes)).await?;
            if !approvals.is_empty() {
                run.state = RunState::UnderWay;
                run.why = Some(
                    "somebody has approved it: it goes on when it looks next, within five minutes"
                        .to_owned(),
                );
            }
        }
        runs.extend(told);
    }
    runs.sort_by_key(|it| std::cmp::Reverse(it.at));
    Ok(of_interest(runs, reported))
}

/// Where approvals of that lie which has been written down: under the SHA-256 of it (`lambda::approval`).
fn approved(run: &str, removals: &[u8]) -> String {
    format!("approve/{run}/{}/", hex(&sha256(removals)))
}

/// What each run has written, the newest first.
fn traces(listed: &[Listed]) -> Vec<Trace> {
    let mut traces: BTreeMap<&str, Trace> = BTreeMap::new();
    for Listed { key, at } in listed {
        let path = key.strip_prefix(RUNS).and_then(|it| it.split_once('/'));
        let Some((run, file)) = path else { continue };
        let trace = traces.entry(run).or_insert_with(|| Trace {
            run: run.to_owned(),
            at: *at,
            files: BTreeSet::new(),
        });
        trace.at = trace.at.max(*at);
        trace.files.insert(file.to_owned());
    }
    let mut traces: Vec<_> = traces.into_values().collect();
    traces.sort_by_key(|it| std::cmp::Reverse(it.at));
    traces
}

impl Trace {
    fn has(&self, file: &str) -> bool {
        self.files.contains(file)
    }

    /// How far it is; `None` where it has left a report of its list.
    fn state(&self, now: Timestamp) -> Option<RunState> {
        let [refused, report, manifest, removals] =
            ["refused", "report", "manifest", "removals"].map(|it| self.has(&format!("{it}.json")));
        match (refused, report) {
            (true, _) => Some(RunState::Refused),
            (_, true) if manifest => None,
            (_, true) => Some(RunState::Failed),
            _ if removals && !manifest => Some(RunState::WaitsForApproval),
            _ if is_within(self.at, SILENCE, now) => Some(RunState::UnderWay),
            _ => Some(RunState::Lost),
        }
    }

    /// Which of its files says most.
    fn file(&self) -> &'static str {
        let files = [
            "refused.json",
            "report.json",
            "manifest.json",
            "removals.json",
        ];
        let found = files.into_iter().find(|it| self.has(it));
        found.unwrap_or("manifest.json")
    }

    /// What there is to tell of it; nothing where a newer version of the list took over.
    fn told(
        &self,
        state: RunState,
        said: Said,
        bucket: RunBucket<'_>,
        now: Timestamp,
    ) -> Option<LastRun> {
        if state == RunState::Refused && said.name.is_none() && said.text.is_some() {
            return None;
        }
        let is_late = |until: Timestamp| until < now && !is_within(until, SILENCE, now);
        let state = match state {
            RunState::WaitsForApproval if said.until.is_some_and(is_late) => RunState::Lost,
            state => state,
        };
        let page = match self.has("report.html") {
            true => format!("{RUNS}{}/report.html", self.run),
            false => format!("{RUNS}{}/", self.run),
        };
        Some(LastRun {
            list: said.key.as_deref().map(Email::mask_in),
            state,
            run: Some(Email::mask_in(&self.run)),
            at: self.at,
            causes: None,
            until: said.until.filter(|_| state == RunState::WaitsForApproval),
            why: said.text.or(said.error).as_deref().map(Email::mask_in),
            page: bucket.uri(&page),
        })
    }
}

/// Runs that have an upload, and have written nothing yet: another one has the turn.
async fn waiting_for_their_turn(
    bucket: RunBucket<'_>,
    traces: &[Trace],
    now: Timestamp,
) -> Result<Vec<LastRun>, Failure> {
    let mut claims = bucket.list(CLAIMS).await?;
    claims.retain(|it| is_within(it.at, TURN, now));
    claims.sort_by_key(|it| std::cmp::Reverse(it.at));
    let mut runs = Vec::new();
    for Listed { key, at } in claims.into_iter().take(MOST) {
        let Some(claim) = bucket.read::<Claim>(&key).await? else {
            continue;
        };
        if traces.iter().any(|it| it.run == claim.execution) {
            continue;
        }
        runs.push(LastRun {
            list: list_of(&key).map(Email::mask_in),
            state: RunState::UnderWay,
            run: Some(Email::mask_in(&claim.execution)),
            at,
            causes: None,
            until: None,
            why: Some("it waits for its turn: another run changes AWS".to_owned()),
            page: bucket.uri(&format!("{RUNS}{}/", claim.execution)),
        });
    }
    Ok(runs)
}

/// The list that a claim is of.
fn list_of(claim: &str) -> Option<&str> {
    let mut parts = claim.strip_prefix(CLAIMS)?.rsplitn(3, '/');
    let (_occasion, _version) = (parts.next()?, parts.next()?);
    parts.next()
}

/// Those after which their list has had no report. Of those that have ended, the newest of each list.
fn of_interest(mut runs: Vec<LastRun>, reported: &[LastRun]) -> Vec<LastRun> {
    let newest = reported.iter().map(|it| it.at).max();
    let is_open =
        |it: &LastRun| matches!(it.state, RunState::UnderWay | RunState::WaitsForApproval);
    let mut told = BTreeSet::new();
    runs.retain(|it| {
        if is_open(it) {
            return true;
        }
        let since = match &it.list {
            Some(_) => reported
                .iter()
                .filter(|of| of.list == it.list)
                .map(|of| of.at)
                .max(),
            None => newest,
        };
        since.is_none_or(|since| since < it.at) && told.insert(it.list.clone())
    });
    runs
}

fn is_within(at: Timestamp, time: Duration, now: Timestamp) -> bool {
    now.duration_since(at).unsigned_abs() <= time
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap()
    }

    fn listed(keys: &[&str]) -> Vec<Listed> {
        let keys = keys.iter().zip(0..);
        keys.map(|(key, minute)| Listed {
            key: (*key).to_owned(),
            at: at(minute),
        })
        .collect()
    }

    fn run(list: Option<&str>, state: RunState, minute: i64) -> LastRun {
        LastRun {
            list: list.map(str::to_owned),
            state,
            run: None,
            at: at(minute),
            causes: None,
            until: None,
            why: None,
            page: String::new(),
        }
    }

    #[test]
    fn what_a_run_has_written_says_how_far_it_is() {
        let state = |files: &[&str], now: i64| {
            let keys: Vec<_> = files.iter().map(|it| format!("runs/r/{it}.json")).collect();
            let keys: Vec<_> = keys.iter().map(String::as_str).collect();
            let traces = traces(&listed(&keys));
            assert_eq!(traces.len(), 1);
            traces[0].state(at(now))
        };
        assert_eq!(state(&["manifest", "report"], 2), None);
        assert_eq!(state(&["refused", "report"], 2), Some(RunState::Refused));
        assert_eq!(state(&["report"], 2), Some(RunState::Failed));
        assert_eq!(state(&["removals"], 900), Some(RunState::WaitsForApproval));
        assert_eq!(state(&["removals", "refused"], 2), Some(RunState::Refused));
        assert_eq!(
            state(&["manifest", "groups/0/begun/1"], 30),
            Some(RunState::UnderWay)
        );
        assert_eq!(
            state(&["manifest", "groups/0/begun/1"], 32),
            Some(RunState::Lost)
        );
    }

    #[test]
    fn what_later_reports_of_the_list_have_settled_is_not_told() {
        use RunState as Is;
        let reported = [
            run(Some("a"), Is::Reported, 10),
            run(Some("b"), Is::Reported, 2),
        ];
        let runs = vec![
            run(Some("b"), Is::Refused, 9),
            run(Some("b"), Is::Lost, 8),
            run(None, Is::Failed, 7),
            run(Some("a"), Is::UnderWay, 6),
            run(Some("a"), Is::Refused, 5),
        ];
        let told = of_interest(runs, &reported);
        let told: Vec<_> = told
            .iter()
            .map(|it| (it.list.as_deref(), it.state))
            .collect();
        assert_eq!(told, [(Some("b"), Is::Refused), (Some("a"), Is::UnderWay)]);
    }

    #[test]
    fn an_approval_is_not_waited_for_for_ever_and_what_a_newer_list_ended_is_not_told() {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version_latest()
            .build();
        let bucket = RunBucket {
            client: &aws_sdk_s3::Client::from_conf(config),
            name: "b",
            owner: "111122223333",
        };
        let traces = traces(&listed(&["runs/r/removals.json"]));
        let asked = |now: i64| {
            let said = Said {
                key: Some("disable/of-root@example.com.csv".to_owned()),
                until: Some(at(100)),
                ..Said::default()
            };
            traces[0]
                .told(RunState::WaitsForApproval, said, bucket, at(now))
                .unwrap()
        };
        assert_eq!(
            (asked(101).state, asked(101).until),
            (RunState::WaitsForApproval, Some(at(100)))
        );
        assert_eq!((asked(131).state, asked(131).until), (RunState::Lost, None));
        assert_eq!(
            asked(0).list.as_deref(),
            Some("disable/o***@example.com.csv")
        );
        let superseded = Said {
            text: Some("a newer one".to_owned()),
            ..Said::default()
        };
        assert!(
            traces[0]
                .told(RunState::Refused, superseded, bucket, at(0))
                .is_none()
        );
    }

    #[test]
    fn an_approval_is_of_just_what_was_written_down() {
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(approved("r", b"abc"), format!("approve/r/{sum}/"));
    }

    #[test]
    fn a_claim_says_of_which_list_it_is() {
        let key = "state/claims/plan/enable/a.csv/VERSION/upload.json";
        assert_eq!(list_of(key), Some("plan/enable/a.csv"));
    }
}
