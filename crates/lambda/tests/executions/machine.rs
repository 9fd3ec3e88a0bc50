//! The state machine of the template, as Step Functions plays it: states, retries, catches, waits.

use std::time::Duration;

use engine::clock;
use futures_util::future::{BoxFuture, try_join_all};
use futures_util::{FutureExt, TryFutureExt};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::path::{fill, get, holds, put};
use crate::stage::Stage;

/// How an execution went.
#[derive(Debug, Default)]
pub(crate) struct Execution {
    pub(crate) name: String,
    /// What failed it, by name; `None` where it succeeded.
    pub(crate) error: Option<String>,
    /// The states outside of the Map, in their order.
    pub(crate) states: Vec<String>,
    /// Subjects and messages.
    pub(crate) told: Vec<(String, String)>,
}

/// An error: its name and its cause.
#[derive(Clone, Debug)]
pub(crate) struct Failed(pub(crate) String, pub(crate) String);

/// The definition in the template.
pub(crate) fn definition() -> Value {
    let text = include_str!("../../../../deploy/state-machine.asl.json");
    serde_json::from_str(text).unwrap()
}

struct Player<'a> {
    stage: &'a Stage,
    context: Value,
}

/// Plays an execution to its end.
pub(crate) async fn play(stage: &Stage, name: &str, input: Value) -> Execution {
    let definition = definition();
    let context = json!({"Execution": {
        "Name": name,
        "StartTime": stage.now().to_string(),
        "Input": input,
        "Id": format!("arn:aws:states:us-east-1:555555555555:execution:detective-fleet:{name}"),
    }});
    let player = Player { stage, context };
    let mut execution = Execution {
        name: name.to_owned(),
        ..Execution::default()
    };
    let limit = Duration::from_secs(definition["TimeoutSeconds"].as_u64().unwrap());
    let work = player.states(&definition, input, &mut execution);
    let ended = tokio::select! {
        ended = work => ended,
        () = clock::sleep(limit) => Err(Failed("States.Timeout".to_owned(), String::new())),
    };
    execution.error = ended.err().map(|Failed(name, _)| name);
    execution
}

