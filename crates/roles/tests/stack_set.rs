//! What a rollout says and does where CloudFormation refuses, fails, or is not heard.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where its stage cannot be set"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use engine::clock::{self, Clock};
use engine::{Access, Aws, Connection, Endpoint, Failure, Platform};
use fleet::account::{AccountId, Region};
use fleet::region_table::Partition;
use fleet::report::{Ended, Recorder};
use roles::definition::{Found, TEMPLATE};
use roles::plan::{Plan, Stack, Stacks, Status, Step};
use roles::report::{Outcome, SetState};
use roles::{Definition, Done, Limits, Progress, Rollout, Seen};
use sandbox::{Reply, Sandbox, World};
use sandbox_connector::Answer;
use tokio_util::sync::CancellationToken;

/// What CloudFormation answers to a call of this name; how often it was asked that before.
type Script = dyn Fn(&str, usize) -> Answer + Send + Sync;

/// A CloudFormation that goes by a script, and who rolls out.
struct Stage {
    sandbox: Sandbox,
    rollout: Rollout,
    /// What was asked, in order: names of calls, and the ids of operations.
    asked: Arc<Mutex<Vec<(String, String)>>>,
    timeout: Duration,
}

fn account(n: u64) -> AccountId {
    (234_567_000_000_u64 + n).to_string().parse().unwrap()
}

fn definition() -> Definition {
    Definition {
        name: "DetectiveFleetMember".to_owned(),
        administrator: "555555555555".parse().unwrap(),
        partition: Partition::from_name("aws").unwrap(),
        home: Region::new("us-east-1"),
        role_name: "DetectiveFleetMember".to_owned(),
        external_id: None,
        guardduty: false,
        trusted: "detective-fleet/DetectiveFleetAdministrator"
            .parse()
            .unwrap(),
        also_trusted: Vec::new(),
        second_administrator: None,
        administration_role: "detective-fleet/Administration".parse().unwrap(),
        execution_role: "Execution".to_owned(),
        boundary: None,
    }
}

/// The parameter of a request.
fn parameter(body: &str, name: &str) -> String {
    let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    let pair = pairs.find(|(key, _)| *key == name);
    pair.map(|(_, value)| value.to_owned()).unwrap_or_default()
}

/// How the administrator is reached.
fn connection(sandbox: &Sandbox) -> Connection {
    let (access_key_id, secret_access_key) = sandbox.access_key();
    Connection {
        profile: None,
        admin_account: None,
        admin_role: None,
        role_name: "detective-fleet/DetectiveFleetMember".parse().unwrap(),
        mfa: None,
        patience: Duration::ZERO,
        external_id: None,
        max_concurrency: 16,
        access: Access::Whole,
        run: None,
        endpoint: Some(Endpoint {
            url: "http://sandbox.invalid".to_owned(),
            access_key_id,
            secret_access_key,
            ahead: Duration::ZERO,
        }),
    }
}

