//! The AWS form: what would be done, what was, and how it is.

mod state;

use std::fmt::Write;

use aws_form::report::{Action, FormReport, Outcome};
use aws_form::{Change, Replacement};
use fleet::report::Ended;

use super::failure;
use super::moment::moment;
use super::stack_progress::left_off;
use super::text::{BAD, BOLD, CHANGE, DIM, GOOD, counted, len, paint, wrapped};

/// Draws what became of the AWS form for a window of that many columns.
pub(crate) fn aws(report: &FormReport, width: usize) -> String {
    let mut text = head(report);
    text.push_str(&function(report, width));
    let is_planned = matches!(
        report.stack.action,
        Action::Make | Action::Update | Action::Remove
    );
    if is_planned && report.stack.outcome.is_none() {
        text.push_str(&artifacts(report, width));
        text.push_str(&parameters(report, width));
        text.push_str(&changes(report, width));
    }
    text.push_str(&failures(report, width));
    text.push_str(&outputs(report));
    text.push_str(&state::state(report, width));
    text.push_str(&listed("Kept", &report.kept, width));
    text.push('\n');
    text.push_str(&failure::notes(&report.header, width));
    if let Some(error) = &report.error {
        let first = format!("{} ", paint(BAD, "error:"));
        let _ = writeln!(text, "{}\n", wrapped(error, width, &first, "  "));
    }
    for needed in &report.needs_action {
        let first = format!("{} ", paint(BAD, '!'));
        let _ = writeln!(text, "{}", wrapped(needed, width, &first, "  "));
    }
    text.push_str(&listed("Next", &report.next, width));
    text.push_str(&ended(report));
    text
}

fn head(report: &FormReport) -> String {
    let stack = &report.stack;
    let status = stack.status.as_deref().unwrap_or("there is none");
    let words = match (stack.action, stack.outcome) {
        (Action::Make, None) => "is to be made".to_owned(),
        (Action::Update, None) => "is to be updated".to_owned(),
        (Action::Remove, None) => "is to be removed".to_owned(),
        (Action::Make, Some(Outcome::Done)) => format!("was made ({status})"),
        (Action::Update, Some(Outcome::Done)) => format!("was updated ({status})"),
        (Action::Remove, Some(Outcome::Done)) => "was removed".to_owned(),
        (Action::Keep, _) if stack.status.is_none() => "there is none".to_owned(),
        (Action::Keep, _) => format!("is as wanted already ({status})"),
        (Action::Look, _) => match stack.changed {
            Some(at) => format!("{status}, since {}", moment(at)),
            None => status.to_owned(),
        },
        (_, Some(Outcome::Failed)) => format!("failed ({status})"),
        (_, Some(Outcome::Unknown)) => "what became of it is not known".to_owned(),
        (_, Some(Outcome::Waiting)) => match &stack.status {
            Some(status) => format!("CloudFormation is not finished ({status})"),
            None => "CloudFormation is not finished".to_owned(),
        },
        (_, _) => status.to_owned(),
    };
    let name = format!("Stack {} in {}", stack.name, stack.region);
    let account = report.header.administrator;
    format!("{}, account {account}: {words}\n", paint(BOLD, name))
}

fn function(report: &FormReport, width: usize) -> String {
    let Some(function) = &report.function else {
        return String::new();
    };
    let release = function.release.as_deref().unwrap_or("of no release");
    let runs = match function.runs {
        Some(true) => ", and Lambda runs just that",
        Some(false) => ", and Lambda runs something else",
        None => "",
    };
    let words = format!(
        "Function: {release} ({}), SHA-256 {}{runs}",
        function.file, function.sha256
    );
    wrapped(&words, width, "  ", "    ") + "\n"
}

fn artifacts(report: &FormReport, width: usize) -> String {
    let mut text = String::new();
    let Some(bucket) = &report.bucket else {
        return text;
    };
    if bucket.is_new {
        let words = format!(
            "the bucket {}: private, versioned, encrypted, and reached by TLS only",
            bucket.name
        );
        let first = format!("  {} ", paint(GOOD, '+'));
        let _ = writeln!(text, "{}", wrapped(&words, width, &first, "    "));
    }
    for artifact in report.artifacts.iter().filter(|it| it.is_new) {
        let _ = writeln!(
            text,
            "  {} s3://{}/{} ({} bytes)",
            paint(GOOD, '+'),
            bucket.name,
            artifact.key,
            super::text::number(artifact.bytes as u64)
        );
    }
    text
}