impl Player<'_> {
    /// From the first state to the end.
    fn states<'a>(
        &'a self,
        machine: &'a Value,
        mut input: Value,
        execution: &'a mut Execution,
    ) -> BoxFuture<'a, Result<Value, Failed>> {
        async move {
            let mut name = machine["StartAt"].as_str().unwrap();
            loop {
                let state = &machine["States"][name];
                execution.states.push(name.to_owned());
                let entered = input.clone();
                match self.state(state, input, execution).await {
                    Ok((output, next)) => {
                        let Some(next) = next else { return Ok(output) };
                        (input, name) = (output, next);
                    }
                    Err(failed) => {
                        let catch = state["Catch"].as_array().into_iter().flatten();
                        let mut catch = catch.filter(|it| matches(it, &failed.0));
                        let Some(catch) = catch.next() else {
                            return Err(failed);
                        };
                        let told = json!({"Error": failed.0, "Cause": failed.1});
                        input = result(catch, entered, told);
                        name = catch["Next"].as_str().unwrap();
                    }
                }
            }
        }
        .boxed()
    }

    async fn state<'a>(
        &'a self,
        state: &'a Value,
        input: Value,
        execution: &mut Execution,
    ) -> Result<(Value, Option<&'a str>), Failed> {
        let next = state["Next"].as_str();
        let output = match state["Type"].as_str().unwrap() {
            "Task" => self.task(state, input, execution).await?,
            "Map" => self.map(state, input).await?,
            "Choice" => {
                let mut choices = state["Choices"].as_array().unwrap().iter();
                let choice = choices.find(|rule| holds(rule, &input, &self.context));
                let next = choice.map_or(&state["Default"], |choice| &choice["Next"]);
                return Ok((input, next.as_str()));
            }
            "Wait" => {
                let given = state["SecondsPath"].as_str();
                let given = given.and_then(|path| get(path, &input, &self.context));
                let seconds = given.unwrap_or(state["Seconds"].clone());
                clock::sleep(Duration::from_secs(seconds.as_u64().unwrap())).await;
                input
            }
            "Pass" => {
                let result = self.fill(&state["Parameters"], &input)?;
                put(state["ResultPath"].as_str().unwrap_or("$"), input, result)
            }
            "Succeed" => return Ok((input, None)),
            "Fail" => {
                let cause = state["CausePath"].as_str();
                let cause = cause.and_then(|path| get(path, &input, &self.context));
                let error = state["Error"].as_str().unwrap().to_owned();
                return Err(Failed(error, cause.unwrap_or_default().to_string()));
            }
            other => panic!("{other} is not known here"),
        };
        assert!(next.is_some() || state["End"] == json!(true), "{state}");
        Ok((output, next))
    }

    fn fill(&self, template: &Value, input: &Value) -> Result<Value, Failed> {
        fill(template, input, &self.context).map_err(|why| Failed("States.Runtime".to_owned(), why))
    }

    async fn task(
        &self,
        state: &Value,
        input: Value,
        execution: &mut Execution,
    ) -> Result<Value, Failed> {
        let mut tries = vec![0; state["Retry"].as_array().map_or(0, Vec::len)];
        let result = loop {
            let parameters = self.fill(&state["Parameters"], &input)?;
            let limit = Duration::from_secs(state["TimeoutSeconds"].as_u64().unwrap_or(99_999_999));
            let work = self.resource(state, parameters, execution);
            let failed = tokio::select! {
                result = work => match result {
                    Ok(result) => break result,
                    Err(failed) => failed,
                },
                () = clock::sleep(limit) => Failed("States.Timeout".to_owned(), String::new()),
            };
            let again = state["Retry"].as_array().into_iter().flatten();
            let again = again.zip(&mut tries).find(|(it, _)| matches(it, &failed.0));
            match again {
                Some((retry, tried)) if *tried < retry["MaxAttempts"].as_i64().unwrap() => {
                    *tried += 1;
                    clock::sleep(pause(retry, *tried)).await;
                }
                _ => return Err(failed),
            }
        };
        let result = match &state["ResultSelector"] {
            Value::Null => result,
            selector => self.fill(selector, &result)?,
        };
        let output = self::result(state, input, result);
        let path = state["OutputPath"].as_str().unwrap_or("$");
        Ok(get(path, &output, &self.context).unwrap())
    }

    async fn resource(
        &self,
        state: &Value,
        parameters: Value,
        execution: &mut Execution,
    ) -> Result<Value, Failed> {
        let resource = state["Resource"].as_str().unwrap();
        match resource.rsplit_once(":::").unwrap().1 {
            "lambda:invoke" => {
                let payload = parameters["Payload"].clone();
                let answer = self.stage.invoke(payload);
                answer.map_ok(|answer| json!({"Payload": answer})).await
            }
            "sns:publish" => {
                let text = |name: &str| parameters[name].as_str().unwrap().to_owned();
                execution.told.push((text("Subject"), text("Message")));
                Ok(json!({}))
            }
            other => {
                let operation = other.strip_prefix("aws-sdk:cloudformation:");
                let operation = operation.unwrap_or_else(|| panic!("{other} is not known here"));
                self.stage.cloudformation(operation, &parameters)
            }
        }
    }

    async fn map(&self, state: &Value, input: Value) -> Result<Value, Failed> {
        let items = get(state["ItemsPath"].as_str().unwrap(), &input, &self.context);
        let room = state["MaxConcurrency"].as_u64().unwrap();
        let room = Semaphore::new(usize::try_from(room).unwrap());
        let processor = &state["ItemProcessor"];
        let items = items.unwrap_or_default();
        let items = items.as_array().unwrap().iter().map(|item| async {
            let _permit = room.acquire().await.unwrap();
            let mut inside = Execution::default();
            self.states(processor, item.clone(), &mut inside).await
        });
        let results = try_join_all(items).await?;
        Ok(put(
            state["ResultPath"].as_str().unwrap_or("$"),
            input,
            json!(results),
        ))
    }
}

/// What goes on of an input and a result: with a `ResultPath` that is null, the input alone.
fn result(rule: &Value, input: Value, result: Value) -> Value {
    match rule.get("ResultPath") {
        Some(Value::Null) => input,
        path => put(path.and_then(Value::as_str).unwrap_or("$"), input, result),
    }
}

fn matches(rule: &Value, error: &str) -> bool {
    let mut names = rule["ErrorEquals"].as_array().unwrap().iter();
    names.any(|name| name == error || name == "States.ALL")
}

fn pause(retry: &Value, tried: i64) -> Duration {
    let number = |name: &str, otherwise: f64| retry[name].as_f64().unwrap_or(otherwise);
    let rate = number("BackoffRate", 2.0).powi(i32::try_from(tried).unwrap() - 1);
    let seconds = number("IntervalSeconds", 1.0) * rate;
    Duration::from_secs_f64(seconds.min(number("MaxDelaySeconds", f64::MAX)))
}