impl Stage {
    async fn new(script: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Self {
        let world = "size = 2\n[[roles]]\nname = 'detective-fleet/DetectiveFleetMember'\n[[roles]]\nname = 'detective-fleet/DetectiveFleetAdministrator'";
        let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let clock = sandbox::Clock::starting_at(epoch.try_into().unwrap());
        let sandbox = Sandbox::new(World::from_toml(world).unwrap(), clock);
        let asked: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let (noted, beneath, script) = (
            asked.clone(),
            sandbox.clone(),
            Arc::<Script>::from(Box::new(script) as Box<Script>),
        );
        let http = sandbox_connector::answering(move |request: http::Request<Bytes>| {
            let body = String::from_utf8_lossy(request.body()).into_owned();
            let call = parameter(&body, "Action");
            let is_sts = ["GetCallerIdentity", "AssumeRole"].contains(&call.as_str());
            let answer = (!is_sts).then(|| {
                let mut all = noted.lock().unwrap();
                let before = all.iter().filter(|(it, _)| *it == call).count();
                all.push((call.clone(), parameter(&body, "OperationId")));
                script(&call, before)
            });
            let sandbox = beneath.clone();
            async move {
                match answer {
                    Some(answer) => answer,
                    None => sandbox.handle(request).await.into(),
                }
            }
        });
        let connection = connection(&sandbox);
        let platform = Platform {
            http,
            clock: Clock::starting_at(epoch),
            seed: 7,
        };
        let aws = Aws::connect_on(platform, connection, Arc::new(Recorder::default()));
        Self {
            sandbox,
            rollout: Rollout::new(&aws.await.unwrap(), definition()),
            asked,
            timeout: Duration::from_secs(600),
        }
    }

    async fn deploy(&self, seen: &Seen, plan: &Plan) -> Result<Done, Failure> {
        self.deploy_telling(seen, plan, &|_| {}).await
    }

    async fn deploy_telling(
        &self,
        seen: &Seen,
        plan: &Plan,
        told: &(dyn Fn(Progress<'_>) + Send + Sync),
    ) -> Result<Done, Failure> {
        let limits = Limits {
            at_a_time: 10,
            may_fail: None,
            timeout: self.timeout,
            stop: CancellationToken::new(),
        };
        self.rollout.deploy(seen, plan, &limits, told).await
    }

    /// How often that was asked.
    fn count(&self, call: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(it, _)| it == call).count()
    }

    /// The id of the operation that this call began last.
    fn operation(&self, call: &str) -> String {
        let asked = self.asked.lock().unwrap();
        let mut of_it = asked.iter().rev().filter(|(it, _)| it == call);
        of_it.next().unwrap().1.clone()
    }
}

fn answer(call: &str, result: &str) -> Answer {
    let text = format!("<{call}Response><{call}Result>{result}</{call}Result></{call}Response>");
    reply(200, text)
}

fn refused(code: &str, status: u16) -> Answer {
    let text = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error><RequestId>x</RequestId></ErrorResponse>"
    );
    reply(status, text)
}

fn reply(status: u16, text: String) -> Answer {
    let response = http::Response::builder().status(status);
    Answer::Reply(Reply::Response(response.body(Bytes::from(text)).unwrap()))
}

fn denied() -> Answer {
    refused("AccessDenied", 403)
}

/// What each of these accounts is, as `ListStackInstances` has it and `ListStackSetOperationResults`.
fn summaries(accounts: &[(u64, &str)]) -> String {
    let summary = |(n, status): &(u64, &str)| {
        format!(
            "<member><StackSetId>x</StackSetId><StackId>arn</StackId><Region>us-east-1</Region><Account>{}</Account><Status>{status}</Status></member>",
            account(*n)
        )
    };
    let all: String = accounts.iter().map(summary).collect();
    format!("<Summaries>{all}</Summaries>")
}

/// Everything goes well: what was begun is over at once, and these accounts are so.
fn well(call: &str, results: &[(u64, &str)], stacks: &[(u64, &str)]) -> Answer {
    let result = match call {
        "DescribeStackSet" => "<StackSet><StackSetName>x</StackSetName></StackSet>".to_owned(),
        "DescribeStackSetOperation" => operation("SUCCEEDED"),
        "ListStackSetOperationResults" => summaries(results),
        "ListStackInstances" => summaries(stacks),
        _ => String::new(),
    };
    answer(call, &result)
}

fn operation(status: &str) -> String {
    format!("<StackSetOperation><Status>{status}</Status></StackSetOperation>")
}

const MADE: [(u64, &str); 2] = [(1, "SUCCEEDED"), (2, "SUCCEEDED")];
const CURRENT: [(u64, &str); 2] = [(1, "CURRENT"), (2, "CURRENT")];

/// A StackSet as it is wanted, but for its template; and its stack in the first account.
fn outdated() -> Seen {
    let wanted = definition();
    let stack = Stack {
        region: wanted.home.clone(),
        status: Status::Current,
        exists: true,
        reason: None,
    };
    Seen {
        set: Some(Found {
            description: wanted.description(),
            template: TEMPLATE.replace("Version", "version"),
            parameters: wanted.parameters(),
            administration_role: wanted.administration_role_arn(),
            execution_role: wanted.execution_role,
            self_managed: true,
        }),
        stacks: Stacks::from([(account(1), vec![stack])]),
    }
}

/// The first account is updated, and the second one gets the role.
fn both() -> Plan {
    BTreeMap::from([(account(1), Step::Update), (account(2), Step::Make)])
}

fn make() -> Plan {
    BTreeMap::from([(account(1), Step::Make), (account(2), Step::Make)])
}

fn outcomes(done: &Done) -> Vec<Option<Outcome>> {
    done.accounts.iter().map(|it| it.outcome).collect()
}

fn reason(done: &Done, n: usize) -> &str {
    done.accounts[n].reason.as_deref().unwrap_or_default()
}

fn state(done: &Done) -> SetState {
    done.stack_set.as_ref().unwrap().state
}

#[tokio::test(start_paused = true)]
async fn no_role_is_made_where_the_update_before_was_not_answered() {
    let stage = Stage::new(|call, _| match call {
        "UpdateStackSet" => refused("ServiceUnavailable", 503),
        _ => well(call, &[], &[(1, "CURRENT")]),
    });
    let stage = stage.await;
    let done = stage.deploy(&outdated(), &both()).await.unwrap();
    assert_eq!(stage.count("CreateStackInstances"), 0);
    assert!(done.error.is_some());
    assert_eq!(outcomes(&done), [Some(Outcome::Failed); 2]);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_goes_on_is_named() {
    let mut stage = Stage::new(|call, _| match call {
        "DescribeStackSetOperation" => answer(call, &operation("RUNNING")),
        _ => well(call, &[], &[(1, "OUTDATED")]),
    })
    .await;
    stage.timeout = Duration::from_secs(20);
    let done = stage.deploy(&outdated(), &both()).await.unwrap();
    assert_eq!(done.ended, Ended::Timeout);
    assert_eq!(outcomes(&done), [Some(Outcome::Waiting); 2]);
    let goes_on = format!(
        "operation {} goes on in AWS",
        stage.operation("UpdateStackSet")
    );
    assert!(reason(&done, 0).contains(&goes_on), "{}", reason(&done, 0));
    assert_eq!(stage.count("CreateStackInstances"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_the_stack_set_was_made_is_told_with_it() {
    let stage = Stage::new(|call, _| match call {
        "CreateStackInstances" => denied(),
        _ => well(call, &[], &[]),
    });
    let stage = stage.await;
    let done = stage.deploy(&Seen::default(), &make()).await.unwrap();
    assert_eq!(state(&done), SetState::Created);
    let error = done.error.as_deref().unwrap();
    assert!(error.contains("CreateStackInstances"), "{error}");
    assert_eq!(outcomes(&done), [Some(Outcome::Failed); 2]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_others_have_succeeded_is_told_with_them() {
    let stage = Stage::new(|call, _| match call {
        "CreateStackInstances" => denied(),
        _ => well(call, &MADE[..1], &CURRENT[..1]),
    });
    let stage = stage.await;
    let done = stage.deploy(&outdated(), &both()).await.unwrap();
    let expected = [Some(Outcome::Updated), Some(Outcome::Failed)];
    assert_eq!(outcomes(&done), expected);
    assert_eq!(state(&done), SetState::Updated);
    assert!(done.error.is_some());
}

#[tokio::test(start_paused = true)]
async fn where_nothing_was_changed_a_refusal_is_all_there_is() {
    let stage = Stage::new(|call, _| match call {
        "UpdateStackSet" => denied(),
        _ => well(call, &[], &[]),
    });
    let failure = stage.await.deploy(&outdated(), &both()).await.unwrap_err();
    assert!(failure.text.contains("UpdateStackSet"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn that_it_could_not_be_looked_once_more_is_an_error_and_what_was_done_is_told() {
    let stage = Stage::new(|call, _| match call {
        "DescribeStackSet" => denied(),
        _ => well(call, &MADE, &CURRENT),
    });
    let stage = stage.await;
    let seen = Seen {
        stacks: Stacks::new(),
        ..outdated()
    };
    let done = stage.deploy(&seen, &make()).await.unwrap();
    assert_eq!(outcomes(&done), [Some(Outcome::Made); 2]);
    let error = done.error.as_deref().unwrap();
    assert!(error.contains("DescribeStackSet"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_update_that_failed_is_none_whatever_the_stack_is_called() {
    let stage = Stage::new(|call, _| match call {
        "DescribeStackSetOperation" => answer(call, &operation("FAILED")),
        _ => well(call, &[(1, "FAILED")], &CURRENT),
    });
    let stage = stage.await;
    let plan = Plan::from([(account(1), Step::Update)]);
    let done = stage.deploy(&outdated(), &plan).await.unwrap();
    assert_eq!(outcomes(&done), [Some(Outcome::Failed)]);
}

/// The SDK asks three times. By then the operation has begun; what says so differs.
#[tokio::test(start_paused = true)]
async fn an_operation_that_nobody_answered_for_is_known_by_its_id() {
    for code in [
        "OperationIdAlreadyExistsException",
        "OperationInProgressException",
    ] {
        let ours: Arc<Mutex<String>> = Arc::default();
        let id = ours.clone();
        let stage = Stage::new(move |call, before| match call {
            "CreateStackInstances" if before < 3 => Answer::Reply(Reply::Cut),
            "CreateStackInstances" => refused(code, 409),
            "ListStackSetOperations" => {
                let id = id.lock().unwrap();
                let result = format!("<Summaries><member><OperationId>{id}</OperationId><Status>RUNNING</Status></member></Summaries>");
                answer(call, &result)
            }
            _ => well(call, &MADE, &CURRENT),
        })
        .await;
        let seen = outdated();
        let told = Mutex::new(BTreeSet::new());
        let note = |progress: Progress<'_>| {
            let another = matches!(progress, Progress::Another(_));
            told.lock().unwrap().insert(another);
        };
        let plan = make();
        let work = stage.deploy_telling(&seen, &plan, &note);
        let know = async {
            loop {
                clock::sleep(Duration::from_millis(10)).await;
                if stage.count("CreateStackInstances") > 0 {
                    *ours.lock().unwrap() = stage.operation("CreateStackInstances");
                }
            }
        };
        let done = tokio::select! {
            done = work => done.unwrap(),
            () = know => unreachable!(),
        };
        assert_eq!(done.error, None, "{code}");
        assert_eq!(outcomes(&done), [Some(Outcome::Made); 2], "{code}");
        assert_eq!(stage.count("CreateStackInstances"), 4, "{code}");
        assert_eq!(*told.lock().unwrap(), BTreeSet::from([false]), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn roles_are_tried_as_the_administrator_that_they_trust() {
    let stage = Stage::new(|call, _| well(call, &[], &CURRENT)).await;
    let accounts = BTreeSet::from([account(1), account(2)]);
    let done = stage.rollout.status(&outdated(), &accounts).await;
    assert!(done.accounts.iter().all(|it| it.assumable == Some(true)));
    let calls = stage.sandbox.calls();
    let sessions = calls["sessions"].as_array().unwrap();
    let became = |it: &&serde_json::Value| {
        let session = it["session"].as_str().unwrap();
        session.contains("assumed-role/DetectiveFleetAdministrator/")
    };
    assert_eq!(sessions.iter().filter(became).count(), 1, "{calls}");
}
