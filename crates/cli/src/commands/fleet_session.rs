//! A session with a fleet, in which `plan`, `enable`, `status`, `check` and `rehearse` look, plan and reconcile: AWS,
//! Regions, the fleet, and what is recorded of the run.

mod accounts;
mod run_start;

use std::collections::{BTreeMap, HashSet};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use engine::clock::{self, Clock};
use engine::{ADMINISTRATOR_ROLE, Access, Aws, Check, Endpoint, Finish, Newer, Run};
use fleet::account::{AccountId, Email, Region};
#[cfg(feature = "guardduty")]
use fleet::adopt::GuardDutyRegion;
use fleet::bounds::Bounds;
use fleet::check::has_unproven_acceptances;
use fleet::cost::{CostReport, Rates};
use fleet::desired::{Fleet, Purpose};
use fleet::expected::Exception;
use fleet::guard::{Consent, Refusal};
use fleet::origin::PlanOrigin;
use fleet::report::{
    Action, CheckReport, Ended, Header, MemberPlan, PlanReport, Recorder, Report, StatusReport,
};
#[cfg(feature = "guardduty")]
use fleet::roster::Roster;
use tokio_util::sync::CancellationToken;

pub(crate) use accounts::Accounts;
pub(super) use run_start::{RunStart, header_of};

use super::deadline::{CALLER, Deadline};
use super::notice;
use crate::display::{Output, PATIENCE, Phase, Progress};
use crate::journal::{Journal, JournalFile};
use crate::rates;
use crate::settings::{Reach, environment};
use crate::signals::Interrupted;
use crate::sinks::Sinks;

/// How often it is said again that a Region is silent.
const TOLD_EVERY: Duration = Duration::from_secs(10);

const UNPROVEN: &str = "that the role may call detective:AcceptInvitation cannot be proven before there is an invitation: the first `enable` shows it";

/// AWS, Regions, a fleet, and what is recorded of the run.
pub(crate) struct FleetSession {
    aws: Aws,
    fleet: Arc<Fleet>,
    regions: Vec<Region>,
    recorder: Arc<Recorder>,
    progress: Arc<Progress>,
    clock: Clock,
    header: Header,
    newer: Newer,
    /// What settings and list except.
    expected: Vec<Exception>,
    deadline: Deadline,
}

impl FleetSession {
    /// Connects to AWS, chooses the Regions and puts the fleet together.
    ///
    /// # Errors
    ///
    /// When AWS cannot be reached as the administrator, or no Region or account is left.
    pub(crate) async fn open(
        reach: Reach,
        accounts: Accounts,
        stop: CancellationToken,
        output: Output,
    ) -> Result<Self> {
        let access = Access::Look;
        Self::prepare(reach, accounts, stop, output, access, None).await
    }

    /// The same, for all accounts there are, and to look at GuardDuty's members, too.
    ///
    /// # Errors
    ///
    /// As [`FleetSession::open`].
    #[cfg(feature = "guardduty")]
    pub(crate) async fn open_with_guardduty(
        reach: Reach,
        stop: CancellationToken,
        output: Output,
    ) -> Result<Self> {
        let accounts = Accounts::all(Roster::default());
        let access = Access::LookInGuardDuty;
        Self::prepare(reach, accounts, stop, output, access, None).await
    }

    /// The same, for a run that changes something, which the journal takes down.
    ///
    /// # Errors
    ///
    /// As [`FleetSession::open`].
    pub(crate) async fn open_with_journal(
        reach: Reach,
        accounts: Accounts,
        stop: CancellationToken,
        output: Output,
        journal: Option<JournalFile>,
    ) -> Result<Self> {
        let access = match accounts.settings.purpose {
            Purpose::Enable => Access::Enable,
            Purpose::Disable | Purpose::DeleteGraphs => Access::Look,
        };
        Self::prepare(reach, accounts, stop, output, access, journal).await
    }

