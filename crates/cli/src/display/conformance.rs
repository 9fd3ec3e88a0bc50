//! What `conformance` is about to do, and what came out.

use conformance::question::{Needs, QUESTIONS};
use conformance::truths::Comparison;
use conformance::{Stage, TAG, Truths};
use fleet::account::Region;

use super::text::{BAD, BOLD, CHANGE, DIM, GOOD, paint, wrapped};

/// What is about to be done, and what it costs.
pub(crate) fn intent(stage: &Stage, region: &Region, left_behind: bool, width: usize) -> String {
    let administrator = stage.administrator();
    let member = stage.member();
    let who = match member {
        Some(member) => format!("the administrator {administrator} and the member {member}"),
        None => format!("the administrator {administrator} alone"),
    };
    let asked = |needs: Needs| match needs {
        Needs::Administrator => true,
        Needs::Member => member.is_some(),
        Needs::More(_) => false,
    };
    let count = QUESTIONS.iter().filter(|it| asked(it.needs)).count();
    let head = format!("{count} questions to Amazon Detective in {region}, with {who}.");
    let mut steps = Vec::new();
    if left_behind {
        steps.push("It deletes the behavior graph that an earlier run left behind.".to_owned());
    }
    steps.push(format!(
        "It makes a behavior graph in {administrator}, with the tag {TAG}, starts the optional data sources in it, deletes it, makes it again, and deletes it again."
    ));
    if let Some(member) = member {
        steps.push(format!("It invites {member} up to five times, without mails, and accepts once. No other account is named to AWS."));
    }
    steps.push("At the end it sends up to 400 ListGraphs within seconds, until one is throttled. Others who use Detective in that account and Region may be throttled meanwhile.".to_owned());
    steps.push("It leaves nothing behind. Where it is interrupted it deletes what it made, and where it is killed the next call does.".to_owned());
    let cost = "Costs: nothing where an account is in its free trial of 30 days in this Region, which begins with this where it has not begun yet, and goes on after it. Otherwise what Detective takes in within these minutes.";
    let time = "Time: 2 to 40 minutes, by how long AWS verifies an address.";
    let mut text = format!("{}\n\n", wrapped(&paint(BOLD, head), width, "", "  "));
    for step in &steps {
        text += &wrapped(step, width, "  - ", "    ");
        text.push('\n');
    }
    for line in [cost, time] {
        text += &format!("\n{}\n", wrapped(line, width, "  ", "  "));
    }
    text
}

/// What came out.
pub(crate) fn found(truths: &Truths, comparison: Option<&Comparison>, width: usize) -> String {
    let mut text = String::new();
    for question in QUESTIONS {
        let answers = [
            (truths.truths.get(question.id), GOOD, ""),
            (truths.surprises.get(question.id), BAD, "unexpected: "),
            (truths.open.get(question.id), DIM, "open: "),
        ];
        let answer = answers
            .into_iter()
            .find_map(|(answer, style, label)| Some((answer?, style, label)));
        if let Some((answer, style, label)) = answer {
            text += &wrapped(question.text, width, "", "  ");
            let answer = paint(style, format_args!("{label}{answer}"));
            text += &format!("\n{}\n", wrapped(&answer, width, "    ", "    "));
        }
    }
    for (what, time) in &truths.measured {
        text += &format!("{what} took {time}\n");
    }
    if let Some(comparison) = comparison {
        text += &compared(comparison, width);
    }
    text
}

fn compared(comparison: &Comparison, width: usize) -> String {
    let Comparison {
        same,
        differences,
        untold,
    } = comparison;
    let mut text = format!(
        "\n{} the same, {} different, {} not told\n",
        same,
        differences.len(),
        untold.len()
    );
    for (lines, style) in [(differences, BAD), (untold, CHANGE)] {
        for line in lines {
            let line = wrapped(&paint(style, line), width, "  ", "    ");
            text += &format!("{line}\n");
        }
    }
    text
}
