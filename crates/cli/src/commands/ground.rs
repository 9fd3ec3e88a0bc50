//! What `plan`, `enable`, `status` and `rehearse` stand on: AWS, Regions, the fleet, and what is
//! recorded of the run.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, bail};
use engine::clock::Clock;
use engine::{Aws, Finish, Limit, Newer, Run};
use fleet::account::{AccountId, Email, Region};
use fleet::fleet::{Fleet, Settings};
use fleet::report::{Ended, Header, PlanReport, Recorder, Report, StatusReport, VERSION};
use fleet::roster::{Member, Roster};
use tokio_util::sync::CancellationToken;

use crate::display::{Output, Phase, Progress};
use crate::settings::{Reach, Wanted};
use crate::signals::{self, Interrupted};

/// The accounts of a run, before AWS was asked anything.
pub(crate) struct Accounts {
    roster: Roster,
    left_out: BTreeMap<AccountId, Member>,
    settings: Settings,
    notes: Vec<String>,
}

impl Accounts {
    /// The accounts of the roster that the flags select.
    ///
    /// # Errors
    ///
    /// When the selection names an account that is not there, or leaves none.
    pub(crate) fn of(mut roster: Roster, wanted: &Wanted) -> Result<Self> {
        let left_out = roster.select(&wanted.only, &wanted.except)?;
        Ok(Self {
            roster,
            left_out,
            settings: wanted.settings.clone(),
            notes: wanted.notes.clone(),
        })
    }

    /// All accounts of the roster.
    pub(crate) fn all(roster: Roster) -> Self {
        Self {
            roster,
            left_out: BTreeMap::new(),
            settings: Settings::default(),
            notes: Vec::new(),
        }
    }

    fn fleet(&self, administrator: AccountId, regions: &[Region]) -> Fleet {
        let emails = |members: &BTreeMap<AccountId, Member>| -> Vec<(AccountId, Email)> {
            members
                .iter()
                .map(|(id, member)| (*id, member.email.clone()))
                .collect()
        };
        let left_out = self.left_out.keys().filter(|id| **id != administrator);
        let mut settings = self.settings.clone();
        // What flags leave out is reported as left out, like what is expected to stay out.
        settings
            .expected
            .extend(left_out.flat_map(|id| regions.iter().map(|region| (*id, region.clone()))));
        let mut members: BTreeMap<_, _> = emails(&self.left_out).into_iter().collect();
        members.remove(&administrator);
        members.extend(emails(&self.roster.members));
        Fleet {
            administrator,
            members,
            settings,
        }
    }
}

/// AWS, Regions, a fleet, and what is recorded of the run.
pub(crate) struct Ground {
    aws: Aws,
    fleet: Arc<Fleet>,
    regions: Vec<Region>,
    recorder: Arc<Recorder>,
    progress: Arc<Progress>,
    clock: Clock,
    header: Header,
    newer: Newer,
    limit: Limit,
}

impl Ground {
    /// Connects to AWS, chooses the Regions and puts the fleet together.
    ///
    /// # Errors
    ///
    /// When AWS cannot be reached as the administrator, or no Region or account is left.
    pub(crate) async fn open(
        reach: Reach,
        mut accounts: Accounts,
        stop: CancellationToken,
        output: Output,
    ) -> Result<Self> {
        let clock = Clock::system();
        let recorder = Arc::new(Recorder::default());
        let progress = Arc::new(Progress::new(output, recorder.clone()));
        let connect = Aws::connect(reach.connection, progress.clone());
        let aws = signals::unless_interrupted(&stop, connect).await??;
        tracing::debug!(caller = aws.caller(), administrator = %aws.administrator(), "connected");
        if !accounts.roster.members.is_empty() {
            accounts.roster.exclude_administrator(aws.administrator())?;
        }
        let chosen = signals::unless_interrupted(&stop, aws.regions(&reach.regions)).await??;
        let fleet = Arc::new(accounts.fleet(aws.administrator(), &chosen.regions));
        let mut header = header(&clock, aws.administrator());
        header.invalid_lines = accounts.roster.invalid.iter().map(Into::into).collect();
        header.notes = [accounts.roster.notes, accounts.notes, chosen.notes.clone()].concat();
        let newer = aws.look_for_newer(&chosen);
        let limit = Limit {
            timeout: reach.timeout,
            stop,
        };
        Ok(Self {
            aws,
            fleet,
            regions: chosen.regions,
            recorder,
            progress,
            clock,
            header,
            newer,
            limit,
        })
    }

    /// The clock of the run.
    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// What ends the run.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.limit.stop
    }

    /// Nothing was asked yet.
    pub(crate) fn run(&self) -> Run {
        Run::new(&self.aws, self.fleet.clone(), &self.regions)
    }

    /// Looks at every Region.
    ///
    /// # Errors
    ///
    /// When that could not be finished.
    pub(crate) async fn look(&self, run: &mut Run) -> Result<()> {
        let phase = Phase::Look {
            regions: self.regions.len(),
        };
        self.progress.begin(phase, self.clock.timestamp());
        let finish = run.observe(&self.limit).await;
        self.progress.end();
        match finish {
            Finish {
                error: Some(error), ..
            } => bail!("{error}"),
            Finish {
                ended: Ended::Interrupted,
                ..
            } => Err(Interrupted.into()),
            // A Region that could not be read in time says so itself.
            Finish { .. } => Ok(()),
        }
    }

    /// Makes it so.
    pub(crate) async fn enable(&self, run: &mut Run) -> Report {
        let regions = self
            .regions
            .iter()
            .map(|region| (region.clone(), self.wanted_in(region)));
        let phase = Phase::Enable {
            regions: regions.collect(),
        };
        self.progress.begin(phase, self.clock.timestamp());
        let finish = run.reconcile(&self.limit).await;
        self.progress.end();
        let header = self.header("run", "enable");
        self.recorder
            .report(header, self.clock.timestamp(), finish.ended, finish.error)
    }

    fn wanted_in(&self, region: &Region) -> u64 {
        let wanted = |account: &&AccountId| !self.fleet.is_expected_out(**account, region);
        self.fleet.members.keys().filter(wanted).count() as u64
    }

    /// What would happen, after [`Ground::look`].
    pub(crate) fn plan(&self, run: &Run) -> PlanReport {
        PlanReport::of(
            self.header("plan", "enable"),
            run.plan(),
            self.recorder.calls(),
        )
    }

    /// What there is, after [`Ground::look`].
    pub(crate) fn status(&self, run: &Run) -> StatusReport {
        let with_roster = !self.fleet.members.is_empty();
        StatusReport::of(
            self.header("status", "status"),
            run.now(with_roster),
            self.recorder.calls(),
        )
    }

    fn header(&self, kind: &str, operation: &str) -> Header {
        let mut header = self.header.clone();
        header.kind = kind.to_owned();
        header.operation = operation.to_owned();
        header.notes.extend(self.newer.note());
        header
    }
}

fn header(clock: &Clock, administrator: AccountId) -> Header {
    let started = clock.timestamp();
    // One process makes one run, and no two of a machine have a number at the same time.
    let run_id = format!(
        "{}-{}",
        started.strftime("%Y%m%dT%H%M%S.%3fZ"),
        std::process::id()
    );
    Header {
        version: VERSION,
        kind: String::new(),
        operation: String::new(),
        run_id,
        administrator,
        started,
        invalid_lines: Vec::new(),
        notes: Vec::new(),
    }
}
