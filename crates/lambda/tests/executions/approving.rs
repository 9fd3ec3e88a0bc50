//! Two people for removals: who asks, who approves, and what is no approval.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use fleet::origin::sha256;
use serde_json::{Value, json};

use crate::machine::Execution;
use crate::stage::{LIST, REGIONS, Stage, created};
use crate::wire::Fate;

const DISABLE: &str = "disable/leavers.csv";
const ALICE: &str = "AROAEXAMPLE1:alice@example.com";
pub(crate) const BOB: &str = "AROAEXAMPLE2:bob";

/// Five members, of which the list names three, where removals have to be approved.
async fn stage() -> Stage {
    let stage = Stage::of("size = 5");
    assert_eq!(stage.upload_all().await.error, None);
    stage.set("PRUNE", "true").set("APPROVE_REMOVALS", "true");
    stage
        .set("HAS_APPROVERS", "true")
        .set("APPROVAL_HOURS", "5");
    stage
}

fn shorter(stage: &Stage) -> String {
    stage.csv(&stage.members()[..3])
}

/// Before `prepare` looks for the nth time whether somebody has approved what hashes to that, this
/// happens.
pub(crate) fn when_asked<F>(
    stage: &Stage,
    nth: usize,
    act: impl Fn(Stage, String, String) -> F + Send + Sync + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    stage.before(move |stage, payload: Value| {
        let run = payload["execution"].as_str().unwrap().to_owned();
        let looks = stage.payloads();
        let looks = looks
            .iter()
            .filter(|it| it["execution"] == run.as_str() && it["asked"].is_string());
        let hash = payload["asked"].as_str().map(str::to_owned);
        let hash = hash.filter(|_| looks.count() + 1 == nth);
        let acts = hash.map(|hash| act(stage, run, hash));
        async move {
            if let Some(acts) = acts {
                acts.await;
            }
        }
    });
}

pub(crate) async fn approve(stage: &Stage, run: &str, hash: &str, who: &str) {
    stage.put(&format!("approve/{run}/{hash}/{who}"), "").await;
}

async fn members(stage: &Stage) -> usize {
    let mut all = 0;
    for region in REGIONS {
        all += stage.statuses(region).await.len();
    }
    all
}

fn is_not_approved(execution: &Execution, words: &str) {
    let error = execution.error.as_deref();
    assert_eq!(error, Some("DetectiveFleet.NotApproved"), "{execution:?}");
    let (subject, message) = execution.told.last().unwrap();
    assert!(
        subject.ends_with(": the removals were not approved"),
        "{subject}"
    );
    assert!(message.contains(words), "{message}");
}

#[tokio::test(start_paused = true)]
async fn members_are_removed_once_somebody_else_has_approved_just_that() {
    let stage = stage().await;
    when_asked(&stage, 3, |stage, run, hash| async move {
        assert_eq!(members(&stage).await, 10);
        let lease = stage.json("state/lease.json").await;
        assert_eq!(lease["until"], "1970-01-01T00:00:00Z");
        let file = stage.get(&format!("runs/{run}/removals.json")).await;
        assert_eq!(sha256(&file.unwrap()), hash);
        approve(&stage, &run, &hash, ALICE).await;
        engine::clock::sleep(Duration::from_secs(2)).await;
        approve(&stage, &run, &hash, BOB).await;
    });
    let version = stage.put(LIST, shorter(&stage)).await;
    let mut event = created(LIST, &version);
    event["detail"]["requester"] = json!("123456789012");
    let execution = stage.start(event).await;
    assert_eq!(execution.error, None, "{execution:?}");
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["removed"], 4);
    assert_eq!(members(&stage).await, 6);
    let [_, (_, told)] = &execution.told[..] else {
        panic!("{execution:?}")
    };
    let approval = &report["approval"];
    // Both stand in the report and in the mail; the first who approved it is the one.
    assert_eq!(approval["principal"], "AROAEXAMPLE1:a***@example.com");
    assert_eq!(report["list"]["uploader"]["requester"], "123456789012");
    for words in [
        "Uploaded by 123456789012\n",
        "Approved by AROAEXAMPLE1:a***@example.com, at 2027-01-15 08:",
    ] {
        assert!(told.contains(words), "{told}");
    }
    let page = stage
        .get(&format!("runs/{}/report.html", execution.name))
        .await;
    let page = String::from_utf8(page.unwrap()).unwrap();
    assert!(page.contains("AROAEXAMPLE1:a***@example.com"), "{page}");
}

