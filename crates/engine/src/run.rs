//! One fleet in all its Regions at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use fleet::account::{AccountId, Region};
use fleet::adopt::{Adopted, GuardDutyRegion, adopt, adopt_from_guardduty};
use fleet::attempts::Attempts;
use fleet::bounds::{Bounds, GraphChanges};
use fleet::cause::{Cause, Place};
use fleet::check::GraphFacts;
use fleet::cost::{Estimate, Rates, RegionEstimate, RegionUsage};
use fleet::desired::{Fleet, Others};
use fleet::guard::{self, Before, Consent, Refusal};
use fleet::patience::Asked;
use fleet::plan::Kind;
use fleet::report::{Ended, RegionNow, RegionPlan};
use fleet::saved;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::aws::Aws;
use crate::clock;
use crate::company::Company;
use crate::narrow::Errand;
use crate::region_run::{Mode, RegionRun};
use crate::roles::Roles;

/// When a run ends at the latest.
#[derive(Clone, Debug)]
pub struct Limit {
    /// Its time; what still waits then is reported as waiting.
    pub timeout: Duration,
    /// How long what is under way at the end may still take.
    pub grace: Duration,
    /// Somebody wants it to end: nothing new is started, and what is under way may finish.
    pub stop: CancellationToken,
}

impl Limit {
    /// A grace that is enough for most answers, and that people wait for.
    pub const GRACE: Duration = Duration::from_secs(5);
}

/// How long a Region may take to be read: three silent attempts and the pauses between them fit, where no
/// other Region answers, and a throttled list of 1,200 members does.
pub const LOOK_TIMEOUT: Duration = Duration::from_secs(120);

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    /// What ended it.
    pub ended: Ended,
    /// What ended it for every Region at once, such as credentials that expired.
    pub error: Option<String>,
}

/// One fleet in all its Regions.
pub struct Run {
    aws: Aws,
    fleet: Arc<Fleet>,
    regions: Vec<RegionRun>,
    company: Company,
    agreed: bool,
    before: Before,
    roles_are_refused: bool,
}

impl Run {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(aws: &Aws, fleet: Arc<Fleet>, regions: &[Region]) -> Self {
        let regions = regions
            .iter()
            .map(|region| RegionRun::new(aws, &fleet, region))
            .collect();
        Self {
            aws: aws.clone(),
            fleet,
            regions,
            company: Company::new(),
            agreed: false,
            before: Before::default(),
            roles_are_refused: false,
        }
    }

    /// Goes on with what an earlier process tried ([`Run::attempts`]); it is not tried all over.
    pub fn resume(&mut self, mut attempts: BTreeMap<Region, Attempts>) {
        for region in &mut self.regions {
            if let Some(attempts) = attempts.remove(region.region()) {
                region.resume(attempts);
            }
        }
    }

    /// What the guard rails are to count besides what is planned.
    pub fn count(&mut self, before: Before) {
        self.before = before;
    }

    /// What was tried in each Region, for a later process to go on with.
    #[must_use]
    pub fn attempts(&self) -> BTreeMap<Region, Attempts> {
        let carried = |region: &RegionRun| region.attempts().clone().carried();
        self.regions
            .iter()
            .map(|region| (region.region().clone(), carried(region)))
            .collect()
    }

    /// Does nothing in those Regions, and fails them; what was wrong with them already is told, too.
    pub fn close(&mut self, why: &str, unwanted: impl Fn(&Region) -> bool) {
        for region in &mut self.regions {
            if unwanted(region.region()) {
                let why = match region.error() {
                    Some(cause) => {
                        let told = cause.told(&Place::region(region.region()));
                        Cause::other(&format!("{why} ({})", told.in_one()))
                    }
                    None => Cause::other(why),
                };
                region.close(why);
            }
        }
    }

