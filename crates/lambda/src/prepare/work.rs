//! What a run is to do, as far as the list and the approval say it.

use std::collections::BTreeSet;

use engine::{Aws, RegionSelection};
use fleet::account::{AccountId, Region};
use fleet::event::Operation;
use fleet::label::Labels;
use fleet::origin::PlanOrigin;
use fleet::report::{Header, MemberPlan, VERSION};
use fleet::roster::Roster;

use super::{Began, Known, Stop, Upload, deleted, origin};
use crate::approval::{self, Approved};
use crate::executed::Executed;
use crate::function::Function;
use crate::run::Executes;
use crate::trigger::{Place, Trigger};

/// What is to be done.
pub(super) struct Work {
    pub(super) upload: Upload,
    pub(super) sha256: String,
    /// The version of the list.
    pub(super) list_version: String,
    /// The saved plan that is executed, where one is.
    pub(super) executed: Option<Executed>,
    pub(super) roster: Roster,
    pub(super) approved: Option<Approved>,
}

impl Work {
    /// What people are asked about.
    pub(super) fn about<'a>(
        self,
        execution: &'a str,
        administrator: AccountId,
        regions: &'a [Region],
    ) -> approval::Of<'a> {
        approval::Of {
            execution,
            administrator,
            operation: self.upload.place.operation,
            key: self.upload.key,
            version: self.upload.version,
            list: self.roster.list,
            expires: self.executed.as_ref().map(|it| it.saved.expires),
            plan: self.executed.as_ref().map(Executed::origin),
            regions,
        }
    }

    /// The Regions: those of the stack, or those that the saved plan was made for.
    pub(super) fn regions(&self, function: &Function) -> RegionSelection {
        match &self.executed {
            Some(executed) => RegionSelection {
                names: Some(
                    executed
                        .saved
                        .regions()
                        .map(|it| it.as_str().to_owned())
                        .collect(),
                ),
                exclude: Vec::new(),
            },
            None => function.settings.regions.clone(),
        }
    }

    /// The accounts that an invitation may have to be accepted for.
    pub(super) fn accounts_to_accept(&self) -> BTreeSet<AccountId> {
        let listed = self.roster.members.keys().copied();
        let Some(executed) = &self.executed else {
            return listed.collect();
        };
        let members = executed
            .saved
            .plan
            .regions
            .iter()
            .flat_map(|it| &it.members);
        let accepts = |it: &&MemberPlan| {
            let operations = it.action.operations();
            operations.contains(&Operation::AcceptInvitation)
        };
        let planned: BTreeSet<_> = members.filter(accepts).map(|it| it.account_id).collect();
        listed.filter(|account| planned.contains(account)).collect()
    }

    /// What the passes are told of the saved plan.
    pub(super) fn executes(&self) -> Option<Executes> {
        self.executed.as_ref().map(|executed| Executes {
            sha256: executed.sha256.clone(),
            list: self.upload.list.clone(),
            list_version: self.list_version.clone(),
        })
    }

    /// What people are told of the saved plan.
    pub(super) fn notes(&self) -> Vec<String> {
        let plan = self.executed.as_ref().map(Executed::origin);
        plan.iter().map(PlanOrigin::note).collect()
    }

    /// What the report begins with.
    pub(super) fn header(&self, began: Began<'_>, aws: &Aws, notes: Vec<String>) -> Header {
        let Place {
            operation,
            plan_only,
            ..
        } = self.upload.place;
        let mut origin = origin()
            .called_by(aws.caller())
            .by(self.roster.list.clone());
        origin.plan = self.executed.as_ref().map(Executed::origin);
        let approval = self.approved.as_ref().map(|it| it.approval.clone());
        Header {
            version: VERSION,
            kind: if plan_only { "plan" } else { "run" }.to_owned(),
            operation: operation.as_str().to_owned(),
            run_id: began.execution.to_owned(),
            administrator: aws.administrator(),
            started: began.entered,
            invalid_lines: self.roster.invalid.iter().map(Into::into).collect(),
            labels: Labels::of(&self.roster),
            origin: origin.approved(approval),
            notes,
        }
    }
}

/// The saved plan that is executed, where one is, and the version of its list.
pub(super) async fn admit(
    function: &Function,
    upload: &Upload,
    trigger: &Trigger,
    known: &mut Known,
) -> Result<Option<(Executed, String)>, Stop> {
    if !upload.place.executes {
        return Ok(None);
    }
    let Upload { key, version, .. } = upload;
    let executed = Executed::read(function, key, version, trigger.uploader()).await?;
    let executed = executed.ok_or_else(|| deleted(key))?;
    executed.check_author(function).await?;
    known.plan = Some(executed.origin());
    known.list = executed.list().cloned();
    let operation = upload.place.operation;
    let version = executed.check(function, operation, &upload.list).await?;
    Ok(Some((executed, version)))
}
