//! What a check found, as a table.

use std::fmt::Write;

use anstyle::Style;
use fleet::check::{Finding, Level};
use fleet::report::{CheckReport, Ended};

use super::failure;
use super::grouping;
use super::scope::Scope;
use super::text::{BAD, BOLD, CHANGE, DIM, GOOD, counted, number, paint, wrapped};

/// The width of the columns before the words.
const LEVEL: usize = 9;
const TOPIC: usize = 13;

/// Draws the findings, and the counts last, where the eye is.
pub(crate) fn check(report: &CheckReport, width: usize) -> String {
    let scope = Scope::from(report);
    let mut text = scope.head(&report.header, width);
    for finding in &report.findings {
        text.push_str(&row(finding, &scope, width));
    }
    text.push('\n');
    text.push_str(&failure::notes(&report.header, width));
    text.push_str(&headline(report));
    text
}

fn row(finding: &Finding, scope: &Scope, width: usize) -> String {
    let level = format!("{:<LEVEL$}", finding.level.as_str());
    let topic = format!("{:<TOPIC$}", finding.topic);
    let first = format!("{}{topic}", paint(style(finding.level), level));
    let rest = " ".repeat(LEVEL + TOPIC);
    let mut text = wrapped(&finding.what, width, &first, &rest);
    text.push('\n');
    let place = place(finding, scope);
    if !place.is_empty() {
        let place = wrapped(&place, width, &rest, &rest);
        let _ = writeln!(text, "{}", paint(DIM, place));
    }
    if let Some(todo) = &finding.todo {
        let first = format!("{rest}-> ");
        let _ = writeln!(
            text,
            "{}",
            wrapped(todo, width, &first, &format!("{rest}   "))
        );
    }
    if let Some(command) = &finding.command {
        let _ = writeln!(text, "{rest}   {}", paint(BOLD, command));
    }
    text
}

fn style(level: Level) -> Style {
    match level {
        Level::Problem => BAD,
        Level::Advice => CHANGE,
        Level::Ok => GOOD,
    }
}

fn place(finding: &Finding, scope: &Scope) -> String {
    let regions = finding.regions.iter().cloned().collect();
    // Where all is as it should be, nobody looks for a certain account.
    let accounts = match finding.level {
        Level::Ok if finding.accounts.len() < scope.accounts.len() => {
            scope.few_accounts(&finding.accounts)
        }
        Level::Ok => scope.accounts(&finding.accounts),
        Level::Problem | Level::Advice => scope.accounts_at_fault(&finding.accounts),
    };
    match (finding.accounts.is_empty(), finding.regions.is_empty()) {
        (true, true) => String::new(),
        (true, false) => scope.regions(&regions),
        (false, true) => accounts,
        (false, false) => format!("{accounts} in {}", scope.regions(&regions)),
    }
}

fn headline(report: &CheckReport) -> String {
    let sum = &report.summary;
    let problems = match sum.problem {
        0 => "No problem".to_owned(),
        n => counted(n, "problem"),
    };
    let advice = (sum.advice > 0).then(|| format!("{} of advice", pieces(sum.advice)));
    let found = grouping::listed(std::iter::once(problems).chain(advice));
    let early = match report.ended {
        Ended::Interrupted => Some("interrupted before everything was asked".to_owned()),
        Ended::Timeout => Some("out of time before everything was answered".to_owned()),
        Ended::Complete | Ended::Superseded => None,
    };
    let calls = counted(report.calls.values().sum(), "call");
    let more = grouping::listed(early.into_iter().chain([calls]));
    format!("{} {more}.\n", paint(BOLD, format_args!("{found}:")))
}

fn pieces(n: u64) -> String {
    format!("{} {}", number(n), if n == 1 { "piece" } else { "pieces" })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, plain};
    use super::*;
    use fleet::check::Topic;
    use fleet::report::CheckSummary;
    use std::collections::BTreeMap;

    fn finding(level: Level, topic: Topic, what: &str, todo: Option<&str>) -> Finding {
        Finding {
            topic,
            level,
            what: what.to_owned(),
            todo: todo.map(str::to_owned),
            command: None,
            cause: None,
            accounts: Vec::new(),
            regions: Vec::new(),
        }
    }

    fn report() -> CheckReport {
        let mut role = finding(
            Level::Problem,
            Topic::Role,
            "no role",
            Some("Deploy the role there."),
        );
        role.command = Some("detective-fleet roles deploy accounts.csv".to_owned());
        role.accounts = vec![fixture::account(3)];
        let mut good = finding(Level::Ok, Topic::Role, "the role can be assumed", None);
        good.accounts = (4..84).map(fixture::account).collect();
        let mut others = finding(
            Level::Advice,
            Topic::Invitations,
            "999999999999 invites, too: the status there is INVITED",
            None,
        );
        others.accounts = vec![fixture::account(4), fixture::account(5)];
        others.regions = fixture::regions().into_iter().take(2).collect();
        let file = finding(Level::Ok, Topic::File, "81 accounts", None);
        let header = fixture::header("check");
        CheckReport {
            finished: header.started,
            header,
            ended: Ended::Complete,
            partition: "aws".to_owned(),
            summary: CheckSummary {
                problem: 1,
                advice: 1,
                ok: 2,
            },
            findings: vec![file, role, good, others],
            regions: Vec::new(),
            calls: BTreeMap::from([("detective:ListInvitations".to_owned(), 1680)]),
        }
    }

    #[test]
    fn findings_are_a_table_with_what_to_do() {
        insta::assert_snapshot!(plain(&check(&report(), 80)));
    }

    #[test]
    fn a_check_that_ended_early_says_so() {
        let mut report = report();
        report.ended = Ended::Interrupted;
        let text = plain(&check(&report, 80));
        assert!(
            text.contains("interrupted before everything was asked"),
            "{text}"
        );
    }
}
