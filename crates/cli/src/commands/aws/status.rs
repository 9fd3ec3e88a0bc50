//! `aws status`: the stack, what it runs, and what came of its last runs.

use anyhow::{Context, Result};
use aws_form::report::{Action, FormReport, FunctionReport, Outcome};
use aws_form::template::FUNCTION_KEY;
use aws_form::{Described, LastRun, RunState, Standing, Unreported};
use engine::Failure;

use super::Stage;
use crate::args::AwsStatusArgs;
use crate::display::Output;
use crate::exit::Exit;
use crate::settings::SettingsFile;
use crate::settings::aws::FormSettings;

/// Shows how the AWS form is.
///
/// # Errors
///
/// When nothing could be found out.
pub(super) async fn run(args: AwsStatusArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let settings = FormSettings::of(args.form, file)?;
    let stage = Stage::open(settings, "status", output).await?;
    let now = stage.interruptible(stage.form.look()).await?;
    let now = stage.ours(now.context("cannot ask CloudFormation for the stack")?)?;
    let mut report = stage.report(Action::Look, now.as_ref());
    let Some(now) = now.filter(|it| it.standing() != Standing::Review) else {
        let (stack, region) = (&stage.stack, &stage.region);
        let deploy = stage.command("deploy");
        report.needs_action.push(format!("There is no stack {stack} in {region}: `{deploy}` makes it, and --home-region names another Region."));
        return Ok(stage.close(&report));
    };
    report.stack.outcome = Some(match now.standing() {
        Standing::Busy => Outcome::Waiting,
        Standing::Stands => Outcome::Done,
        _ => Outcome::Failed,
    });
    report.error = now
        .reason
        .clone()
        .filter(|_| report.stack.outcome == Some(Outcome::Failed));
    let stuck = stage.stands_in_the_way(&now);
    let stuck = stuck.map(|it| it.to_string());
    report.needs_action.extend(stuck.or_else(|| {
        let never_came = now.standing() == Standing::NeverCame;
        never_came.then(|| format!("The stack never came to be, and nothing is in it: `{}` deletes it, and makes it anew.", stage.command("deploy")))
    }));
    let key = now.parameters.get(FUNCTION_KEY);
    report.function = key.and_then(|key| FunctionReport::of_key(key));
    stage.interruptible(stage.check_up(&mut report)).await?;
    report.needs_action.extend(unconfirmed(&report));
    report.needs_action.extend(ringing(&report));
    stage.interruptible(stage.runs(&mut report, &now)).await?;
    Ok(stage.close(&report))
}

impl Stage {
    /// What SNS, CloudWatch and Lambda say. Other code than was deployed needs action; what they do not say is told.
    pub(super) async fn check_up(&self, report: &mut FormReport) {
        let resources = match self.form.resources().await {
            Ok(resources) => resources,
            Err(failure) => return unknown(report, "the stack's resources", &failure),
        };
        let found = self.form.check_up(&resources).await;
        match found.subscriptions {
            Ok(subscriptions) => {
                report.subscriptions = Some(subscriptions);
            }
            Err(failure) => unknown(report, "the subscriptions", &failure),
        }
        match found.alarms {
            Ok(alarms) => {
                report.alarms = Some(alarms);
            }
            Err(failure) => unknown(report, "the alarms", &failure),
        }
        match (found.code, &mut report.function) {
            (Ok(Some(runs)), Some(function)) => {
                let is_same = runs == function.sha256;
                function.runs = Some(is_same);
                if !is_same {
                    report.needs_action.push(format!("The function runs other code than the stack says (SHA-256 {runs}, not {}): somebody has changed it; deploy again with --function, and look into CloudTrail for lambda:UpdateFunctionCode.", function.sha256));
                }
            }
            (Ok(_), _) => {}
            (Err(failure), _) => unknown(report, "the code of the function", &failure),
        }
    }

