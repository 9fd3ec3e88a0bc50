//! What needs action after a run, what of it is new since the last run of the same list, and since when the
//! rest is known. Only words of messages go by it.

use std::collections::{BTreeMap, BTreeSet};

use fleet::account::{AccountId, Region};
use fleet::cause::Cause;
use fleet::report::{Outcome, Report};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::drift::Covered;

/// Where something needs action: a membership, or a Region as a whole.
pub(crate) type Spot = (Option<AccountId>, Region);

/// What needed action at the end of the last run of a list, as `latest/KEY/causes.json` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    /// When that run began.
    pub(crate) at: Option<Timestamp>,
    /// Whether it ended with an error of the whole run.
    #[serde(default)]
    pub(crate) failed: bool,
    /// Each cause.
    pub(crate) causes: Vec<Known>,
    /// Lines of the list that could not be used, as they were told.
    #[serde(default)]
    pub(crate) lines: BTreeSet<String>,
}

/// A cause, without what differs from one account to the other, and where it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    #[serde(flatten)]
    pub(crate) cause: Cause,
    /// Each place, with when it was told for the first time.
    pub(crate) spots: Vec<(Option<AccountId>, Region, Timestamp)>,
}

/// What is told of a run, in the light of the one before.
#[derive(Clone, Debug, Default)]
pub(crate) struct News {
    /// When the last run of the list began; none where there was none.
    pub(crate) last: Option<Timestamp>,
    /// Whether something needed action then, or the whole run had failed.
    pub(crate) was_amiss: bool,
    /// What was not there then.
    pub(crate) new: Vec<(Cause, Spot)>,
    /// What was, each cause once, with the first time that it was told.
    pub(crate) known: Vec<(Cause, BTreeSet<Spot>, Timestamp)>,
    /// Lines of the list that could not be used and were not told then.
    pub(crate) new_lines: Vec<String>,
    /// How many were.
    pub(crate) known_lines: usize,
    /// Behavior graphs that the last run had, and that this one made again.
    pub(crate) made_again: Vec<Region>,
}

impl News {
    /// Compares a run with what is remembered, and says what is to be remembered of it.
    pub(crate) fn of(report: &Report, last: Option<&Remembered>) -> (Self, Remembered) {
        let mut first_told: BTreeMap<(Cause, Spot), Timestamp> = BTreeMap::new();
        for known in last.into_iter().flat_map(|it| &it.causes) {
            for (account, region, at) in &known.spots {
                let spot = (*account, region.clone());
                first_told.insert((known.cause.clone(), spot), *at);
            }
        }
        let now = report.header.started;
        let mut news = Self {
            last: last.and_then(|it| it.at),
            was_amiss: last.is_some_and(Remembered::is_amiss),
            ..Self::default()
        };
        let mut known: BTreeMap<Cause, (Cause, BTreeSet<Spot>, Timestamp)> = BTreeMap::new();
        let mut remembered: BTreeMap<Cause, Known> = BTreeMap::new();
        for (cause, spot) in needs_action(report) {
            let key = cause.key();
            let told = first_told.get(&(key.clone(), spot.clone())).copied();
            let since = told.unwrap_or(now);
            let all = remembered.entry(key.clone()).or_insert_with(|| Known {
                cause: key.clone(),
                spots: Vec::new(),
            });
            all.spots.push((spot.0, spot.1.clone(), since));
            match told {
                None => news.new.push((cause, spot)),
                Some(_) => {
                    let (_, spots, first) = known
                        .entry(key)
                        .or_insert_with(|| (cause, BTreeSet::new(), since));
                    spots.insert(spot);
                    *first = since.min(*first);
                }
            }
        }
        news.known = known.into_values().collect();
        news.known
            .sort_by_key(|(_, spots, _)| std::cmp::Reverse(spots.len()));
        let lines: BTreeSet<_> = lines(report).collect();
        let nothing = BTreeSet::new();
        let old = last.map_or(&nothing, |it| &it.lines);
        news.new_lines = lines.difference(old).cloned().collect();
        news.known_lines = lines.intersection(old).count();
        let remembered = Remembered {
            at: Some(now),
            failed: report.error.is_some(),
            causes: remembered.into_values().collect(),
            lines,
        };
        (news, remembered)
    }

    /// Whether anything needs action that was not told before.
    pub(crate) fn has_new(&self) -> bool {
        !self.new.is_empty() || !self.new_lines.is_empty()
    }
}

impl Remembered {
    fn is_amiss(&self) -> bool {
        self.failed || !self.causes.is_empty() || !self.lines.is_empty()
    }
}

/// The lines of the list that could not be used, in words.
pub(crate) fn lines(report: &Report) -> impl Iterator<Item = String> {
    let lines = report.header.invalid_lines.iter();
    lines.map(|bad| format!("line {}: {}", bad.line, bad.reason))
}

