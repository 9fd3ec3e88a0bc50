//! What AWS says of the parts of the stack: whether mails are confirmed, whether an alarm rings, and what code runs.

use engine::Failure;
use fleet::account::Email;
use serde::Serialize;

use crate::form::Form;
use crate::package::hex_of_base64;

/// Somebody who is told what came of each run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subscription {
    /// How, such as `email`.
    pub protocol: String,
    /// Where; e-mails are masked.
    pub endpoint: String,
    /// Whether whoever gets it has said yes.
    pub confirmed: bool,
}

/// An alarm of the stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// Its logical id in the template.
    pub name: String,
    /// AWS's word: `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// What it watches.
    pub description: String,
}

/// What was found out; each with the reason where it was not.
#[derive(Clone, Debug)]
pub struct Checkup {
    /// Who is told.
    pub subscriptions: Result<Vec<Subscription>, Failure>,
    /// The alarms of the stack.
    pub alarms: Result<Vec<Alarm>, Failure>,
    /// The SHA-256 of the code that runs, as `sha256sum` writes it.
    pub code: Result<Option<String>, Failure>,
}

/// What SNS says in place of an ARN (docs.aws.amazon.com/sns/latest/api/API_Subscribe.html).
const PENDING: &str = "PendingConfirmation";

impl Form {
    /// Asks SNS, CloudWatch and Lambda about these resources of the stack.
    pub async fn check_up(&self, resources: &[stacks::Resource]) -> Checkup {
        let physical = |logical: &str| {
            let found = resources.iter().find(|it| it.logical == logical);
            found.map(|it| it.physical.as_str())
        };
        let alarms: Vec<_> = resources
            .iter()
            .filter(|it| it.kind == "AWS::CloudWatch::Alarm")
            .collect();
        Checkup {
            subscriptions: self.subscriptions(physical("Topic")).await,
            alarms: self.alarms(&alarms).await,
            code: self.code(physical("Function")).await,
        }
    }

    /// `sns:ListSubscriptionsByTopic`
    async fn subscriptions(&self, topic: Option<&str>) -> Result<Vec<Subscription>, Failure> {
        let Some(topic) = topic else {
            return Ok(Vec::new());
        };
        let client = aws_sdk_sns::Client::new(&self.config);
        let pages = client
            .list_subscriptions_by_topic()
            .topic_arn(topic)
            .into_paginator()
            .items()
            .send();
        let found = pages.try_collect().await;
        let found =
            found.map_err(|error| Failure::of_call("sns:ListSubscriptionsByTopic", error))?;
        let subscription = |it: &aws_sdk_sns::types::Subscription| Subscription {
            protocol: it.protocol().unwrap_or_default().to_owned(),
            endpoint: Email::mask_in(it.endpoint().unwrap_or_default()),
            confirmed: it.subscription_arn() != Some(PENDING),
        };
        Ok(found.iter().map(subscription).collect())
    }

    /// `cloudwatch:DescribeAlarms`
    async fn alarms(&self, alarms: &[&stacks::Resource]) -> Result<Vec<Alarm>, Failure> {
        if alarms.is_empty() {
            return Ok(Vec::new());
        }
        let names = alarms.iter().map(|it| it.physical.clone()).collect();
        // One page has 50 of them, and the stack has a few.
        let asked = aws_sdk_cloudwatch::Client::new(&self.config)
            .describe_alarms()
            .set_alarm_names(Some(names));
        let answer = asked.send().await;
        let answer =
            answer.map_err(|error| Failure::of_call("cloudwatch:DescribeAlarms", error))?;
        let found = answer.metric_alarms().iter().filter_map(|it| {
            let alarm = alarms
                .iter()
                .find(|alarm| Some(alarm.physical.as_str()) == it.alarm_name())?;
            Some(Alarm {
                name: alarm.logical.clone(),
                state: it.state_value()?.as_str().to_owned(),
                description: it.alarm_description().unwrap_or_default().to_owned(),
            })
        });
        Ok(found.collect())
    }

    /// `lambda:GetFunctionConfiguration`: the SHA-256 of what runs; `None` where there is no function.
    async fn code(&self, function: Option<&str>) -> Result<Option<String>, Failure> {
        let Some(function) = function else {
            return Ok(None);
        };
        let asked = aws_sdk_lambda::Client::new(&self.config)
            .get_function_configuration()
            .function_name(function);
        let answer = asked.send().await;
        let answer =
            answer.map_err(|error| Failure::of_call("lambda:GetFunctionConfiguration", error))?;
        Ok(answer.code_sha256().and_then(hex_of_base64))
    }
}