#[tokio::test(start_paused = true)]
async fn people_are_asked_once_who_would_go_until_when_and_how_to_approve_it() {
    let stage = stage().await;
    stage.set("APPROVAL_HOURS", "1");
    let mut event = created(LIST, &stage.put(LIST, shorter(&stage)).await);
    event["detail"]["requester"] = json!("123456789012");
    let execution = stage.start(event).await;
    let [(subject, question), _] = &execution.told[..] else {
        panic!("{execution:?}")
    };
    assert_eq!(
        subject,
        "[ACTION] approval needed: enable would remove 2 accounts"
    );
    let file = format!("runs/{}/removals.json", execution.name);
    let hash = sha256(&stage.get(&file).await.unwrap());
    let command = format!(
        "aws s3api put-object --bucket bucket --key \"approve/{}/{hash}/$(aws sts get-caller-identity --query UserId --output text)\"",
        execution.name
    );
    for words in [
        &command,
        "This would remove 2 accounts (4 memberships)",
        "Uploaded by 123456789012\n",
        "until 2027-01-15 09:",
        &format!("  {} in eu-central-1, us-east-1\n", stage.members()[3].0),
        &format!("  {} in eu-central-1, us-east-1\n", stage.members()[4].0),
    ] {
        assert!(question.contains(words), "{words}: {question}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_approval_it_ends_after_its_time_and_says_so() {
    for hours in [3, 2] {
        let stage = stage().await;
        stage.set("APPROVAL_HOURS", &hours.to_string());
        let begun = stage.now();
        let execution = stage.upload(LIST, shorter(&stage)).await;
        is_not_approved(
            &execution,
            &format!(
                "nobody approved the removal of 2 accounts within {hours} hours: nothing was changed"
            ),
        );
        assert_eq!(members(&stage).await, 10);
        let waited = stage.now().duration_since(begun).as_secs() - hours * 3_600;
        assert!((0..60).contains(&waited), "{waited}");
        assert_eq!(stage.report(&execution).await["list"]["name"], LIST);
        // Half a minute apart in the first hour, and five minutes after it.
        let looks = usize::try_from(1 + 120 + (hours - 1) * 12).unwrap();
        assert!(stage.invoked("prepare").abs_diff(looks) < 6, "{looks}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_for_this_run_and_this_removal_is_no_approval() {
    let stage = stage().await;
    when_asked(&stage, 1, |stage, run, hash| async move {
        let other = sha256(b"other");
        approve(&stage, "another-run", &hash, ALICE).await;
        approve(&stage, &run, &other, BOB).await;
        // The policy binds the last part to who wrote it, whatever is before it.
        approve(&stage, &run, &hash, &format!("{ALICE}/{BOB}")).await;
        approve(&stage, &run, &hash, "").await;
        stage
            .put(&format!("approve/{run}/{hash}"), hash.clone())
            .await;
        stage.put(&format!("approve/{run}.json"), hash).await;
    });
    let execution = stage.upload(LIST, shorter(&stage)).await;
    is_not_approved(&execution, &format!("({BOB} approved something else)"));
    assert!(!execution.told[1].1.contains("alice"), "{execution:?}");
    assert_eq!(members(&stage).await, 10);
}

#[tokio::test(start_paused = true)]
async fn who_approves_too_late_approves_nothing() {
    let stage = stage().await;
    stage.set("APPROVAL_HOURS", "1");
    // The last look comes after the time is over.
    stage.before(|stage, payload| async move {
        let Some(hash) = payload["asked"].as_str() else {
            return;
        };
        let run = payload["execution"].as_str().unwrap();
        let proposal = stage.json(&format!("runs/{run}/removals.json")).await;
        if stage.now() > proposal["until"].as_str().unwrap().parse().unwrap() {
            approve(&stage, run, hash, BOB).await;
        }
    });
    let execution = stage.upload(LIST, shorter(&stage)).await;
    is_not_approved(&execution, &format!("within 1 hours ({BOB} was too late)"));
    assert_eq!(members(&stage).await, 10);
}

#[tokio::test(start_paused = true)]
async fn more_than_was_approved_is_not_removed_and_less_is() {
    let stage = stage().await;
    let late = stage.members()[4].clone();
    stage.remove(REGIONS[1], &[&late.0]).await;
    let joins = late.clone();
    when_asked(&stage, 1, move |stage, run, hash| {
        let joins = joins.clone();
        async move {
            stage.invite(REGIONS[1], &joins.0, &joins.1).await;
            approve(&stage, &run, &hash, BOB).await;
        }
    });
    let execution = stage.upload(LIST, shorter(&stage)).await;
    is_not_approved(
        &execution,
        &format!(
            "since {BOB} approved it, there is more to remove: {} in {}. Nothing was changed",
            late.0, REGIONS[1]
        ),
    );
    assert_eq!(members(&stage).await, 10);

    when_asked(&stage, 1, move |stage, run, hash| {
        let leaves = late.0.clone();
        async move {
            stage.remove(REGIONS[0], &[&leaves]).await;
            approve(&stage, &run, &hash, BOB).await;
        }
    });
    let execution = stage.upload(LIST, shorter(&stage)).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(members(&stage).await, 6);
}

#[tokio::test(start_paused = true)]
async fn who_joins_after_the_approval_stays_and_is_named() {
    let stage = stage().await;
    stage.delete(LIST).await;
    let late = stage.members()[4].clone();
    stage.remove(REGIONS[1], &[&late.0]).await;
    let joins = late.clone();
    stage.before(move |stage, payload| {
        let joins = joins.clone();
        async move {
            let run = payload["execution"].as_str().unwrap();
            if let Some(hash) = payload["asked"].as_str() {
                approve(&stage, run, hash, BOB).await;
            }
            if payload["step"] == "reconcile" {
                stage.invite(REGIONS[1], &joins.0, &joins.1).await;
            }
        }
    });
    let execution = stage
        .upload(DISABLE, stage.csv(&stage.members()[3..]))
        .await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["removed"], 3);
    assert_eq!(report["summary"]["failed"], 1);
    assert!(
        report.to_string().contains("removal-not-approved"),
        "{report}"
    );
    assert!(stage.statuses(REGIONS[1]).await.contains_key(&late.0));
    assert_eq!(members(&stage).await, 7);
}

#[tokio::test(start_paused = true)]
async fn the_guard_rails_are_asked_before_and_after_the_approval() {
    let stage = stage().await;
    stage.set("MAX_REMOVALS", "1");
    let execution = stage.upload(LIST, shorter(&stage)).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert!(!execution.states.contains(&"AskForApproval".to_owned()));
    stage.set("MAX_REMOVALS", "2");
    when_asked(&stage, 1, |stage, run, hash| async move {
        stage.set("MAX_REMOVALS", "1");
        approve(&stage, &run, &hash, BOB).await;
    });
    let execution = stage.upload(LIST, shorter(&stage)).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert!(execution.told[1].1.contains("MaxRemovals"), "{execution:?}");
    assert_eq!(members(&stage).await, 10);
}

#[tokio::test(start_paused = true)]
async fn others_have_their_turn_while_somebody_thinks_it_over() {
    let stage = stage().await;
    stage.before(|stage, payload| async move {
        let looks = stage.payloads();
        let looks = looks.iter().filter(|it| it["asked"].is_string()).count();
        let Some(hash) = payload["asked"].as_str() else {
            return;
        };
        if looks == 10 {
            let other = stage.csv(&stage.members()[..1]);
            let execution = Box::pin(stage.upload("enable/other.csv", other)).await;
            assert_eq!(execution.error, None, "{execution:?}");
        }
        // After four hours, which is longer than anybody waits for his turn. Somebody has it just now.
        if looks == 160 {
            approve(&stage, payload["execution"].as_str().unwrap(), hash, BOB).await;
            let until = stage.now() + Duration::from_secs(600);
            let lease = json!({"holder": "another", "until": until.to_string()});
            stage.put_json("state/lease.json", &lease).await;
        }
    });
    let execution = stage.upload(LIST, shorter(&stage)).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert!(execution.states.contains(&"WaitForTurn".to_owned()));
    assert_eq!(members(&stage).await, 6);
}

#[tokio::test(start_paused = true)]
async fn a_newer_list_ends_the_wait() {
    let stage = stage().await;
    when_asked(&stage, 2, |stage, run, hash| async move {
        stage.put(LIST, stage.csv(&stage.members())).await;
        approve(&stage, &run, &hash, BOB).await;
    });
    let execution = stage.upload(LIST, shorter(&stage)).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(stage.report(&execution).await["ended"], "superseded");
    assert_eq!(members(&stage).await, 10);
}

#[tokio::test(start_paused = true)]
async fn an_event_without_a_version_stays_about_the_list_that_people_were_asked_about() {
    let stage = stage().await;
    when_asked(&stage, 2, |stage, run, hash| async move {
        // Another list, and its event has yet to come.
        stage.put(LIST, stage.csv(&stage.members()[..4])).await;
        approve(&stage, &run, &hash, BOB).await;
    });
    let mut event = created(LIST, &stage.put(LIST, shorter(&stage)).await);
    event["detail"]["object"]
        .as_object_mut()
        .unwrap()
        .remove("version-id");
    let execution = stage.start(event).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(stage.report(&execution).await["ended"], "superseded");
    assert_eq!(members(&stage).await, 10);
    // It took nothing away from the run of the other one.
    stage.set("APPROVE_REMOVALS", "false");
    let version = stage.newest(LIST).await;
    let execution = stage.start(created(LIST, &version)).await;
    assert_eq!(stage.report(&execution).await["summary"]["removed"], 2);
}

#[tokio::test(start_paused = true)]
async fn a_rewritten_proposal_ends_the_run_by_its_name() {
    let stage = stage().await;
    when_asked(&stage, 1, |stage, run, hash| async move {
        let key = format!("runs/{run}/removals.json");
        let mut proposal = stage.json(&key).await;
        for (id, _) in stage.members() {
            proposal["removals"][id] = json!(REGIONS);
        }
        let text = proposal.to_string();
        approve(&stage, &run, &sha256(text.as_bytes()), BOB).await;
        approve(&stage, &run, &hash, BOB).await;
        stage.put(&key, text).await;
    });
    let execution = stage.upload(LIST, shorter(&stage)).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    let message = &execution.told[1].1;
    let object = format!("s3://bucket/runs/{}/removals.json", execution.name);
    assert!(message.contains(&object), "{message}");
    assert_eq!(members(&stage).await, 10);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_where_nobody_could_answer_or_nothing_is_removed() {
    let stage = stage().await;
    assert_eq!(stage.upload_all().await.error, None);
    assert_eq!(stage.drift().await.error, None);
    let plan = stage.upload(&format!("plan/{LIST}"), shorter(&stage)).await;
    let notes = stage.report(&plan).await["notes"].to_string();
    assert!(notes.contains("ApproveRemovals"), "{notes}");
    stage.set("HAS_APPROVERS", "false");
    let execution = stage.upload(LIST, shorter(&stage)).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert!(
        execution.told[0].1.contains("ApproverArns"),
        "{execution:?}"
    );
    assert!(stage.payloads().iter().all(|it| it["asked"].is_null()));
    assert_eq!(members(&stage).await, 10);
    // It holds nobody else up.
    assert_eq!(stage.upload_all().await.error, None);
}

#[tokio::test(start_paused = true)]
async fn switched_on_while_a_run_goes_on_it_holds_for_that_run() {
    let stage = Stage::of("size = 5");
    stage.upload_all().await;
    stage.set("PRUNE", "true");
    stage.before(|stage, payload| async move {
        if payload["step"] == "reconcile" {
            stage.set("APPROVE_REMOVALS", "true");
        }
    });
    let execution = stage.upload(LIST, shorter(&stage)).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    assert_eq!(members(&stage).await, 10);
}

#[tokio::test(start_paused = true)]
async fn pages_of_approvals_are_read_to_their_end() {
    let stage = Stage::of("size = 5\n[unkind]\nshort_pages = true");
    stage.upload_all().await;
    stage.set("PRUNE", "true").set("APPROVE_REMOVALS", "true");
    stage.set("HAS_APPROVERS", "true");
    when_asked(&stage, 1, |stage, run, hash| async move {
        // They come first, whatever the hash is.
        for n in 0..40 {
            let other = format!("{n:064}");
            approve(&stage, &run, &other, BOB).await;
        }
        approve(&stage, &run, &hash, ALICE).await;
    });
    let execution = stage.upload(LIST, shorter(&stage)).await;
    assert_eq!(execution.error, None, "{execution:?}");
}

#[tokio::test(start_paused = true)]
async fn whenever_the_function_is_killed_it_asks_waits_and_removes_all_the_same() {
    let end = Arc::new(AtomicBool::new(false));
    for number in (1..).step_by(3) {
        let stage = Stage::of("size = 2");
        stage.set("REGIONS", REGIONS[0]);
        stage.upload_all().await;
        stage.delete(LIST).await;
        stage.set("APPROVE_REMOVALS", "true");
        stage.set("HAS_APPROVERS", "true");
        end.store(true, Ordering::Relaxed);
        let (count, reached) = (AtomicUsize::new(0), end.clone());
        stage.fates(move |_| {
            let is_it = count.fetch_add(1, Ordering::Relaxed) + 1 == number;
            if is_it {
                reached.store(false, Ordering::Relaxed);
            }
            if is_it { Fate::Killed } else { Fate::Answered }
        });
        when_asked(&stage, 1, |stage, run, hash| async move {
            approve(&stage, &run, &hash, BOB).await;
        });
        let one = stage.csv(&stage.members()[..1]);
        let execution = stage.upload(DISABLE, one).await;
        if end.load(Ordering::Relaxed) {
            assert!(number > 30, "{number}");
            break;
        }
        assert_eq!(execution.error, None, "{number}: {execution:?}");
        assert_eq!(stage.statuses(REGIONS[0]).await.len(), 1, "{number}");
        assert_eq!(execution.told.len(), 2, "{number}");
        let report = stage.report(&execution).await;
        assert_eq!(report["summary"]["removed"], 1, "{number}");
        assert_eq!(report["approval"]["principal"], BOB, "{number}");
    }
}
