//! The function's binary: hands each invocation to its step.

use std::time::{Duration, UNIX_EPOCH};

use aws_config::{AppName, BehaviorVersion};
use aws_smithy_types::timeout::TimeoutConfig;
use engine::clock::Clock;
use engine::{APP_NAME, Platform};
use lambda::error::StepError;
use lambda::function::{Function, Step};
use lambda::logging;
use lambda::settings::{Long, Settings};
use lambda::store::Store;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::Deserialize;
use serde_json::Value;

/// What the state machine hands over.
#[derive(Deserialize)]
struct Invocation {
    #[serde(default)]
    settings: Long,
    #[serde(flatten)]
    step: Step,
}

#[tokio::main(flavor = "multi_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    logging::start();
    let handler =
        |event: LambdaEvent<Invocation>| async move { step(event).await.inspect_err(log) };
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
async fn s3(platform: &Platform) -> aws_sdk_s3::Client {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(platform.http.clone())
        .timeout_config(s3_timeouts());
    let config = match AppName::new(APP_NAME) {
        Ok(name) => config.app_name(name),
        Err(_) => config,
    };
    let config = config.load().await;
    let elsewhere = config.endpoint_url().is_some();
    // Another endpoint than AWS's has no host name for each bucket.
    let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(elsewhere);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// Far more than S3 takes for the objects of a run; a connection that is silent for so long is made anew.
fn s3_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(40))
        .build()
}

async fn step(event: LambdaEvent<Invocation>) -> Result<Value, StepError> {
    let mut settings = Settings::from_environment(&event.payload.settings)?;
    let share = engine::share(settings.connection.max_concurrency, false);
    settings.connection.max_concurrency = share.requests;
    let platform = Platform::real(None, share).await;
    let platform = platform.map_err(|error| StepError::failed(error.to_string()))?;
    let function = Function {
        store: Store::new(s3(&platform).await, &settings.bucket),
        settings,
        invocation: event.context.request_id.clone(),
        account: account(&event.context)?,
        time: time(&event.context, &platform.clock),
        platform,
    };
    function.step(event.payload.step).await
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
fn time(context: &Context, clock: &Clock) -> Duration {
    let deadline = UNIX_EPOCH + Duration::from_millis(context.deadline);
    deadline.duration_since(clock.time()).unwrap_or_default()
}