    /// Looks at every Region, and changes nothing. A Region that cannot be read in time says so and
    /// holds up nobody: at most [`LOOK_TIMEOUT`].
    pub async fn observe(&mut self, limit: &Limit) -> Finish {
        let modes = self.regions.iter().map(|_| Mode::Observe).collect();
        let limit = Limit {
            timeout: limit.timeout.min(LOOK_TIMEOUT),
            ..limit.clone()
        };
        self.drive(modes, &limit).await
    }

    /// Asks the guard rails whether what is planned after [`Run::observe`] may be done, in all
    /// Regions. From here on nobody is removed but those that are planned to be now, and a Region
    /// that could not be read is left alone.
    ///
    /// # Errors
    ///
    /// Everything that stands in the way; nothing may be done then.
    pub fn agree(&mut self, bad_lines: usize, consent: Consent) -> Result<(), Vec<Refusal>> {
        self.agree_within(None, bad_lines, consent)
    }

    /// The same, where a saved plan is executed: nothing is done from here on that it does not hold.
    ///
    /// # Errors
    ///
    /// As [`Run::agree`].
    pub fn agree_within(
        &mut self,
        bounds: Option<Bounds>,
        bad_lines: usize,
        consent: Consent,
    ) -> Result<(), Vec<Refusal>> {
        let refusals = self.judge(bad_lines, consent);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let mut fleet = (*self.fleet).clone();
        // Those that the fleet has had before stay.
        fleet.settings.bounds = bounds.map(Arc::new).or(fleet.settings.bounds);
        if fleet.settings.others == Others::Remove {
            fleet.settings.others = Others::Agreed(self.others());
        }
        let fleet = Arc::new(fleet);
        for region in &mut self.regions {
            region.agree(&fleet);
        }
        self.agreed = true;
        Ok(())
    }

    /// What the guard rails say of what is planned after [`Run::observe`].
    #[must_use]
    pub fn judge(&self, bad_lines: usize, consent: Consent) -> Vec<Refusal> {
        let read = self.regions.iter().filter(|region| region.was_read());
        let plans = read.map(|region| (region.observation(), region.plan()));
        guard::judge(&self.fleet, plans, bad_lines, consent, &self.before)
    }

    /// The Regions of which it is known what there is, after [`Run::observe`].
    #[must_use]
    pub fn read(&self) -> BTreeSet<Region> {
        let read = self.regions.iter().filter(|region| region.was_read());
        read.map(|region| region.region().clone()).collect()
    }

    /// Who is planned to be removed, and where.
    #[must_use]
    pub fn removals(&self) -> BTreeSet<(AccountId, Region)> {
        let planned = self.regions.iter().flat_map(|region| {
            let removals = guard::removals(&self.fleet, region.plan());
            removals.map(|account| (account, region.region().clone()))
        });
        planned.collect()
    }

    /// Who is planned to be invited somewhere.
    #[must_use]
    pub fn invitations(&self) -> BTreeSet<AccountId> {
        let regions = self.regions.iter();
        regions
            .flat_map(|region| region.plan().of(Kind::Invite))
            .collect()
    }

    /// How many accounts are members somewhere.
    #[must_use]
    pub fn members(&self) -> usize {
        let regions = self.regions.iter();
        let all = regions.flat_map(|it| it.observation().members().map(|(account, _)| account));
        all.collect::<BTreeSet<_>>().len()
    }

    /// Members that the roster does not name and that are planned to be removed.
    #[must_use]
    pub fn others(&self) -> BTreeSet<(AccountId, Region)> {
        let planned = self.removals().into_iter();
        planned
            .filter(|(account, _)| !self.fleet.members.contains_key(account))
            .collect()
    }