    async fn prepare(
        reach: Reach,
        mut accounts: Accounts,
        stop: CancellationToken,
        output: Output,
        access: Access,
        journal: Option<JournalFile>,
    ) -> Result<Self> {
        if reach.connection.endpoint.is_none() {
            environment::check()?;
        }
        let endpoint = reach.connection.endpoint.as_ref();
        let clock = endpoint.map_or_else(Clock::system, Endpoint::clock);
        let recorder = Arc::new(Recorder::default());
        let progress = Arc::new(Progress::new(output));
        let start = RunStart::now(&clock);
        let mut sinks = Sinks(vec![recorder.clone(), progress.clone()]);
        let journal = journal.map(|file| Arc::new(Journal::of_run(file, &start.run_id)));
        if let Some(journal) = &journal {
            sinks.0.push(journal.clone());
        }
        accounts.settings.patience = reach.patience;
        let typed = reach.typed.clone();
        let connect = Aws::connect(
            reach.connection(&start.run_id, access, output),
            Arc::new(sinks),
        );
        let deadline = Deadline::new(reach.timeout, stop);
        let aws = deadline.within(CALLER, connect).await??;
        tracing::debug!(caller = aws.caller(), administrator = %aws.administrator(), "connected");
        if !accounts.roster.members.is_empty() {
            accounts.roster.exclude_administrator(aws.administrator())?;
        }
        let regions = aws.regions(&reach.regions);
        let chosen = deadline.within("the Account service", regions).await??;
        let parts = accounts.parts(aws.administrator(), &chosen.regions, clock.timestamp());
        let expected = parts.exceptions();
        let fleet = parts.assemble();
        let fleet = fleet.map_err(|error| anyhow!("expected: {error}"))?;
        accounts.notes.extend(fleet.settings.exceptions.expired());
        let mut header = header_of(start, aws.administrator());
        header.invalid_lines = accounts.roster.invalid.iter().map(Into::into).collect();
        header.notes = [accounts.roster.notes, accounts.notes, chosen.notes.clone()].concat();
        header.labels = accounts.labels;
        header.origin = header.origin.called_by(aws.caller());
        header.origin.list = accounts.roster.list;
        header.origin.flags = typed;
        if let Some(journal) = journal {
            journal.is_by(header.origin.clone());
        }
        let newer = aws.look_for_newer(&chosen);
        Ok(Self {
            aws,
            fleet: Arc::new(fleet),
            regions: chosen.regions,
            recorder,
            progress,
            clock,
            header,
            expected,
            newer,
            deadline,
        })
    }

    /// The clock of the run.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What ends the run.
    pub(crate) fn stop(&self) -> &CancellationToken {
        self.deadline.stop()
    }

    /// It is looked once more, as in a run of its own.
    pub(crate) fn begin_again(&self) {
        self.deadline.begin_again();
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
            regions: self.regions.clone(),
        };
        self.progress.begin(phase, self.clock.timestamp());
        let limit = self.deadline.limit();
        let look = self.deadline.counted(run.observe(&limit));
        let finish = self.watched(look).await;
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

    /// A look, with a word now and then on who is silent.
    async fn watched(&self, look: impl Future<Output = Finish>) -> Finish {
        let mut look = pin!(look);
        let mut pause = PATIENCE;
        loop {
            tokio::select! {
                biased;
                finish = &mut look => return finish,
                () = clock::sleep(pause) => self.progress.tell_silence(self.clock.timestamp()),
            }
            pause = TOLD_EVERY;
        }
    }

    /// The account that owns the behavior graphs.
    pub(crate) fn administrator(&self) -> AccountId {
        self.fleet.administrator
    }

    /// Whether members are removed, so that the guard rails have to be asked.
    pub(crate) fn removes(&self) -> bool {
        self.fleet.removes()
    }

    /// What the guard rails say, after [`FleetSession::look`].
    pub(crate) fn judge(&self, run: &Run, consent: Consent) -> Vec<Refusal> {
        run.judge(self.header.invalid_lines.len(), consent)
    }

    /// Asks the guard rails, after [`FleetSession::look`].
    ///
    /// # Errors
    ///
    /// When they refuse.
    pub(crate) fn agree(&self, run: &mut Run, consent: Consent) -> Result<()> {
        let bad_lines = self.header.invalid_lines.len();
        run.agree(bad_lines, consent)
            .map_err(|refusals| refused(&refusals))
    }

    /// The same, where a saved plan is executed: nothing is done from here on that it does not hold.
    ///
    /// # Errors
    ///
    /// When the guard rails refuse.
    pub(crate) fn agree_within(
        &self,
        run: &mut Run,
        bounds: Bounds,
        consent: Consent,
    ) -> Result<()> {
        let bad_lines = self.header.invalid_lines.len();
        run.agree_within(Some(bounds), bad_lines, consent)
            .map_err(|refusals| plan_refused(&refusals))
    }

    /// This saved plan is executed: documents say so.
    pub(crate) fn executes(&mut self, plan: PlanOrigin) {
        self.header.notes.push(plan.note());
        self.header.origin.plan = Some(plan);
    }

    /// Makes it so.
    pub(crate) async fn reconcile(&self, mut run: Run) -> Report {
        let leaving = self.fleet.settings.purpose != Purpose::Enable;
        let regions = if leaving {
            self.leaving(&run)
        } else {
            let regions = self.regions.iter();
            regions
                .map(|region| (region.clone(), self.wanted_in(region)))
                .collect()
        };
        let phase = Phase::Change { leaving, regions };
        self.progress.begin(phase, self.clock.timestamp());
        let limit = self.deadline.limit();
        let finish = self.deadline.counted(run.reconcile(&limit)).await;
        self.progress.end();
        let roles_are_refused = run.roles_are_refused();
        // In a large fleet the report takes the room that this leaves.
        drop(run);
        let header = self.header("run", self.operation());
        let now = self.clock.timestamp();
        let mut report = self
            .recorder
            .report(header, now, finish.ended, finish.error);
        // Where somebody is ENABLED, a role has let the caller in, and the others have reasons of their own.
        let nobody_is_in = report.summary.enabled == 0;
        if nobody_is_in && roles_are_refused && self.aws.is_hardly_trusted() {
            report.header.notes.push(untrusted(self.aws.caller()));
        }
        report
    }

