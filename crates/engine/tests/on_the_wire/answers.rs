//! What is taken down of AWS's answers to changes, and what is made of answers that say only a part.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_smithy_types::body::SdkBody;
use fleet::account::AccountId;
use fleet::desired::Purpose;
use fleet::event::{CallResult, Event, EventKind, Operation, Sink, SinkError};
use fleet::guard::Consent;
use fleet::report::Verdict;
use sandbox::World;
use sandbox_connector::Answer;
use serde_json::Value;

use crate::stage::{Instead, Stage, calls};

/// An answer to a change, as an event has it.
#[derive(Debug)]
struct Taken {
    operation: Operation,
    result: CallResult,
    error: Option<String>,
    has_request_id: bool,
    left_out: Vec<AccountId>,
}

/// Keeps the answers.
#[derive(Debug, Default)]
struct Answers(Mutex<Vec<Taken>>);

impl Sink for Answers {
    fn record(&self, event: &Event) -> Result<(), SinkError> {
        if let EventKind::Answered {
            change,
            request_id,
            result,
            error,
            left_out,
            ..
        } = &event.kind
        {
            self.0.lock().unwrap().push(Taken {
                operation: change.operation,
                result: *result,
                error: error.as_deref().map(str::to_owned),
                has_request_id: request_id.is_some(),
                left_out: left_out.clone(),
            });
        }
        Ok(())
    }
}

fn stage(more: &str) -> Stage {
    let world = format!("size = 3\nverification = '0s'\n{more}");
    Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"])
}

/// What was answered in a run that makes everything anew.
async fn taken(mut stage: Stage) -> Vec<Taken> {
    let answers = Arc::new(Answers::default());
    stage.sink = Some(answers.clone());
    stage.enable().await;
    std::mem::take(&mut answers.0.lock().unwrap())
}

#[tokio::test(start_paused = true)]
async fn each_change_is_taken_down_with_what_aws_calls_it() {
    let all = taken(stage("")).await;
    let of = |operation| all.iter().filter(|it| it.operation == operation).count();
    assert_eq!(of(Operation::CreateGraph), 1);
    assert_eq!(of(Operation::CreateMembers), 1);
    assert_eq!(of(Operation::AcceptInvitation), 3);
    for it in &all {
        assert!(it.has_request_id && it.error.is_none(), "{it:?}");
        assert_eq!((it.result, &it.left_out[..]), (CallResult::Ok, &[][..]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_failed_is_taken_down_with_the_error_and_a_cut_one_without_an_id() {
    for (effect, result, code, has_request_id) in [
        ("denied", CallResult::Refused, "AccessDeniedException", true),
        ("cut_after", CallResult::Unclear, "", false),
    ] {
        let fault = format!(
            "[[faults]]\neffect = {effect:?}\noperations = ['detective:CreateGraph']\nfirst = 1"
        );
        let all = taken(stage(&fault)).await;
        let first = &all[0];
        assert_eq!(first.operation, Operation::CreateGraph);
        assert_eq!(
            (first.result, first.has_request_id),
            (result, has_request_id)
        );
        let error = first.error.as_deref().unwrap();
        assert!(code.is_empty() || error == code, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_left_out_of_a_batch_is_taken_down() {
    let mut stage = stage("");
    let leaves_out = r#"{"UnprocessedAccounts": [{"AccountId": "234567000002", "Reason": "no"}]}"#;
    stage.instead = Instead::answering(move |path| {
        (path == "/graph/members").then(|| SdkBody::from(leaves_out))
    });
    let all = taken(stage).await;
    let mut batches = all
        .iter()
        .filter(|it| it.operation == Operation::CreateMembers);
    let first = batches.next().unwrap();
    assert_eq!(first.left_out, ["234567000002".parse().unwrap()]);
    assert_eq!(first.result, CallResult::Ok);
}

/// The first request with this path is answered by nothing at all.
fn without_a_word(path: &'static str) -> (Instead, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let instead = Instead::answering(move |asked| {
        let is_first = asked == path && counted.fetch_add(1, Ordering::Relaxed) == 0;
        is_first.then(|| SdkBody::from("{}"))
    });
    (instead, count)
}

#[tokio::test(start_paused = true)]
async fn accounts_of_which_a_batch_says_nothing_are_looked_at_and_asked_for_again() {
    let mut stage = stage("");
    let (instead, count) = without_a_word("/graph/members");
    stage.instead = instead;
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 3, "{report:#?}");
    assert_eq!(count.load(Ordering::Relaxed), 2);
    assert_eq!(calls(&report, "detective:CreateMembers"), 2);
    let (instead, count) = without_a_word("/graph/members/removal");
    stage.instead = instead;
    stage.fleet.settings.purpose = Purpose::Disable;
    let report = stage.remove(Consent::default()).await.unwrap();
    assert_eq!(
        (report.verdict(), report.summary.removed),
        (Verdict::AsWanted, 3)
    );
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn mails_and_their_message_are_sent_on_request_alone() {
    for (send_email, message) in [(false, None), (true, None), (true, Some("hello"))] {
        let mut stage = stage("");
        stage.fleet.settings.send_email = send_email;
        stage.fleet.settings.message = message.map(str::to_owned);
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let seen = bodies.clone();
        stage.instead = Instead::interfering(move |request| -> Option<Answer> {
            if request.uri().path() == "/graph/members" {
                let body: Value = serde_json::from_slice(request.body()).unwrap();
                seen.lock().unwrap().push(body);
            }
            None
        });
        assert_eq!(stage.enable().await.summary.enabled, 3);
        let bodies = bodies.lock().unwrap();
        let [body] = &bodies[..] else {
            panic!("{bodies:?}")
        };
        assert_eq!(body["DisableEmailNotification"], !send_email);
        assert_eq!(body["Message"].as_str(), message);
    }
}
