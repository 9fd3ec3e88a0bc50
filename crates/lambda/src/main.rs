//! The function's binary: hands each invocation to its step.

use std::time::{Duration, UNIX_EPOCH};

use aws_config::BehaviorVersion;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use engine::Ground;
use engine::clock::Clock;
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
    let s3 = s3().await;
    let handler = |event: LambdaEvent<Invocation>| {
        let s3 = s3.clone();
        async move { step(event, s3).await.inspect_err(log) }
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
async fn s3() -> aws_sdk_s3::Client {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .load()
        .await;
    let elsewhere = config.endpoint_url().is_some();
    // Another endpoint than AWS's has no host name for each bucket.
    let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(elsewhere);
    aws_sdk_s3::Client::from_conf(config.build())
}

async fn step(event: LambdaEvent<Invocation>, s3: aws_sdk_s3::Client) -> Result<Value, StepError> {
    let settings = Settings::from_environment(&event.payload.settings)?;
    let ground = Ground::real();
    let function = Function {
        store: Store::new(s3, &settings.bucket),
        settings,
        invocation: event.context.request_id.clone(),
        account: account(&event.context)?,
        time: time(&event.context, ground.clock),
        ground,
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
fn time(context: &Context, clock: Clock) -> Duration {
    let deadline = UNIX_EPOCH + Duration::from_millis(context.deadline);
    deadline.duration_since(clock.time()).unwrap_or_default()
}
