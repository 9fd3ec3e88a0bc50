//! Log lines, on stderr, for `-v`.

use fleet::event::{Event, EventKind};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::Global;

const OURS: [&str; 4] = ["detective_fleet", "engine", "fleet", "sandbox"];

/// Starts logging: with `-v` what this program does, with `-vv` what the AWS SDK does too. Never
/// more of the SDK: below debug it logs requests whole, and they carry e-mail addresses.
pub(crate) fn start(global: &Global) {
    let level = if global.verbose == 0 {
        LevelFilter::WARN
    } else {
        LevelFilter::DEBUG
    };
    let mut targets = Targets::new().with_targets(OURS.map(|target| (target, level)));
    if global.verbose > 1 {
        targets = targets.with_target("aws", LevelFilter::DEBUG);
    }
    let lines = tracing_subscriber::fmt::layer().with_writer(anstream::stderr);
    // A second start would be a mistake of ours, and logging is not worth ending a run for it.
    let _ = tracing_subscriber::registry()
        .with(targets)
        .with(lines)
        .try_init();
}

/// Logs what happens in a run.
pub(crate) fn event(event: &Event) {
    let region = event.region.as_ref().map_or("-", |region| region.as_str());
    match &event.kind {
        EventKind::Called { operation, result } => {
            tracing::debug!(region, ?result, "{}", operation.as_str());
        }
        EventKind::Sending { change } => {
            tracing::debug!(region, account = %change.account, "sending {}", change.operation.as_str());
        }
        EventKind::Answered {
            change, request_id, ..
        } => {
            let request_id = request_id.as_deref();
            tracing::debug!(region, account = %change.account, request_id, "answered {}", change.operation.as_str());
        }
        EventKind::Graph { arn, made } => tracing::debug!(region, ?arn, made, "behavior graph"),
        EventKind::Seen {
            account, status, ..
        } => {
            let status = status
                .as_ref()
                .map_or("no member", |status| status.as_str());
            tracing::debug!(region, %account, status, "seen");
        }
        EventKind::Changed { change } => tracing::debug!(region, "{change}"),
        EventKind::Amiss { cause } => tracing::debug!(region, %cause, "amiss"),
        EventKind::Lost { account } => tracing::debug!(region, %account, "answer lost"),
        EventKind::RefusedSoFar { operation, seconds } => tracing::info!(
            region,
            operation = operation.as_str(),
            "refused so far, asking again for {seconds} s"
        ),
        EventKind::DoneWithout { operation } => {
            tracing::info!(region, "{} denied, and done without", operation.as_str());
        }
        EventKind::Forgotten => tracing::debug!(region, "forgotten"),
        EventKind::Did { account, deed } => tracing::debug!(region, %account, "{deed:?}"),
        EventKind::Concluded {
            account,
            conclusion,
            cause,
        } => {
            let why = cause.as_ref().map(ToString::to_string);
            tracing::debug!(region, %account, ?conclusion, reason = why.as_deref(), "concluded");
        }
        EventKind::RegionEnded { cause } => {
            let why = cause.as_ref().map(ToString::to_string);
            tracing::debug!(region, error = why.as_deref(), "ended");
        }
    }
}