/// Everything that needs action: of Regions as a whole, and of memberships in the others.
fn needs_action(report: &Report) -> Vec<(Cause, Spot)> {
    let mut all = Vec::new();
    for region in &report.regions {
        let causes = region.cause().into_iter().chain(region.causes_amiss());
        all.extend(causes.map(|cause| (cause, (None, region.region.clone()))));
        if region.error.is_some() {
            continue;
        }
        for member in &region.members {
            if member.outcome == Outcome::Failed {
                let cause = member.cause().unwrap_or(Cause::Unfinished { last: None });
                let spot = (Some(member.account_id), region.region.clone());
                all.push((cause, spot));
            }
        }
    }
    all
}

/// The Regions whose behavior graph this run made though uploads had had one there.
pub(crate) fn made_again(covered: &Covered, report: &Report) -> Vec<Region> {
    let had = |region: &Region| matches!(covered.get(region), Some(Some(_)));
    let made = report.regions.iter().filter(|region| {
        let is_made = region.changes.iter().any(|it| it == "graph created");
        is_made && had(&region.region)
    });
    made.map(|region| region.region.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleet::event::{Conclusion, Event, EventKind, Sink};
    use fleet::report::{Ended, Header, Recorder, VERSION};

    fn id(n: u64) -> AccountId {
        format!("{n:012}").parse().unwrap()
    }

    fn west() -> Region {
        Region::new("eu-west-1")
    }

    /// A run that began then, in which these accounts failed.
    fn run(began: &str, failed: &[u64]) -> Report {
        let failed = failed.iter().map(|n| EventKind::Concluded {
            account: id(*n),
            conclusion: Conclusion::Failed,
            cause: Some(Cause::RegionOff),
        });
        told(began, failed)
    }

    /// A run that began then and told this of the Region.
    fn told(began: &str, kinds: impl IntoIterator<Item = EventKind>) -> Report {
        let at: Timestamp = began.parse().unwrap();
        let recorder = Recorder::default();
        for kind in kinds {
            let event = Event {
                region: Some(west()),
                number: 1,
                at,
                kind,
            };
            recorder.record(&event).unwrap();
        }
        let header = Header {
            version: VERSION,
            kind: "run".to_owned(),
            operation: "enable".to_owned(),
            run_id: "r".to_owned(),
            administrator: id(9),
            started: at,
            invalid_lines: Vec::new(),
            notes: Vec::new(),
            labels: Default::default(),
            origin: Default::default(),
        };
        recorder.report(header, at, Ended::Complete, None)
    }

    #[test]
    fn what_is_known_is_known_since_it_was_told_first() {
        let (news, remembered) = News::of(&run("2026-08-01T06:00:00Z", &[1, 2]), None);
        assert_eq!((news.new.len(), news.known.len()), (2, 0));
        assert!(!news.was_amiss);
        let text = serde_json::to_string(&remembered).unwrap();
        let remembered: Remembered = serde_json::from_str(&text).unwrap();
        let (news, remembered) = News::of(&run("2026-08-02T06:00:00Z", &[1, 2]), Some(&remembered));
        assert!(!news.has_new() && news.was_amiss);
        let (news, remembered) = News::of(&run("2026-08-03T06:00:00Z", &[1, 3]), Some(&remembered));
        assert_eq!(news.new, [(Cause::RegionOff, (Some(id(3)), west()))]);
        let first = "2026-08-01T06:00:00Z".parse().unwrap();
        let one = BTreeSet::from([(Some(id(1)), west())]);
        assert_eq!(news.known, [(Cause::RegionOff, one, first)]);
        let (news, remembered) = News::of(&run("2026-08-04T06:00:00Z", &[]), Some(&remembered));
        assert!(news.was_amiss && !news.has_new() && news.known.is_empty());
        assert_eq!(remembered.causes, []);
    }

    #[test]
    fn what_several_accounts_have_is_known_since_the_first_of_them() {
        let (earlier, later) = ("2026-08-01T06:00:00Z", "2026-08-02T06:00:00Z");
        for (first, second) in [(1, 2), (2, 1)] {
            let (_, remembered) = News::of(&run(earlier, &[first]), None);
            let (_, remembered) = News::of(&run(later, &[first, second]), Some(&remembered));
            let again = run("2026-08-03T06:00:00Z", &[1, 2]);
            let (news, remembered) = News::of(&again, Some(&remembered));
            let [(_, spots, since)] = &news.known[..] else {
                panic!("{news:?}")
            };
            assert_eq!((spots.len(), since.to_string()), (2, earlier.to_owned()));
            // Each keeps its own, should the other be mended.
            let (news, _) = News::of(&run("2026-08-04T06:00:00Z", &[second]), Some(&remembered));
            assert_eq!(news.known[0].2.to_string(), later);
        }
    }

    #[test]
    fn a_region_that_failed_is_told_once_and_its_members_are_not() {
        let failed = |account| EventKind::Concluded {
            account: id(account),
            conclusion: Conclusion::Failed,
            cause: Some(Cause::RegionUnread),
        };
        let ended = EventKind::RegionEnded {
            cause: Some(Cause::RegionUnread),
        };
        let report = told("2026-08-01T06:00:00Z", [failed(1), failed(2), ended]);
        let (news, remembered) = News::of(&report, None);
        assert_eq!(news.new, [(Cause::RegionUnread, (None, west()))]);
        assert_eq!(remembered.causes[0].spots.len(), 1);
    }
}