    fn operation(&self) -> &'static str {
        match self.fleet.settings.purpose {
            Purpose::Enable => "enable",
            Purpose::Disable | Purpose::DeleteGraphs => "disable",
        }
    }

    /// Who is to be no member in each Region, those that are none already included.
    fn leaving(&self, run: &Run) -> BTreeMap<Region, HashSet<AccountId>> {
        let kept = |member: &&MemberPlan| member.action != Action::Skipped;
        run.plan()
            .into_iter()
            .map(|region| {
                let members = region.members.iter().filter(kept);
                let accounts = members.map(|member| member.account_id).collect();
                (region.region, accounts)
            })
            .collect()
    }

    fn wanted_in(&self, region: &Region) -> HashSet<AccountId> {
        let accounts = self.fleet.members.keys().copied();
        let wanted = |account: &AccountId| !self.fleet.is_expected_out(*account, region);
        accounts.filter(wanted).collect()
    }

    /// What would happen, after [`FleetSession::look`].
    pub(crate) fn plan(&self, run: &Run) -> PlanReport {
        let mut header = self.header("plan", self.operation());
        let regions = run.plan();
        header
            .notes
            .extend(notice::mail(&self.fleet.settings, &regions));
        header.notes.extend(notice::left_out(&self.expected));
        let report = PlanReport::of(header, regions, self.recorder.calls());
        // A plan without a figure is better than none: the rates that come along are tested.
        let rates = rates::read(None).ok();
        report.estimated(rates.and_then(|rates| run.estimate(&rates)))
    }

    /// What there is, after [`FleetSession::look`].
    pub(crate) fn status(&self, run: &Run) -> StatusReport {
        let with_roster = !self.fleet.members.is_empty();
        StatusReport::of(
            self.header("status", "status"),
            run.now(with_roster),
            self.recorder.calls(),
        )
    }

    /// Who is a member of the administrator's GuardDuty.
    #[cfg(feature = "guardduty")]
    pub(crate) async fn guardduty_members(&self) -> Vec<GuardDutyRegion> {
        let limit = self.deadline.limit();
        let asked = self.aws.guardduty_members(&self.regions, &limit);
        self.deadline.counted(asked).await
    }

    /// What it costs, after [`FleetSession::look`].
    pub(crate) fn cost(&self, run: &Run, rates: Rates) -> CostReport {
        CostReport::of(
            self.header("cost", "cost"),
            run.usage(),
            rates,
            self.recorder.calls(),
        )
    }

    /// Finds out whether it will work, as far as there is time.
    ///
    /// # Errors
    ///
    /// When it could not be found out at all.
    pub(crate) async fn check(&self, guardduty: bool) -> Result<CheckReport> {
        let phase = Phase::Check {
            accounts: self.fleet.members.len(),
            regions: self.regions.len(),
        };
        self.progress.begin(phase, self.clock.timestamp());
        let check = Check {
            fleet: self.fleet.clone(),
            regions: self.regions.clone(),
            guardduty,
        };
        let limit = self.deadline.limit();
        let found_out = check.find_out(&self.aws, &limit);
        let (facts, finish) = self.deadline.counted(found_out).await;
        self.progress.end();
        if let Some(error) = finish.error {
            bail!("{error}");
        }
        let mut header = self.header("check", "check");
        if has_unproven_acceptances(&facts) {
            header.notes.push(UNPROVEN.to_owned());
        }
        let now = self.clock.timestamp();
        Ok(CheckReport::of(
            header,
            &facts,
            now,
            finish.ended,
            self.recorder.calls(),
        ))
    }

    fn header(&self, kind: &str, operation: &str) -> Header {
        let mut header = self.header.clone();
        header.kind = kind.to_owned();
        header.operation = operation.to_owned();
        header.notes.extend(self.newer.note());
        header
    }
}

/// Why every member may have refused.
fn untrusted(caller: &str) -> String {
    let caller = Email::mask_in(caller);
    format!(
        "every member refused {caller}: the role of the template trusts {ADMINISTRATOR_ROLE} alone where nothing else was said; name it with --admin-role, and `check` says whether the caller may assume it"
    )
}

/// The guard rails do not let the run go ahead.
pub(crate) fn refused(refusals: &[Refusal]) -> anyhow::Error {
    because(refusals.iter().map(Refusal::to_string))
}

/// The same, of a saved plan.
pub(super) fn plan_refused(refusals: &[Refusal]) -> anyhow::Error {
    because(refusals.iter().map(Refusal::of_saved_plan))
}

fn because(reasons: impl Iterator<Item = String>) -> anyhow::Error {
    let reasons: Vec<_> = reasons.collect();
    anyhow!("nothing was changed: {}", reasons.join("; and "))
}
