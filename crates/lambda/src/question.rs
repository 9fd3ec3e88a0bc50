//! What people are asked: who would be removed, and how to approve it.

use std::collections::BTreeSet;
use std::fmt::{Arguments, Write};

use fleet::account::Email;
use fleet::foreign::escaped;
use fleet::label::Labels;
use fleet::language::{Language, Words};
use fleet::report::name_regions_in;

use crate::approval::{Proposal, key_without_principal};
use crate::function::Question;
use crate::message::words;
use crate::run::removals_key;
use crate::seal::Seal;
use crate::store::Store;

fn line(text: &mut String, arguments: Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(arguments);
}

/// How many accounts are named; the file has all of them.
const MOST: usize = 100;

/// What is asked about a proposal with that hash. The subject is English ([`crate::message`] says why).
pub(crate) fn of(
    proposal: &Proposal,
    labels: &Labels,
    store: &Store,
    asked: &Seal,
    language: Language,
) -> Question {
    let words = words::of(language);
    let subject = |words: Words| {
        words.fill(
            "[ACTION] approval needed: {0} would remove {1}",
            &[
                &proposal.operation.as_str(),
                &words.counted(proposal.removals.len() as u64, "account"),
            ],
        )
    };
    let mut text = String::new();
    if language != Language::English {
        line(&mut text, format_args!("{}\n\n", subject(words)));
    }
    text.push_str(&made_by(proposal, words));
    let key = key_without_principal(&proposal.run_id, asked);
    let bucket = store.bucket();
    line(
        &mut text,
        format_args!("\n{}\n\n", what_is_asked(proposal, words)),
    );
    let how = words
        .say("To approve it, as a role or user that the stack's parameter ApproverArns names:");
    line(
        &mut text,
        format_args!(
            "{how}\n\n  aws s3api put-object --bucket {bucket} --key \"{key}$(aws sts get-caller-identity --query UserId --output text)\"\n\n"
        ),
    );
    let otherwise = words.say("If it is not meant, do nothing, or upload the right list under the same name: this run ends then.");
    let who = words.say("Who would go:");
    line(&mut text, format_args!("{otherwise}\n\n{who}\n"));
    for (account, regions) in proposal.removals.iter().take(MOST) {
        let account = labels.account_and_line_in(language, *account);
        let places = name_regions_in(language, regions, &proposal.regions);
        let spot = words.fill("{0} in {1}", &[&account, &places]);
        line(&mut text, format_args!("  {spot}\n"));
    }
    let more = proposal.removals.len().saturating_sub(MOST);
    if more > 0 {
        let more = words.fill("and {0} more: see the file", &[&more]);
        line(&mut text, format_args!("  {more}\n"));
    }
    let file = store.uri(&removals_key(&proposal.run_id));
    let all = words.fill("All of it: {0}", &[&file]);
    line(&mut text, format_args!("\n{all}\n"));
    Question {
        subject: subject(words::of(Language::English)),
        message: text,
    }
}

/// Which run it is, of which list, and by whom.
fn made_by(proposal: &Proposal, words: Words) -> String {
    let key = Email::mask_in(&escaped(&proposal.key));
    let opening = words::opening(
        words,
        proposal.operation.as_str(),
        Some(&key),
        &proposal.administrator.to_string(),
        &proposal.run_id,
    );
    let list = proposal.list.as_ref();
    let uploader = list.and_then(|list| list.uploader.as_ref());
    let uploader = uploader.map(|it| words::uploaded_by(words, &it.told_in(words.language)));
    let plan = proposal.plan.as_ref();
    let plan = plan.map(|plan| {
        let note = words.language.retell(&plan.note());
        words.fill("Worth knowing: {0}", &[&note])
    });
    let lines = [Some(opening), uploader, plan].into_iter().flatten();
    lines.map(|it| it + "\n").collect()
}

fn what_is_asked(proposal: &Proposal, words: Words) -> String {
    let memberships = proposal.removals.values().map(BTreeSet::len).sum::<usize>();
    words.fill(
        "This would remove {0} ({1}), and waits until {2} for somebody to approve it. Nothing was changed so far.",
        &[
            &words.counted(proposal.removals.len() as u64, "account"),
            &words.counted(memberships as u64, "membership"),
            &words.language.minute(proposal.until),
        ],
    )
}