fn parameters(report: &FormReport, width: usize) -> String {
    let mut text = String::new();
    for change in &report.parameters {
        let shown = |value: &str| match value {
            "" => "empty".to_owned(),
            value => value.to_owned(),
        };
        let (sign, style) = match change.was {
            None => ('+', GOOD),
            Some(_) => ('~', CHANGE),
        };
        let was = change
            .was
            .as_deref()
            .map(|it| format!(" (it was {})", shown(it)));
        let words = format!(
            "parameter {}: {}{}",
            change.name,
            shown(&change.is),
            was.unwrap_or_default()
        );
        let first = format!("  {} ", paint(style, sign));
        let _ = writeln!(text, "{}", wrapped(&words, width, &first, "      "));
    }
    text
}

fn changes(report: &FormReport, width: usize) -> String {
    let mut text = String::new();
    for change in &report.changes {
        let (sign, style) = match change.action.as_str() {
            "Add" | "Import" => ('+', GOOD),
            "Remove" => ('-', BAD),
            _ => ('~', CHANGE),
        };
        let first = format!("  {} ", paint(style, sign));
        let _ = writeln!(text, "{}", wrapped(&shown(change), width, &first, "      "));
    }
    let count = |wanted: &[&str]| {
        let actions = report.changes.iter().map(|it| it.action.as_str());
        actions.filter(|it| wanted.contains(it)).count()
    };
    let made = count(&["Add", "Import"]);
    let removed = count(&["Remove"]);
    let changed = report.changes.len() - made - removed;
    let counts = [(made, "made"), (changed, "changed"), (removed, "removed")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = counts
        .map(|(count, what)| format!("{count} to be {what}"))
        .collect();
    let all = counted(len(&report.changes), "resource");
    let words = format!(
        "{all}: {}.",
        some(parts, "nothing to be changed").join(", ")
    );
    let _ = writeln!(text, "{}", paint(BOLD, words));
    text
}

fn shown(change: &Change) -> String {
    let mut text = format!("{} ({})", change.resource, change.kind);
    if !change.properties.is_empty() {
        text.push_str(": ");
        text.push_str(&change.properties.join(", "));
    }
    text.push_str(match change.replacement {
        Replacement::Yes => "; another one takes its place",
        Replacement::Perhaps => "; another one may take its place",
        Replacement::No => "",
    });
    text
}

fn failures(report: &FormReport, width: usize) -> String {
    let Some(first_one) = report.failures.first() else {
        return String::new();
    };
    let reason = first_one.reason.as_deref().unwrap_or("AWS gives no reason");
    let words = format!(
        "{} ({}) is {}: {reason}",
        first_one.resource, first_one.kind, first_one.status
    );
    let first = format!("  {} ", paint(BAD, '!'));
    let mut text = wrapped(&words, width, &first, "    ") + "\n";
    let more = len(&report.failures) - 1;
    if more > 0 {
        let words = format!("    {} failed after it.", counted(more, "resource"));
        let _ = writeln!(text, "{}", paint(DIM, words));
    }
    let status = report.stack.status.as_deref().unwrap_or_default();
    text.push_str(match status {
        "ROLLBACK_COMPLETE" => "  CloudFormation has taken everything back; the next `aws deploy` deletes the empty stack first.\n",
        "UPDATE_ROLLBACK_COMPLETE" => "  CloudFormation has taken everything back: the stack is as it was before.\n",
        _ => "",
    });
    text
}

fn outputs(report: &FormReport) -> String {
    let shows = matches!(
        report.stack.action,
        Action::Make | Action::Update | Action::Look
    );
    if !shows || report.stack.outcome.is_none() || report.outputs.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", paint(BOLD, "Outputs"));
    for (name, value) in &report.outputs {
        let _ = writeln!(text, "  {name}: {value}");
    }
    text
}

fn some(lines: Vec<String>, none: &str) -> Vec<String> {
    match lines.is_empty() {
        true => vec![none.to_owned()],
        false => lines,
    }
}

fn listed(title: &str, lines: &[String], width: usize) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", paint(BOLD, title));
    for line in lines {
        let _ = writeln!(text, "{}", wrapped(line, width, "  ", "    "));
    }
    text
}

fn ended(report: &FormReport) -> String {
    let words = match (report.stack.outcome, report.ended) {
        // Whether CloudFormation has begun is not known.
        (Some(Outcome::Unknown), Ended::Timeout) => Some("The time is over."),
        (Some(Outcome::Unknown), Ended::Interrupted) => Some("Interrupted."),
        (_, ended) => left_off(ended),
    };
    words.map_or_else(String::new, |words| format!("{words}\n"))
}