    /// Brings every Region to what is wanted. What [`Run::observe`] saw is used, not asked again.
    /// How it ended is told to the sink, membership by membership. A fleet that removes members
    /// needs [`Run::agree`] before; without it, only what needs no consent goes through.
    pub async fn reconcile(&mut self, limit: &Limit) -> Finish {
        let begun = clock::now();
        if self.fleet.removes() && !self.agreed {
            let finish = self.observe(limit).await;
            let refused = self.agree(0, Consent::default()).err();
            if finish.ended == Ended::Interrupted || finish.error.is_some() || refused.is_some() {
                return self.refuse(finish, &refused.unwrap_or_default());
            }
        }
        let left = Limit {
            timeout: limit.timeout.saturating_sub(begun.elapsed()),
            ..limit.clone()
        };
        self.make_it_so(&left).await
    }

    fn refuse(&self, finish: Finish, refusals: &[Refusal]) -> Finish {
        let refusals: Vec<_> = refusals.iter().map(Refusal::to_string).collect();
        let refused = (!refusals.is_empty()).then(|| refusals.join("; "));
        self.regions.iter().for_each(RegionRun::conclude);
        Finish {
            error: finish.error.or(refused),
            ..finish
        }
    }

    async fn make_it_so(&mut self, limit: &Limit) -> Finish {
        let newsrooms = self.regions.iter().map(RegionRun::newsroom).collect();
        let (roles, assume) = Roles::new(
            &self.aws,
            newsrooms,
            self.patience_with_roles(),
            Errand::Accept,
        );
        let modes = vec![Mode::Reconcile(roles.clone()); self.regions.len()];
        let mut assumer = JoinSet::new();
        assumer.spawn(assume);
        let mut finish = self.drive(modes, limit).await;
        self.roles_are_refused = roles.are_all_refused();
        for region in &self.regions {
            region.conclude();
        }
        // The sink may have refused the last words.
        finish.error = self.halted();
        finish
    }

    /// Whether [`Run::reconcile`] asked for members' roles, and every one was refused.
    #[must_use]
    pub fn roles_are_refused(&self) -> bool {
        self.roles_are_refused
    }

    /// None, where an earlier process has had it.
    fn patience_with_roles(&self) -> Duration {
        let is_over = |region: &RegionRun| region.attempts().turn(Asked::Role).is_last();
        if self.regions.iter().any(is_over) {
            Duration::ZERO
        } else {
            self.fleet.settings.patience
        }
    }

    /// What would happen, after [`Run::observe`].
    #[must_use]
    pub fn plan(&self) -> Vec<RegionPlan> {
        self.regions
            .iter()
            .map(|region| {
                let plan = RegionPlan::of(&self.fleet, region.observation(), region.plan());
                plan.failed(region.error().as_ref())
            })
            .collect()
    }

    /// What would change about the behavior graphs themselves, as data, after [`Run::observe`].
    #[must_use]
    pub fn graph_changes(&self) -> BTreeMap<Region, GraphChanges> {
        let regions = self.regions.iter();
        let chores = regions.map(|region| {
            let changes = GraphChanges::of(region.plan().chores());
            (region.region().clone(), changes)
        });
        saved::graph_changes(&self.fleet, &self.plan(), chores.collect())
    }

    /// What there is, after [`Run::observe`].
    #[must_use]
    pub fn now(&self, with_roster: bool) -> Vec<RegionNow> {
        let roster = with_roster.then_some(&self.fleet.members);
        self.regions
            .iter()
            .map(|region| {
                let error = region.error();
                RegionNow::of(region.observation(), error.as_ref(), roster).except(&self.fleet)
            })
            .collect()
    }

    /// Who sends how much data to the behavior graphs, after [`Run::observe`].
    #[must_use]
    pub fn usage(&self) -> Vec<RegionUsage> {
        let usage = |region: &RegionRun| RegionUsage::of(region.observation(), region.error());
        self.regions.iter().map(usage).collect()
    }

    /// What the memberships that are planned to begin would cost a month, after [`Run::observe`].
    #[must_use]
    pub fn estimate(&self, rates: &Rates) -> Option<Estimate> {
        let estimate = |region: &RegionRun| {
            let begins = [Kind::Invite, Kind::Accept].into_iter();
            let new = begins.flat_map(|kind| region.plan().of(kind)).collect();
            RegionEstimate::of(region.observation(), &new, rates)
        };
        let regions: Vec<_> = self.regions.iter().map(estimate).collect();
        Estimate::of(&regions)
    }

