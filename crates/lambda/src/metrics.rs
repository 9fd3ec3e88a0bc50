//! Metrics in CloudWatch's embedded format: log lines that CloudWatch makes metrics of
//! (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
#![expect(clippy::print_stdout, reason = "standard output is the function's log")]

use fleet::report::Report;
use serde_json::{Value, json};

use crate::function::Function;
use crate::pass_recorder::PassRecorder;

/// What a pass cost.
pub(crate) fn pass(function: &Function, sink: &PassRecorder) {
    let (calls, throttles) = (sink.calls(), sink.throttles());
    let seconds = function.platform.clock.elapsed().as_secs_f64();
    emit(
        function,
        &[
            ("Calls", "Count", json!(calls)),
            ("Throttles", "Count", json!(throttles)),
            ("PassSeconds", "Seconds", json!(seconds)),
        ],
    );
}

/// What an execution came to.
pub(crate) fn report(function: &Function, report: &Report) {
    let summary = &report.summary;
    let seconds = report
        .finished
        .duration_since(report.header.started)
        .as_secs_f64();
    emit(
        function,
        &[
            ("Memberships", "Count", json!(summary.memberships)),
            ("Enabled", "Count", json!(summary.enabled)),
            ("Changed", "Count", json!(summary.changed)),
            ("Removed", "Count", json!(summary.removed)),
            ("Waiting", "Count", json!(summary.waiting)),
            ("Failed", "Count", json!(summary.failed)),
            ("Skipped", "Count", json!(summary.skipped)),
            ("Seconds", "Seconds", json!(seconds)),
        ],
    );
}

fn emit(function: &Function, metrics: &[(&str, &str, Value)]) {
    let names = metrics
        .iter()
        .map(|(name, unit, _)| json!({"Name": name, "Unit": unit}));
    let mut line = json!({
        "_aws": {
            "Timestamp": function.platform.clock.timestamp().as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": "DetectiveFleet",
                "Dimensions": [["Stack"]],
                "Metrics": names.collect::<Vec<_>>(),
            }],
        },
        "Stack": function.settings.stack,
    });
    for (name, _, value) in metrics {
        line[*name] = value.clone();
    }
    println!("{line}");
}
