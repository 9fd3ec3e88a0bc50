//! A saved plan that is executed: copied to `execute/LIST/plan.json`, from where this stack wrote it.
//!
//! It takes things away from what an upload of its list would do, and adds nothing: whoever may write there
//! can do no more than who may upload that list. Whatever limits an upload limits it as well.

use fleet::origin::{ListOrigin, PlanOrigin, Uploader, sha256};
use fleet::saved::{Goal, NotUsable, SavedPlan, Stale, sentence};

use crate::error::StepError;
use crate::function::Function;
use crate::prepare::prunes_list;
use crate::run::{report_key, saved_plan_key};
use crate::saved;
use crate::store::Newest;
use crate::trigger::Operation;

/// A saved plan in the bucket.
pub(crate) struct Executed {
    pub(crate) saved: SavedPlan,
    /// What its bytes hash to.
    pub(crate) sha256: String,
    /// Where it lies.
    key: String,
    /// Who copied it there.
    approver: Option<Uploader>,
}

impl Executed {
    /// Reads that version; `None` where it is not there any more.
    ///
    /// # Errors
    /// Where it is no saved plan that can be used, or S3 does not hand it out.
    pub(crate) async fn read(
        function: &Function,
        key: &str,
        version: &str,
        approver: Option<&Uploader>,
    ) -> Result<Option<Self>, StepError> {
        let Some(bytes) = function.store.saved_plan(key, Some(version)).await? else {
            return Ok(None);
        };
        let saved = SavedPlan::parse(&bytes).map_err(|error| unusable(key, &error))?;
        Ok(Some(Self {
            saved,
            sha256: sha256(&bytes),
            key: key.to_owned(),
            approver: approver.cloned(),
        }))
    }

    /// Which plan it is, and who copied it, for documents.
    pub(crate) fn origin(&self) -> PlanOrigin {
        PlanOrigin {
            approver: self.approver.clone(),
            ..self.saved.origin(&self.key)
        }
    }

    /// The list that it was made by.
    pub(crate) fn list(&self) -> Option<&ListOrigin> {
        self.saved.plan.header.origin.list.as_ref()
    }

    /// Makes sure that it is byte by byte what an execution of this stack wrote down, where nobody but the
    /// function writes. A digest is no signature: anybody can calculate one.
    ///
    /// # Errors
    /// Where it is not.
    pub(crate) async fn check_author(&self, function: &Function) -> Result<(), StepError> {
        let run = &self.saved.plan.header.run_id;
        // The name of an execution has no slash (Step Functions API reference, StartExecution).
        let original = match !run.is_empty() && !run.contains('/') {
            true => {
                let key = saved_plan_key(&report_key(run));
                function.store.saved_plan(&key, None).await?
            }
            false => None,
        };
        if original.is_some_and(|original| sha256(&original) == self.sha256) {
            return Ok(());
        }
        Err(StepError::plan_refused(format!(
            "{}: this is not what a run of this stack saved (runs/RUN/plan.json): nothing was changed. Copy the plan from there, or upload its list under plan/ for a new one; a plan of the command's is executed by the command",
            self.key
        )))
    }

    /// Makes sure that it is still time, that it is for this place and what the stack wants now, and that
    /// the newest version of its list is the one that it was made by; which version that is.
    ///
    /// # Errors
    /// Where it is not, or the bucket does not tell.
    pub(crate) async fn check(
        &self,
        function: &Function,
        operation: Operation,
        list: &str,
    ) -> Result<String, StepError> {
        let saved = &self.saved;
        let now = function.platform.clock.timestamp();
        saved.check_time(now).map_err(stale)?;
        let named = self.list().map(|list| list.name.as_str());
        // The command takes it for `disable` as well, where an id is asked for.
        let ends = saved.settings.goal == Goal::DeleteGraphs;
        if named != Some(&ListOrigin::named(list).name) || ends {
            return Err(StepError::plan_refused(format!(
                "{}: this plan ({}) was made by {}, and what is executed here was made by {list}: nothing was changed. Copy it to where the message of the plan says",
                self.key,
                saved.settings.goal,
                named.unwrap_or("no list")
            )));
        }
        let (newest, hash) = match function.store.newest(list).await? {
            Newest::Version(version) => {
                let bytes = function.store.upload(list, &version).await?;
                (version, bytes.map(|bytes| sha256(&bytes)))
            }
            Newest::Gone | Newest::Never => (String::new(), None),
        };
        let wants = saved::settings(function, operation, prunes_list(function, operation, list));
        let given = wants.given(function.account);
        saved.check_given(&given, hash.as_deref()).map_err(stale)?;
        self.check_regions(function)?;
        Ok(newest)
    }

    /// Settings that do not differ name the Regions: the plan has none besides.
    fn check_regions(&self, function: &Function) -> Result<(), StepError> {
        let set = &function.settings.regions;
        let is_wanted = |name: &str| {
            let named = set.names.as_ref();
            named.is_none_or(|names| names.iter().any(|it| it == name))
                && !set.exclude.iter().any(|it| it == name)
        };
        let mut regions = self.saved.regions().map(fleet::account::Region::as_str);
        match regions.find(|name| !is_wanted(name)) {
            None => Ok(()),
            Some(name) => Err(StepError::plan_refused(format!(
                "{}: the plan has the Region {name}, which the stack leaves out: nothing was changed",
                self.key
            ))),
        }
    }
}

fn unusable(key: &str, error: &NotUsable) -> StepError {
    let advice = match error {
        NotUsable::Other(why) => {
            format!("this is no saved plan ({why}): copy the plan.json of a run under plan/")
        }
        NotUsable::Version(_) => {
            format!("{error}; upload its list under plan/ again for one")
        }
        NotUsable::Edited => error.to_string(),
    };
    StepError::plan_refused(format!("{key}: nothing was changed: {advice}"))
}

/// Why a plan is not executed, in the words of the AWS form.
pub(crate) fn stale(stale: Stale) -> StepError {
    let (stale, text) = match stale {
        Stale::Differs(mut differences) => {
            for it in &mut differences {
                it.setting = parameter(&it.setting).to_owned();
            }
            let text = format!(
                "nothing was changed: the saved plan is for something else than what the stack wants now: {}; upload its list under plan/ again, and have the new plan reviewed",
                sentence(&differences)
            );
            (Stale::Differs(differences), text)
        }
        other => {
            let text = other.to_string();
            (other, text)
        }
    };
    StepError {
        stale: Some(Box::new(stale)),
        ..StepError::plan_refused(text)
    }
}

/// What has moved, thing by thing, for people.
pub(crate) fn notes(stale: Option<&Stale>) -> Vec<String> {
    match stale {
        Some(Stale::Moved(moved)) => moved.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// The stack's parameter for a flag.
fn parameter(flag: &str) -> &str {
    match flag {
        "--admin-account" => "the account",
        "the command" => "the operation",
        "--regions" => "Regions",
        "--exclude-region" => "ExcludeRegions",
        "--expected" => "Expected",
        "--role-name" => "MemberRoleName",
        "--prune" => "Prune",
        "--tags" => "Tags",
        "--packages" => "Packages",
        "--send-email" => "SendEmail",
        "--message" => "Message",
        other => other,
    }
}
