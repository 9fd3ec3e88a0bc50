//! The parts of the stack, and its runs.

use aws_form::report::{Action, FormReport};
use aws_form::{LastRun, RunState};

use super::{listed, some};
use crate::display::moment::moment;
use crate::display::text::counted;

/// What `aws status` has to say of the parts of the stack.
pub(super) fn state(report: &FormReport, width: usize) -> String {
    if report.stack.action != Action::Look {
        return String::new();
    }
    let subscriptions = report.subscriptions.as_ref().map(|all| {
        let all = all.iter().map(|it| {
            let state = if it.confirmed {
                "confirmed"
            } else {
                "not confirmed"
            };
            format!("{} {}: {state}", it.protocol, it.endpoint)
        });
        some(all.collect(), "nobody is told")
    });
    let alarms = report.alarms.as_ref().map(|all| {
        let all = all.iter().map(|it| format!("{}: {}", it.name, it.state));
        some(all.collect(), "none")
    });
    let runs = report.runs.as_ref().map(|all| {
        let all = all.iter().map(|it| {
            let list = it.list.as_deref().unwrap_or("a list");
            format!("{list} at {}{}: {}", moment(it.at), how(it), it.page)
        });
        some(all.collect(), "no list has been uploaded yet")
    });
    [
        ("Last runs", runs),
        ("Subscriptions", subscriptions),
        ("Alarms", alarms),
    ]
    .into_iter()
    .filter_map(|(title, lines)| Some(listed(title, &lines?, width)))
    .collect()
}

/// How a run ended, or how far it is.
fn how(run: &LastRun) -> String {
    match run.state {
        RunState::Reported => match run.causes {
            None => String::new(),
            Some(0) => ", nothing needed action".to_owned(),
            Some(n) => format!(", needs action for {}", counted(n as u64, "cause")),
        },
        RunState::Refused => ", refused".to_owned(),
        RunState::Failed => ", failed".to_owned(),
        RunState::WaitsForApproval => ", waits for an approval".to_owned(),
        RunState::UnderWay => match run.why.as_deref() {
            Some(why) => format!(", under way ({why})"),
            None => ", under way".to_owned(),
        },
        RunState::Lost => ", nothing was written since".to_owned(),
    }
}