    /// Who has answered, for those who are to ask there, too.
    pub(crate) fn company(&self) -> Company {
        self.company.clone()
    }

    /// How full every behavior graph is and would be, after [`Run::observe`].
    pub(crate) fn graphs(&self) -> Vec<GraphFacts> {
        let facts = |region: &RegionRun| {
            let (observation, plan) = (region.observation(), region.plan());
            GraphFacts::of(&self.fleet, observation, plan, region.error().as_ref())
        };
        self.regions.iter().map(facts).collect()
    }

    /// Who is there, after [`Run::observe`], as a roster.
    #[must_use]
    pub fn adopted(&self) -> Adopted {
        adopt(self.regions.iter().map(RegionRun::observation))
    }

    /// Who is in GuardDuty, as a roster, and, after [`Run::observe`], where Detective has others.
    #[must_use]
    pub fn adopted_from(&self, guardduty: &[GuardDutyRegion]) -> Adopted {
        adopt_from_guardduty(guardduty, self.regions.iter().map(RegionRun::observation))
    }

    /// Forgets what was seen: the next look begins anew.
    pub fn forget(&mut self) {
        self.agreed = false;
        for region in &mut self.regions {
            *region = region.anew();
        }
    }

    /// What ended the run for every Region at once.
    fn halted(&self) -> Option<String> {
        self.aws.halt().reason().map(str::to_owned)
    }

    async fn drive(&mut self, modes: Vec<Mode>, limit: &Limit) -> Finish {
        let stop = limit.stop.child_token();
        let mut tasks = JoinSet::new();
        let mut names = BTreeMap::new();
        self.company.begin();
        let places = self.regions.iter().map(|region| {
            let was_heard = region.attempts().was_heard();
            self.company.place(region.region(), was_heard)
        });
        let work: Vec<_> = modes.into_iter().zip(places).collect();
        for (mut region, (mode, place)) in std::mem::take(&mut self.regions).into_iter().zip(work) {
            let (stop, name) = (stop.clone(), region.region().clone());
            let grace = limit.grace;
            let task = tasks.spawn(async move {
                region.drive(mode, place, &stop, grace).await;
                region
            });
            names.insert(task.id(), name);
        }
        let work = async {
            while let Some(joined) = tasks.join_next().await {
                match joined {
                    Ok(region) => self.regions.push(region),
                    Err(error) => {
                        // A defect in one Region is that Region's failure: the others go on.
                        let name = names.get(&error.id()).cloned();
                        let lost = name.map(|name| RegionRun::new(&self.aws, &self.fleet, &name));
                        self.regions
                            .extend(lost.map(|region| region.with_defect(&error)));
                    }
                }
            }
        };
        let halt = self.aws.halt().clone();
        let ended = supervise(work, &stop, limit, halt.stopped()).await;
        self.regions.sort_by(|a, b| a.region().cmp(b.region()));
        Finish {
            ended,
            error: self.halted(),
        }
    }
}

/// Waits for the work, and tells it when to stop.
pub(crate) async fn supervise(
    work: impl Future<Output = ()>,
    stop: &CancellationToken,
    limit: &Limit,
    halted: impl Future<Output = ()>,
) -> Ended {
    let mut ended = Ended::Complete;
    tokio::pin!(work);
    // The Regions hear of a stop in the same moment, and may be done before this is asked.
    tokio::select! {
        biased;
        () = limit.stop.cancelled() => ended = Ended::Interrupted,
        () = halted => stop.cancel(),
        () = &mut work => return ended,
        () = clock::sleep(limit.timeout) => {
            ended = Ended::Timeout;
            stop.cancel();
        }
    }
    work.await;
    ended
}
