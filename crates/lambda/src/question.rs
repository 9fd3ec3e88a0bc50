//! What people are asked: who would be removed, and how to approve it.

use std::collections::BTreeSet;
use std::fmt::{Arguments, Write};

use fleet::account::Email;
use fleet::foreign::escaped;
use fleet::label::Labels;
use fleet::report::name_regions;

use crate::approval::{Proposal, key_without_principal};
use crate::function::Question;
use crate::message::counted;
use crate::run::removals_key;
use crate::seal::Seal;
use crate::store::Store;

fn line(text: &mut String, arguments: Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(arguments);
}

/// How many accounts are named; the file has all of them.
const MOST: usize = 100;

/// What is asked about a proposal with that hash.
pub(crate) fn of(proposal: &Proposal, labels: &Labels, store: &Store, asked: &Seal) -> Question {
    let accounts = counted(proposal.removals.len(), "account");
    let operation = proposal.operation.as_str();
    let memberships = proposal.removals.values().map(BTreeSet::len).sum();
    let until = proposal.until.strftime("%Y-%m-%d %H:%M UTC");
    let mut text = format!(
        "{operation} of {}, administrator {}, run {}\n",
        Email::mask_in(&escaped(&proposal.key)),
        proposal.administrator,
        proposal.run_id
    );
    let list = proposal.list.as_ref();
    if let Some(uploader) = list.and_then(|list| list.uploader.as_ref()) {
        line(&mut text, format_args!("Uploaded by {uploader}\n"));
    }
    if let Some(plan) = &proposal.plan {
        line(&mut text, format_args!("Worth knowing: {}\n", plan.note()));
    }
    let key = key_without_principal(&proposal.run_id, asked);
    line(
        &mut text,
        format_args!(
            "\nThis would remove {accounts} ({}), and waits until {until} for somebody to approve it. Nothing was changed so far.\n\nTo approve it, as a role or user that the stack's parameter ApproverArns names:\n\n  aws s3api put-object --bucket {} --key \"{key}$(aws sts get-caller-identity --query UserId --output text)\"\n\nIf it is not meant, do nothing, or upload the right list under the same name: this run ends then.\n\nWho would go:\n",
            counted(memberships, "membership"),
            store.bucket(),
        ),
    );
    for (account, regions) in proposal.removals.iter().take(MOST) {
        let account = labels.account_and_line(*account);
        let places = name_regions(regions, &proposal.regions);
        line(&mut text, format_args!("  {account} in {places}\n"));
    }
    let more = proposal.removals.len().saturating_sub(MOST);
    if more > 0 {
        line(&mut text, format_args!("  and {more} more: see the file\n"));
    }
    let file = store.uri(&removals_key(&proposal.run_id));
    line(&mut text, format_args!("\nAll of it: {file}\n"));
    Question {
        subject: format!("[ACTION] approval needed: {operation} would remove {accounts}"),
        message: text,
    }
}
