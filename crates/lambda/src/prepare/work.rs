//! What a run is to do, as far as the list and the approval say it.

use engine::Aws;
use fleet::account::{AccountId, Region};
use fleet::label::Labels;
use fleet::report::{Header, VERSION};
use fleet::roster::Roster;

use super::{Began, Upload, origin};
use crate::approval::{self, Approved};
use crate::trigger::Place;

/// What is to be done.
pub(super) struct Work {
    pub(super) upload: Upload,
    pub(super) sha256: String,
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
            regions,
        }
    }

    /// What the report begins with.
    pub(super) fn header(&self, began: Began<'_>, aws: &Aws, notes: Vec<String>) -> Header {
        let Place {
            operation,
            plan_only,
        } = self.upload.place;
        let origin = origin()
            .called_by(aws.caller())
            .by(self.roster.list.clone());
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
