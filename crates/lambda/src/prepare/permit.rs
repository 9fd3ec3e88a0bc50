//! Who may be removed: what an upload cannot ask for, and the guard rails.

use std::collections::BTreeSet;

use engine::{Limit, Run};
use fleet::account::AccountId;
use fleet::desired::Others;
use fleet::guard::{Before, Consent, Refusal, is_meant};
use fleet::roster::Roster;
use tokio_util::sync::CancellationToken;

use super::work::Work;
use super::{Stop, Upload};
use crate::approval::{self, Removed};
use crate::error::StepError;
use crate::executed;
use crate::function::Function;
use crate::removals;
use crate::run::Agreed;
use crate::store::Newest;
use crate::trigger::Operation;

/// Whether people may ask for this at all.
pub(super) async fn permit(
    function: &Function,
    upload: &Upload,
    roster: &Roster,
) -> Result<(), Stop> {
    if !upload.place.plan_only {
        removing_is_allowed(function, upload)?;
    }
    if upload.place.operation == Operation::Enable {
        return Ok(());
    }
    if !roster.invalid.is_empty() {
        let text = "nothing is removed with a file that has bad lines, because nobody can tell whom they mean: correct them first";
        let lines = roster.invalid.iter().map(Into::into).collect();
        return Err(Stop::Error(StepError::bad_input(text), lines));
    }
    let named = still_wanted(function, roster).await?;
    if named.is_empty() {
        return Ok(());
    }
    Err(StepError::bad_input(format!(
        "{} still names {}: take them out of that file first, and upload both",
        function.settings.authoritative_key,
        named.join(", ")
    ))
    .into())
}

/// What the stack's parameters rule out, for whoever started the execution: also by hand.
fn removing_is_allowed(function: &Function, upload: &Upload) -> Result<(), StepError> {
    let settings = &function.settings;
    let disables = upload.place.operation == Operation::Disable;
    let refuses = |why: &str| Err(StepError::bad_input(format!("{}: {why}", upload.key)));
    if disables && !settings.disable_by_upload {
        return refuses(
            "lists under disable/ are switched off by the stack's parameter DisableByUpload",
        );
    }
    if (disables || prunes(function, upload)) && !settings.allow_removals {
        return refuses(
            "the stack's parameter AllowRemovals is false, so that no member can be removed: nothing was changed",
        );
    }
    Ok(())
}

/// The accounts that the authoritative file names as well.
async fn still_wanted(function: &Function, roster: &Roster) -> Result<Vec<String>, StepError> {
    let leaving = roster.members.keys().copied().collect();
    named_still(function, &leaving).await
}

/// What a plan that removes whom its list does not name leaves to be done, where the authoritative list,
/// which the drift run goes by, still names some of them.
pub(super) async fn invited_again(
    function: &Function,
    work: &Work,
    agreed: Option<&Agreed>,
) -> Result<Option<String>, StepError> {
    let (Some(_), Some(agreed)) = (&work.executed, agreed) else {
        return Ok(None);
    };
    let others: BTreeSet<_> = agreed.others.iter().map(|(account, _)| *account).collect();
    if others.is_empty() {
        return Ok(None);
    }
    let named = named_still(function, &others).await?;
    Ok((!named.is_empty()).then(|| {
        format!(
            "{} still names {}, whom this removes, so that the next drift run would invite them again: upload the list of this plan there, too",
            function.settings.authoritative_key,
            named.join(", ")
        )
    }))
}

/// Those of these accounts that the authoritative file names.
async fn named_still(
    function: &Function,
    accounts: &BTreeSet<AccountId>,
) -> Result<Vec<String>, StepError> {
    let key = &function.settings.authoritative_key;
    let Newest::Version(version) = function.store.newest(key).await? else {
        return Ok(Vec::new());
    };
    let Some(bytes) = function.store.upload(key, &version).await? else {
        return Ok(Vec::new());
    };
    let wanted = Roster::parse(&bytes, Some(function.account)).map_err(|error| {
        StepError::bad_input(format!(
            "{key} cannot be read, so that nobody can tell whom it names ({error}): correct it first"
        ))
    })?;
    let both = accounts.iter().filter(|id| wanted.members.contains_key(id));
    Ok(both.map(ToString::to_string).collect())
}

