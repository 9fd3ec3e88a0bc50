//! The function's binary: hands each invocation to its step.

use std::time::{Duration, UNIX_EPOCH};

use aws_config::BehaviorVersion;
use aws_smithy_types::timeout::TimeoutConfig;
use engine::clock::Clock;
use lambda::error::StepError;
use lambda::function::{Function, Step};
use lambda::settings::Settings;
use lambda::store::Store;
use lambda::{logging, prepare, reconcile, report, roles};
use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::Value;

#[tokio::main(flavor = "multi_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    logging::start();
    let settings = Settings::from_environment();
    let handler = |event: LambdaEvent<Step>| {
        let settings = settings.clone();
        async move { step(event, settings).await.inspect_err(log) }
    };
    lambda_runtime::run(service_fn(handler)).await
}

fn log(error: &StepError) {
    tracing::error!(
        name = error.name.as_str(),
        error = error.text,
        "the step failed"
    );
}

/// S3 with the function's own role; Detective is the administrator role's business.
///
/// Each invocation has connections of its own: those of the last one were frozen with it, and S3 may have
/// ended them since.
async fn s3() -> Result<aws_sdk_s3::Client, StepError> {
    let http = engine::network(None, S3_IDLE).await;
    let http = http.map_err(|error| StepError::failed(error.to_string()))?;
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(s3_timeouts())
        .load()
        .await;
    let elsewhere = config.endpoint_url().is_some();
    // Another endpoint than AWS's has no host name for each bucket.
    let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(elsewhere);
    Ok(aws_sdk_s3::Client::from_conf(config.build()))
}

/// The gate, a report and a list at one time.
const S3_IDLE: usize = 4;

/// The largest object is what a run of 1,200 accounts writes down, some 15 MB: two seconds in AWS.
fn s3_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(40))
        .build()
}

async fn step(
    event: LambdaEvent<Step>,
    settings: Result<Settings, StepError>,
) -> Result<Value, StepError> {
    let settings = settings?;
    let clock = Clock::system();
    let function = Function {
        store: Store::new(s3().await?, &settings.bucket),
        settings,
        clock,
        account: account(&event.context)?,
        time: time(&event.context, clock),
    };
    match event.payload {
        Step::Prepare {
            execution,
            entered,
            event,
        } => answer(prepare::prepare(&function, &execution, entered, &event).await?),
        Step::Reconcile(pass) => answer(reconcile::reconcile(&function, &pass).await?),
        Step::Roles { execution, results } => {
            answer(roles::tried(&function, &execution, &results).await?)
        }
        Step::Report { execution, ended } => {
            answer(report::report(&function, &execution, ended).await?)
        }
    }
}

fn answer(value: impl Serialize) -> Result<Value, StepError> {
    serde_json::to_value(value).map_err(|error| StepError::failed(error.to_string()))
}

/// The function's own account, as its ARN has it.
fn account(context: &Context) -> Result<fleet::account::AccountId, StepError> {
    let arn = &context.invoked_function_arn;
    let account = arn.split(':').nth(4).unwrap_or_default();
    account
        .parse()
        .map_err(|error| StepError::failed(format!("the function's ARN is {arn}: {error}")))
}

/// How long the invocation may take.
fn time(context: &Context, clock: Clock) -> Duration {
    let deadline = UNIX_EPOCH + Duration::from_millis(context.deadline);
    deadline.duration_since(clock.time()).unwrap_or_default()
}
