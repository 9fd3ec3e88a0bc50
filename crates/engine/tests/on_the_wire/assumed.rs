//! Members' roles whose sessions STS does not simply hand out: refusals for the name, silences, and sessions that are
//! past their time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use engine::RoleName;
use fleet::report::{Outcome, Report};
use sandbox::{Reply, World};
use sandbox_connector::Answer;

use crate::credentials::refusal_of_sts;
use crate::stage::{Instead, Stage, calls};

const MEMBER: &str = "detective-fleet/DetectiveFleetMember";

/// One member, whose role is like that.
fn stage(role: &str, more: &str) -> Stage {
    let world = format!("size = 1\n{more}\n[[roles]]\nname = '{MEMBER}'\n{role}");
    Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"])
}

/// What STS does when the member's role is assumed.
#[derive(Clone, Copy, PartialEq)]
enum Sts {
    Answers,
    IsSilent,
    Fails,
    HandsOutWhatIsOver,
}

const SESSION_THAT_IS_OVER: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAOVER</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2027-01-15T08:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

/// What STS does each time; it answers after that. Gives back whether each request was in the caller's name.
fn asked(
    stage: &mut Stage,
    does: impl Fn(usize) -> Sts + Send + Sync + 'static,
) -> Arc<Mutex<Vec<bool>>> {
    let asked: Arc<Mutex<Vec<bool>>> = Arc::default();
    let seen = asked.clone();
    stage.instead = Instead::interfering(move |request| {
        let body = std::str::from_utf8(request.body()).unwrap_or_default();
        if !body.contains("Action=AssumeRole") {
            return None;
        }
        let mut seen = seen.lock().unwrap();
        seen.push(body.contains("SourceIdentity="));
        // Nothing passes the time here: who asks for ever would never end.
        assert!(seen.len() < 20, "{seen:?}");
        match does(seen.len() - 1) {
            Sts::Answers => None,
            Sts::IsSilent => Some(Answer::Reply(Reply::Silence)),
            Sts::Fails => Some(refusal_of_sts("ServiceUnavailable", 503)),
            Sts::HandsOutWhatIsOver => Some(Answer::Body(SdkBody::from(SESSION_THAT_IS_OVER))),
        }
    });
    asked
}

/// How it ended for the member, and why.
fn ended(report: &Report) -> (Outcome, String) {
    let member = &report.regions[0].members[0];
    let reason = member.reason.as_deref().unwrap_or_default();
    (member.outcome, reason.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_new_and_allows_no_name_is_assumed_without_one_in_the_last_turn() {
    let mut stage = stage("no_source_identity = true\nknown_after = '3s'", "");
    stage.fleet.settings.patience = Duration::from_secs(15);
    let asked = asked(&mut stage, |_| Sts::Answers);
    let report = stage.enable().await;
    assert_eq!(ended(&report), (Outcome::Enabled, String::new()));
    let asked = asked.lock().unwrap();
    // Refused in the name and without it, then in the name, and in the last turn without it.
    assert_eq!(
        (asked[..2].to_vec(), asked.last()),
        (vec![true, false], Some(&false))
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_leaves_it_open_whether_it_was_for_the_name() {
    let mut stage = stage("no_source_identity = true", "");
    stage.fleet.settings.patience = Duration::from_secs(15);
    let asked = asked(
        &mut stage,
        |n| if n == 1 { Sts::Fails } else { Sts::Answers },
    );
    let report = stage.enable().await;
    assert_eq!(ended(&report), (Outcome::Enabled, String::new()));
    assert_eq!(*asked.lock().unwrap(), [true, false, false]);
}

#[tokio::test(start_paused = true)]
async fn three_silences_of_sts_are_final_where_they_are_in_a_row() {
    use Sts::{Answers, Fails, IsSilent};
    let open = [IsSilent, IsSilent, Fails, IsSilent, IsSilent, Answers];
    let mut stage = stage("", "");
    let count = asked(&mut stage, move |n| open.get(n).copied().unwrap_or(Answers));
    let report = stage.enable().await;
    assert_eq!(ended(&report), (Outcome::Enabled, String::new()));
    assert_eq!(count.lock().unwrap().len(), 6);
    let count = asked(&mut stage, |_| IsSilent);
    stage.sandbox = self::stage("", "").sandbox;
    let report = stage.enable().await;
    assert_eq!(ended(&report).0, Outcome::Failed);
    assert_eq!(count.lock().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn silences_before_a_session_do_not_count_at_the_next() {
    use Sts::{Answers, IsSilent};
    // After two hours another session is needed.
    let mut stage = stage("", "verification = '2h'");
    stage.timeout = Duration::from_secs(4 * 3600);
    let does = [IsSilent, IsSilent, Answers, IsSilent, IsSilent, Answers];
    let count = asked(&mut stage, move |n| does.get(n).copied().unwrap_or(Answers));
    let report = stage.enable().await;
    assert_eq!(ended(&report), (Outcome::Enabled, String::new()));
    assert_eq!(count.lock().unwrap().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn sessions_that_come_past_their_time_are_believed_the_second_time() {
    for (does, outcome) in [(1, Outcome::Enabled), (usize::MAX, Outcome::Failed)] {
        let mut stage = stage("", "latency = '100ms'");
        stage.timeout = Duration::from_secs(30);
        let count = asked(&mut stage, move |n| match n < does {
            true => Sts::HandsOutWhatIsOver,
            false => Sts::Answers,
        });
        let report = stage.enable().await;
        let (ended, reason) = ended(&report);
        assert_eq!(ended, outcome, "{reason}");
        assert_eq!(count.lock().unwrap().len(), 2);
        if outcome == Outcome::Failed {
            assert!(
                reason.contains("Set the clock of this machine right"),
                "{reason}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_members_session_that_aws_takes_for_expired_is_replaced_by_another() {
    let fault = "[[faults]]\neffect = 'expired_token'\noperations = ['detective:AcceptInvitation']\nfirst = 1";
    let report = stage("", fault).enable().await;
    assert_eq!(ended(&report), (Outcome::Enabled, String::new()));
    assert_eq!(calls(&report, "detective:AcceptInvitation"), 2);
    assert_eq!(calls(&report, "sts:AssumeRole"), 2);
    let report = stage("", &fault.replace("first = 1", "")).enable().await;
    assert_eq!(ended(&report).0, Outcome::Failed);
    // One that is always refused is no reason to ask for ever.
    assert!(calls(&report, "sts:AssumeRole") <= 4, "{:?}", report.calls);
}

#[tokio::test(start_paused = true)]
async fn who_has_become_a_role_is_that_role_already() {
    let world = "size = 1\n[accounts.555555555555]\nroles = [{ name = 'Other' }]";
    let stage = Stage::of(World::from_toml(world).unwrap());
    let recorder = Arc::default();
    let (aws, _) = stage.begin(&recorder).await;
    let other: RoleName = "Other".parse().unwrap();
    let once = aws.becoming(&other);
    once.can_call().await.unwrap();
    once.becoming(&other).can_call().await.unwrap();
    assert_eq!(recorder.calls()["sts:AssumeRole"], 1);
    let nobody: RoleName = "Nobody".parse().unwrap();
    once.becoming(&nobody).can_call().await.unwrap_err();
    let sessions = stage.sandbox.calls()["sessions"].clone();
    let sessions: BTreeSet<_> = sessions
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["session"].to_string())
        .collect();
    assert_eq!(sessions.len(), 1, "{sessions:?}");
}