/// Whether members that the list does not name are to go: the authoritative list is the one that can
/// say so, and an upload of it is somebody's consent, as a date in a calendar is not.
pub(crate) fn prunes(function: &Function, upload: &Upload) -> bool {
    prunes_list(function, upload.place.operation, &upload.list) && !upload.drift
}

/// The same, of a list under its own key or under `plan/`.
pub(crate) fn prunes_list(function: &Function, operation: Operation, list: &str) -> bool {
    let key = list.strip_prefix("plan/").unwrap_or(list);
    function.settings.prune
        && operation == Operation::Enable
        && key == function.settings.authoritative_key
}

/// What becomes of members that the list does not name.
pub(crate) fn others(prune: bool) -> Others {
    if prune { Others::Remove } else { Others::Leave }
}

/// What the stack's parameters consent to.
pub(crate) fn consent(function: &Function) -> Consent {
    Consent {
        max_removals: function.settings.max_removals,
        ..Consent::default()
    }
}

/// What counts besides the plans: whom other executions removed of late.
pub(crate) async fn before(function: &Function, execution: &str) -> Result<Before, StepError> {
    let hours = function.settings.removal_window.as_secs() / 3600;
    Ok(Before {
        removed: removals::recent(function, execution).await?,
        members: 0,
        hours: Some(hours),
    })
}

/// What came of asking.
pub(super) enum Consented {
    /// These may go.
    Agreed(Agreed),
    /// Somebody has to approve that these go.
    NotYet(Removed),
}

/// Asks the guard rails, over all Regions and before the first change, and writes down who is to go:
/// once somebody has approved it, where somebody has to. Where a saved plan is executed, AWS has to need no
/// more than that holds.
pub(super) async fn agree(
    function: &Function,
    execution: &str,
    work: &Work,
    run: &mut Run,
) -> Result<Consented, StepError> {
    let limit = Limit {
        timeout: function.time_left() / 2,
        grace: (function.time_left() / 4).min(Limit::GRACE),
        stop: CancellationToken::new(),
    };
    let looked = run.observe(&limit).await;
    if let Some(error) = looked.error {
        return Err(StepError::failed(error));
    }
    let bounds = match &work.executed {
        Some(executed) => {
            let saved = &executed.saved;
            let fits = saved.check_world(&run.plan(), &run.graph_changes());
            fits.map_err(executed::stale)?;
            Some(saved.bounds())
        }
        None => None,
    };
    let mut agreed = Agreed {
        regions: run.read(),
        others: run.others(),
        members: run.members(),
        approved: None,
    };
    let leaving = run.removals();
    run.agree_within(bounds, work.roster.invalid.len(), consent(function))
        .map_err(|refusals| StepError::bad_input(words(&refusals)))?;
    if function.settings.approve_removals {
        match &work.approved {
            Some(approved) => agreed.approved = Some(approved.covers(&leaving)?),
            None if leaving.is_empty() => agreed.approved = Some(Removed::new()),
            None => {
                approval::somebody_may(function)?;
                return Ok(Consented::NotYet(leaving));
            }
        }
    }
    let accounts = leaving.into_iter().map(|(account, _)| account);
    removals::enter(function, execution, accounts.collect()).await?;
    Ok(Consented::Agreed(agreed))
}

/// What the guard rails have against it, in the words of the AWS form.
pub(crate) fn words(refusals: &[Refusal]) -> String {
    let say = |refusal: &Refusal| match refusal {
        Refusal::TooMany {
            purpose,
            removals,
            members,
            most,
            before,
        } => {
            let counted = before.map_or_else(String::new, |(before, hours)| {
                format!(", {before} of them by earlier runs of the last {hours} hours")
            });
            let is_meant = is_meant(*purpose, "list");
            format!(
                "this would remove {removals} of {members} member accounts{counted}, and {most} may be removed without being asked for: {is_meant} If so, set the stack's parameter MaxRemovals to {removals}, and upload it again"
            )
        }
        other => other.to_string(),
    };
    refusals.iter().map(say).collect::<Vec<_>>().join("; ")
}
