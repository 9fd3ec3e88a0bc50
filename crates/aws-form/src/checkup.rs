//! What AWS says of the parts of the stack: whether mails are confirmed, whether an alarm rings, and what code runs.

use engine::Failure;
use fleet::account::Email;
use serde::Serialize;

use crate::form::Form;
use crate::package::hex_of_base64;
use crate::signed::{self, Question, members};

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
        let mut found = Vec::new();
        let Some(topic) = topic else {
            return Ok(found);
        };
        let question = query(
            "sns",
            "sns:ListSubscriptionsByTopic",
            "2010-03-31",
            [("TopicArn".to_owned(), topic.to_owned())],
        );
        let answer = signed::ask(&self.config, &self.region, question).await?;
        for it in members(&answer, "Subscriptions") {
            let text = |name: &str| it.get(name).cloned().unwrap_or_default();
            found.push(Subscription {
                protocol: text("Protocol"),
                endpoint: Email::mask_in(&text("Endpoint")),
                confirmed: text("SubscriptionArn") != PENDING,
            });
        }
        Ok(found)
    }

    /// `cloudwatch:DescribeAlarms`
    async fn alarms(&self, alarms: &[&stacks::Resource]) -> Result<Vec<Alarm>, Failure> {
        if alarms.is_empty() {
            return Ok(Vec::new());
        }
        let names = alarms.iter().zip(1..);
        let names = names.map(|(it, n)| (format!("AlarmNames.member.{n}"), it.physical.clone()));
        let call = "cloudwatch:DescribeAlarms";
        let question = query("monitoring", call, "2010-08-01", names);
        let answer = signed::ask(&self.config, &self.region, question).await?;
        let found = members(&answer, "MetricAlarms");
        let found = found.into_iter().filter_map(|mut it| {
            let name = it.remove("AlarmName")?;
            let alarm = alarms.iter().find(|alarm| alarm.physical == name)?;
            Some(Alarm {
                name: alarm.logical.clone(),
                state: it.remove("StateValue")?,
                description: it.remove("AlarmDescription").unwrap_or_default(),
            })
        });
        Ok(found.collect())
    }

    /// `lambda:GetFunctionConfiguration`: the SHA-256 of what runs; `None` where there is no function.
    async fn code(&self, function: Option<&str>) -> Result<Option<String>, Failure> {
        let Some(function) = function else {
            return Ok(None);
        };
        let question = Question {
            service: "lambda",
            call: "lambda:GetFunctionConfiguration",
            path: format!("/2015-03-31/functions/{function}/configuration"),
            form: Vec::new(),
        };
        let answer = signed::ask(&self.config, &self.region, question).await?;
        let answer: serde_json::Value = serde_json::from_str(&answer).map_err(|error| {
            Failure::unclear(format!("lambda:GetFunctionConfiguration: {error}"))
        })?;
        let sum = answer.get("CodeSha256").and_then(|it| it.as_str());
        Ok(sum.and_then(hex_of_base64))
    }
}

fn query(
    service: &'static str,
    call: &'static str,
    version: &str,
    fields: impl IntoIterator<Item = (String, String)>,
) -> Question {
    let action = call.split_once(':').map_or(call, |(_, action)| action);
    let mut form = vec![
        ("Action".to_owned(), action.to_owned()),
        ("Version".to_owned(), version.to_owned()),
    ];
    form.extend(fields);
    Question {
        service,
        call,
        path: "/".to_owned(),
        form,
    }
}
