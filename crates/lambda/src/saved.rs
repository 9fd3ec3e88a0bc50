//! The plan of an upload under `plan/` as one that the command executes.

use std::collections::BTreeMap;
use std::time::Duration;

use fleet::account::Region;
use fleet::bounds::GraphChanges;
use fleet::expected::Exception;
use fleet::report::PlanReport;
use fleet::saved::{Goal, SavedPlan, SavedSettings};

use crate::error::StepError;
use crate::function::Function;
use crate::run::Manifest;
use crate::trigger::Operation;

/// As with the command, where nobody says.
const EXPIRES: Duration = Duration::from_secs(24 * 3600);

/// The document; `None` where a parameter of the stack has an e-mail address in it, which is saved nowhere.
///
/// # Errors
/// Where it could not be written down.
pub(crate) fn plan(
    function: &Function,
    manifest: &Manifest,
    report: PlanReport,
    changes: BTreeMap<Region, GraphChanges>,
) -> Result<Option<String>, StepError> {
    let settings = settings(function, manifest);
    if let Some(setting) = settings.with_email() {
        tracing::warn!("no plan is saved: {setting} has an e-mail address in it");
        return Ok(None);
    }
    let failed = |error: String| StepError::failed(error);
    let expires = report.header.started.checked_add(EXPIRES);
    let expires = expires.map_err(|error| failed(error.to_string()))?;
    let saved = SavedPlan::of(report, settings, changes, expires);
    saved.to_text().map(Some).map_err(failed)
}

fn settings(function: &Function, manifest: &Manifest) -> SavedSettings {
    let set = &function.settings;
    let all = || ["all".to_owned()].into();
    let regions = set.regions.names.as_ref();
    let goal = match manifest.operation {
        Operation::Enable => Goal::Enable,
        Operation::Disable => Goal::Disable,
    };
    let expected = match goal {
        Goal::Enable => set.expected.iter().map(Exception::in_full).collect(),
        Goal::Disable | Goal::DeleteGraphs => Default::default(),
    };
    SavedSettings {
        goal,
        regions: regions.map_or_else(all, |names| names.iter().cloned().collect()),
        exclude_region: set.regions.exclude.iter().cloned().collect(),
        account: Default::default(),
        not_account: Default::default(),
        expected,
        role_name: set.connection.role_name.as_str().to_owned(),
        prune: manifest.prune,
        retry_failed: set.fleet.retry_failed,
        tags: set.fleet.tags.clone(),
        packages: set.fleet.packages.clone(),
        send_email: set.fleet.send_email,
        message: set.fleet.message.clone(),
    }
}
