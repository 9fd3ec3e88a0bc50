//! Saved plans: one is shown again, or just that is executed.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use engine::clock::Clock;
use engine::{RegionSelection, Run};
use fleet::account::AccountId;
use fleet::bounds::GraphChanges;
use fleet::guard::{Consent, Refusal, Word};
use fleet::language::Language;
use fleet::origin::PlanOrigin;
use fleet::report::PlanReport;
use fleet::roster::Roster;
use fleet::saved::{Given, SavedPlan, SavedSettings};
use jiff::Timestamp;
use serde::Serialize;

use super::change::{self, FRESH, Permit};
use super::fleet_session::{self, FleetSession};
use super::plan;
use crate::args::PlanArgs;
use crate::display::{self, Output};
use crate::document::ReportFiles;
use crate::exit::Exit;
use crate::saved_file;
use crate::settings::{Reach, SettingsFile};

/// A saved plan that is executed.
#[derive(Debug)]
pub(crate) struct Execution {
    /// The plan.
    pub saved: SavedPlan,
    path: PathBuf,
    /// The list, which may be a pipe: it is read once.
    roster: Roster,
}

impl Execution {
    /// Reads the plan, and makes sure that it is what is asked for, before AWS is asked anything.
    ///
    /// # Errors
    ///
    /// When it cannot be read, was edited, expired, or is for something else.
    pub(crate) fn begin(
        path: &Path,
        given: &Given,
        roster: impl FnOnce(Option<AccountId>) -> Result<Roster>,
    ) -> Result<Self> {
        let saved = saved_file::read(path)?;
        saved.check_time(Clock::system().timestamp())?;
        let roster = roster(Some(saved.administrator()))?;
        let list = roster.list.as_ref();
        let sha256 = list.and_then(|list| list.sha256.as_deref());
        saved.check_given(given, sha256)?;
        Ok(Self {
            saved,
            path: path.to_owned(),
            roster,
        })
    }

    /// The list, as it was read for the plan's administrator.
    pub(crate) fn take_roster(&mut self) -> Roster {
        std::mem::take(&mut self.roster)
    }

    /// Where the plan was made: its administrator, and its Regions as they were found.
    pub(crate) fn reach(&self, reach: &mut Reach) {
        reach.connection.admin_account = Some(self.saved.administrator());
        // Whoever made the plan has named it, and the caller is compared with that.
        reach.names_administrator = true;
        reach.typed.describe(self.saved.settings.flags());
        let regions = self.saved.regions();
        reach.regions = RegionSelection {
            names: Some(regions.map(|it| it.as_str().to_owned()).collect()),
            exclude: Vec::new(),
        };
    }

    /// Which plan it is, for documents.
    pub(crate) fn origin(&self) -> PlanOrigin {
        self.saved.origin(&self.path.display().to_string())
    }

    /// Looks whether the plan still fits, asks where somebody is to be asked, and allows what the plan
    /// holds and nothing else. What it removes was reviewed; the id that ends Detective is wanted all the
    /// same.
    ///
    /// # Errors
    ///
    /// When AWS has moved, the guard rails refuse, or it was declined; nothing was changed then.
    pub(crate) async fn agree(
        &self,
        session: &FleetSession,
        run: &mut Run,
        permit: Permit,
        consent: Consent,
        output: Output,
    ) -> Result<()> {
        let mut consent = Consent {
            // A limit that was set stays one.
            max_removals: consent.max_removals.or(Some(usize::MAX)),
            ..consent
        };
        let plan = self.look(session, run).await?;
        if !permit.yes {
            output.beside_question(|width| display::plan(&plan, width));
        }
        if !permit.yes && plan.changes_anything() {
            let refusals = session.judge(run, consent);
            if !refusals.iter().all(Refusal::can_be_confirmed) {
                return Err(fleet_session::plan_refused(&refusals));
            }
            let asked = session.clock().elapsed();
            change::ask(session.stop(), session.administrator(), refusals, output).await?;
            consent.word = Word::Typed;
            if session.clock().elapsed().saturating_sub(asked) > FRESH {
                run.forget();
                self.look(session, run).await?;
            }
        }
        self.saved.check_time(session.clock().timestamp())?;
        session.agree_within(run, self.saved.bounds(), consent)
    }

    /// Looks at AWS, and makes sure that it needs no more than the plan holds.
    async fn look(&self, session: &FleetSession, run: &mut Run) -> Result<PlanReport> {
        session.look(run).await?;
        let plan = session.plan(run);
        self.saved
            .check_world(&plan.regions, &run.graph_changes())?;
        Ok(plan)
    }
}

/// The report of a plan that was saved, with what was saved besides.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    plan: PlanReport,
    saved: Besides<'a>,
}

#[derive(Debug, Serialize)]
struct Besides<'a> {
    digest: &'a str,
    expires: Timestamp,
    settings: &'a SavedSettings,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    graph_changes: &'a std::collections::BTreeMap<fleet::account::Region, GraphChanges>,
}

impl page::Paged for Shown<'_> {
    fn document(&self, language: Language) -> page::Document {
        self.plan.document(language)
    }
}

/// Shows a saved plan again, as it was shown when it was saved.
///
/// # Errors
///
/// When it is none that can be used.
pub(crate) fn show(args: PlanArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let Some(path) = args.show else {
        bail!("no saved plan is named");
    };
    let saved = saved_file::read(&path)?.shown()?;
    let files = ReportFiles::check(args.reports.or(file))?;
    let files = files.apart_from("the saved plan", Some(&path))?;
    let mut plan = saved.plan.clone();
    plan.header.origin.flags = file.typed.clone();
    plan.header.origin.flags.describe(saved.settings.flags());
    let now = Clock::system().timestamp();
    plan.header.notes.extend(display::saved(&saved, now));
    let shown = Shown {
        plan,
        saved: Besides {
            digest: saved.digest(),
            expires: saved.expires,
            settings: &saved.settings,
            graph_changes: &saved.graph_changes,
        },
    };
    plan::print(&shown, &shown.plan, output)?;
    files.write(&shown)?;
    Ok(match args.detailed_exitcode {
        true => plan::exit(&shown.plan, true),
        false => Exit::Fine,
    })
}