    /// The last run of each list.
    async fn runs(&self, report: &mut FormReport, now: &Described) {
        let Some(bucket) = now.outputs.get("BucketName") else {
            return;
        };
        let mut runs = match self.form.last_runs(bucket).await {
            Ok(runs) => runs,
            Err(failure) => return unknown(report, "the last runs", &failure),
        };
        let at = self.session.clock.timestamp();
        match self.form.unreported_runs(bucket, &runs, at).await {
            Ok(Unreported {
                runs: others,
                left_out,
            }) => {
                runs.splice(0..0, others).for_each(drop);
                report.header.notes.extend(left(left_out));
            }
            Err(failure) => unknown(report, "the runs that have left no report", &failure),
        }
        let machine = now.outputs.get("StateMachineArn").map(String::as_str);
        let needed = runs.iter().filter_map(|it| {
            let run = it.run.as_deref();
            let page = machine
                .zip(run)
                .and_then(|(machine, run)| self.execution(machine, run));
            needed(it, page.as_deref())
        });
        report.needs_action.extend(needed);
        report.runs = Some(runs);
    }

    /// Where Step Functions shows an execution of the state machine; nowhere where the name cannot be one.
    fn execution(&self, machine: &str, run: &str) -> Option<String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let (prefix, name) = machine.split_once(":stateMachine:")?;
        let region = &self.region;
        run.chars().all(fits).then(|| {
            self.console(&format!(
                "states/home?region={region}#/v2/executions/details/{prefix}:execution:{name}:{run}"
            ))
        })
    }
}

/// That there are more runs than were looked into.
fn left(out: usize) -> Option<String> {
    let words =
        format!("{out} more runs, the oldest, were not looked into: see runs/ in the bucket.");
    (out > 0).then_some(words)
}

/// What somebody has to do about a run.
fn needed(run: &LastRun, execution: Option<&str>) -> Option<String> {
    let list = run.list.as_deref().unwrap_or("A list");
    let name = run.run.as_deref().map(|it| format!(" (run {it})"));
    let name = name.unwrap_or_default();
    let why = run.why.as_deref().unwrap_or("its page has the reason");
    let at = run.at;
    Some(match run.state {
        RunState::Reported => match run.causes {
            None | Some(0) => return None,
            Some(_) => format!(
                "{list}: its last run, of {at:.0}, needs action: {}",
                run.page
            ),
        },
        RunState::UnderWay => return None,
        RunState::Refused => format!("{list} was refused at {at:.0}{name}: {why}"),
        RunState::Failed => format!("{list} failed at {at:.0}{name}: {why}"),
        RunState::WaitsForApproval => {
            let until = run.until.map(|it| format!(" until {it:.0}"));
            format!(
                "{list} waits{}{name} for somebody of ApproverArns to approve who is removed: the message that was sent has the command, and {}removals.json has who would go",
                until.unwrap_or_default(),
                run.page
            )
        }
        RunState::Lost => {
            let page = execution.map(|it| format!(", at {it}")).unwrap_or_default();
            format!(
                "{list} was started, and nothing was written since {at:.0}{name}: see how that execution ended in Step Functions{page}, and upload the list again"
            )
        }
    })
}

/// Who is told nothing yet, and what to do about it.
pub(super) fn unconfirmed(report: &FormReport) -> Vec<String> {
    let all = report.subscriptions.iter().flatten();
    let pending = all.filter(|it| !it.confirmed);
    let words = pending.map(|it| {
        format!(
            "Confirm the subscription in the mail that SNS has sent to {}: until then nobody is told there.",
            it.endpoint
        )
    });
    words.collect()
}

/// The alarms that ring.
fn ringing(report: &FormReport) -> Vec<String> {
    let all = report.alarms.iter().flatten();
    let ringing = all.filter(|it| it.state == "ALARM");
    let words = ringing.map(|it| format!("{} is in ALARM. {}", it.name, it.description));
    words.map(|it| it.trim_end().to_owned()).collect()
}

/// Something could not be found out.
fn unknown(report: &mut FormReport, what: &str, failure: &Failure) {
    let text = format!("{what} could not be read: {failure}");
    match report.stack.action {
        // That is what was asked for.
        Action::Look => report.needs_action.push(text),
        _ => report.header.notes.push(text),
    }
}
