//! The plan of an upload under `plan/` as one that the command executes.

use std::collections::BTreeMap;
use std::time::Duration;

use fleet::account::{Email, Region};
use fleet::bounds::GraphChanges;
use fleet::expected::Exception;
use fleet::report::PlanReport;
use fleet::saved::{Goal, SavedPlan, SavedSettings};

use crate::error::StepError;
use crate::function::Function;
use crate::run::{Manifest, report_key, saved_plan_key};
use crate::trigger::{Operation, execute_key};

/// The command that has just the plan of a run executed; `None` where the key of its list does
/// not allow it, or is called after somebody: no message has an e-mail address in it.
pub(crate) fn command(function: &Function, manifest: &Manifest) -> Option<String> {
    let key = execute_key(&manifest.key).filter(|key| Email::mask_in(key) == *key)?;
    let bucket = function.store.bucket();
    let source = saved_plan_key(&report_key(&manifest.header.run_id));
    Some(format!(
        "aws s3api copy-object --bucket {bucket} --copy-source {} --key {}",
        in_a_shell(&format!("{bucket}/{source}")),
        in_a_shell(&key)
    ))
}

/// A text as one word of a shell's.
fn in_a_shell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    match text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

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
    let settings = settings(function, manifest.operation, manifest.prune);
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

/// What the stack's parameters are of what a plan is made for.
pub(crate) fn settings(function: &Function, operation: Operation, prune: bool) -> SavedSettings {
    let set = &function.settings;
    let all = || ["all".to_owned()].into();
    let regions = set.regions.names.as_ref();
    let goal = match operation {
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
        prune,
        retry_failed: set.fleet.retry_failed,
        tags: set.fleet.tags.clone(),
        packages: set.fleet.packages.clone(),
        send_email: set.fleet.send_email,
        message: set.fleet.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_word_of_a_shell_whatever_it_says() {
        assert_eq!(
            in_a_shell("execute/enable/a.csv/plan.json"),
            "execute/enable/a.csv/plan.json"
        );
        assert_eq!(in_a_shell("a b$(c)'; d"), r"'a b$(c)'\''; d'");
    }
}
