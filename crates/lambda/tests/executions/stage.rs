//! A security account with the function in it, its bucket, and members.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_sdk_s3::primitives::ByteStream;
use engine::clock::{self, Clock};
use engine::{Endpoint, Platform};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use lambda::function::{Function, Step};
use lambda::settings::Settings;
use lambda::store::Store;
use sandbox::{Sandbox, World};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::machine::{Execution, Failed, play};
use crate::wire::{Asked, Fate, Fates, Wire};

pub(crate) const BUCKET: &str = "bucket";
pub(crate) const LIST: &str = "enable/accounts.csv";
pub(crate) const REGIONS: [&str; 2] = ["eu-central-1", "us-east-1"];
const ADMINISTRATOR: &str = "555555555555";

/// What somebody does before an invocation.
type Before = Arc<dyn Fn(Value) -> BoxFuture<'static, ()> + Send + Sync>;

/// What CloudFormation answers to an operation with these parameters.
type CloudFormation = Box<dyn Fn(&str, &Value) -> Result<Value, Failed> + Send + Sync>;

/// A security account with the function in it. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Stage(Arc<Inside>);

struct Inside {
    sandbox: Sandbox,
    clock: sandbox::Clock,
    parameters: Mutex<BTreeMap<String, String>>,
    time: Mutex<Duration>,
    /// How far the function's clock is behind.
    behind: Mutex<Duration>,
    fates: Mutex<Fates>,
    before: Mutex<Before>,
    cloudformation: Mutex<Option<CloudFormation>>,
    asked_of_cloudformation: Mutex<Vec<(String, Value)>>,
    invocations: AtomicUsize,
    executions: AtomicUsize,
    payloads: Mutex<Vec<Value>>,
}

impl Stage {
    /// Three members that are verified quickly, in two Regions.
    pub(crate) fn new() -> Self {
        Self::of("size = 3")
    }

    /// A world of that kind.
    pub(crate) fn of(world: &str) -> Self {
        let mut settings: Vec<_> = ["latency = '5ms'", "verification = '200ms'"]
            .into_iter()
            .filter(|line| !world.contains(line.split(' ').next().unwrap()))
            .collect();
        settings.push(world);
        settings.push("[[roles]]\nname = 'detective-fleet/DetectiveFleetMember'");
        settings.push("[[roles]]\nname = 'detective-fleet/DetectiveFleetAdministrator'");
        let clock = sandbox::Clock::starting_at("2027-01-15T08:00:00Z".parse().unwrap());
        let sandbox = Sandbox::new(World::from_toml(&settings.join("\n")).unwrap(), clock);
        let parameters = [
            ("BUCKET", BUCKET),
            ("STACK", "detective-fleet"),
            ("AUTHORITATIVE_KEY", LIST),
            ("REGIONS", &REGIONS.join(",")),
            ("ROLE_NAME", "detective-fleet/DetectiveFleetMember"),
            (
                "ADMINISTRATOR_ROLE",
                "detective-fleet/DetectiveFleetAdministrator",
            ),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self(Arc::new(Inside {
            sandbox,
            clock,
            parameters: Mutex::new(parameters.into()),
            time: Mutex::new(Duration::from_secs(900)),
            behind: Mutex::default(),
            fates: Mutex::new(Arc::new(|_| Fate::Answered)),
            before: Mutex::new(Arc::new(|_| Box::pin(async {}))),
            cloudformation: Mutex::default(),
            asked_of_cloudformation: Mutex::default(),
            invocations: AtomicUsize::new(0),
            executions: AtomicUsize::new(0),
            payloads: Mutex::default(),
        }))
    }

    /// The stack's parameters, by what the function has for them.
    pub(crate) fn set(&self, name: &str, value: &str) -> &Self {
        let mut parameters = self.0.parameters.lock().unwrap();
        parameters.insert(name.to_owned(), value.to_owned());
        self
    }

    /// How long an invocation may take.
    pub(crate) fn limit(&self, time: Duration) -> &Self {
        *self.0.time.lock().unwrap() = time;
        self
    }

    /// From here on the function's clock is so far behind, as one that stood still.
    pub(crate) fn stood_still(&self, time: Duration) -> &Self {
        *self.0.behind.lock().unwrap() = time;
        self
    }

    /// From here on requests of the function have these fates.
    pub(crate) fn fates(&self, fates: impl Fn(&Asked) -> Fate + Send + Sync + 'static) {
        *self.0.fates.lock().unwrap() = Arc::new(fates);
    }

    /// From here on this happens before each invocation, which gets that payload.
    pub(crate) fn before<F>(&self, act: impl Fn(Self, Value) -> F + Send + Sync + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        // A stage that holds itself would never be dropped.
        let weak = Arc::downgrade(&self.0);
        *self.0.before.lock().unwrap() = Arc::new(move |payload| {
            let stage = Self(weak.upgrade().unwrap());
            Box::pin(act(stage, payload))
        });
    }

    /// From here on CloudFormation answers the state machine.
    pub(crate) fn rolls_out(
        &self,
        answer: impl Fn(&str, &Value) -> Result<Value, Failed> + Send + Sync + 'static,
    ) {
        *self.0.cloudformation.lock().unwrap() = Some(Box::new(answer));
    }

    /// What the state machine asks CloudFormation.
    pub(crate) fn cloudformation(&self, operation: &str, asked: &Value) -> Result<Value, Failed> {
        let mut all = self.0.asked_of_cloudformation.lock().unwrap();
        all.push((operation.to_owned(), asked.clone()));
        let answer = self.0.cloudformation.lock().unwrap();
        answer.as_ref().expect("a StackSet")(operation, asked)
    }

    /// With what the state machine asked CloudFormation for that so far.
    pub(crate) fn rolled_out(&self, operation: &str) -> Vec<Value> {
        let all = self.0.asked_of_cloudformation.lock().unwrap();
        let asked = all.iter().filter(|(name, _)| name == operation);
        asked.map(|(_, asked)| asked.clone()).collect()
    }

    pub(crate) fn clock(&self) -> sandbox::Clock {
        self.0.clock
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// What the function was invoked with so far.
    pub(crate) fn payloads(&self) -> Vec<Value> {
        self.0.payloads.lock().unwrap().clone()
    }

    /// How many invocations were for that step.
    pub(crate) fn invoked(&self, step: &str) -> usize {
        let payloads = self.payloads();
        payloads.iter().filter(|it| it["step"] == step).count()
    }

    // The bucket

    fn wire(&self, invocation: usize, kill: &CancellationToken) -> Wire {
        let fates: Fates = match invocation {
            0 => Arc::new(|_| Fate::Answered),
            _ => self.0.fates.lock().unwrap().clone(),
        };
        Wire {
            sandbox: self.0.sandbox.clone(),
            fates,
            kill: kill.clone(),
        }
    }

    fn s3(&self, platform: &Platform) -> aws_sdk_s3::Client {
        let (id, secret) = self.0.sandbox.access_key();
        // A clock of its own, as in the function, where the SDK corrects this one.
        let clock = Clock::starting_at(platform.clock.time());
        let keys = Credentials::new(id, secret, None, None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(platform.http.clone())
            .time_source(clock)
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .endpoint_url("http://sandbox.invalid")
            .force_path_style(true);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    fn platform(&self, invocation: usize, kill: &CancellationToken) -> Platform {
        let behind = match invocation {
            0 => Duration::ZERO,
            _ => *self.0.behind.lock().unwrap(),
        };
        Platform {
            http: self.wire(invocation, kill).http_client(),
            clock: Clock::starting_at(SystemTime::try_from(self.now()).unwrap() - behind),
            seed: 7,
        }
    }

    fn own_s3(&self) -> aws_sdk_s3::Client {
        self.s3(&self.platform(0, &CancellationToken::new()))
    }

    /// Writes an object; the version that it made.
    pub(crate) async fn put(&self, key: &str, body: impl Into<Vec<u8>>) -> String {
        let put = self.own_s3().put_object().bucket(BUCKET).key(key);
        let put = put.body(ByteStream::from(body.into())).send().await;
        put.unwrap().version_id.unwrap()
    }

    pub(crate) async fn put_json(&self, key: &str, value: &Value) -> String {
        self.put(key, value.to_string()).await
    }

    pub(crate) async fn delete(&self, key: &str) {
        let delete = self.own_s3().delete_object().bucket(BUCKET).key(key);
        delete.send().await.unwrap();
    }

    /// The newest version of an object.
    pub(crate) async fn newest(&self, key: &str) -> String {
        let head = self.own_s3().head_object().bucket(BUCKET).key(key);
        head.send().await.unwrap().version_id.unwrap()
    }

    /// What is in an object; `None` where it is not there.
    pub(crate) async fn get(&self, key: &str) -> Option<Vec<u8>> {
        let get = self.own_s3().get_object().bucket(BUCKET).key(key);
        let object = get.send().await.ok()?;
        Some(object.body.collect().await.unwrap().to_vec())
    }

    pub(crate) async fn json(&self, key: &str) -> Value {
        let bytes = self.get(key).await;
        serde_json::from_slice(&bytes.unwrap_or_else(|| panic!("{key} is not there"))).unwrap()
    }

    pub(crate) async fn report(&self, execution: &Execution) -> Value {
        self.json(&format!("runs/{}/report.json", execution.name))
            .await
    }

    // Detective

    pub(crate) fn members(&self) -> Vec<(String, String)> {
        self.0.sandbox.roster()
    }

    /// A list of these members.
    pub(crate) fn csv(&self, members: &[(String, String)]) -> String {
        members
            .iter()
            .map(|(id, email)| format!("{id},{email}\n"))
            .collect()
    }

    pub(crate) fn detective(&self, region: &str) -> aws_sdk_detective::Client {
        let platform = self.platform(0, &CancellationToken::new());
        let (id, secret) = self.0.sandbox.access_key();
        let keys = Credentials::new(id, secret, None, None, "test");
        let config = aws_sdk_detective::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(platform.http)
            .time_source(platform.clock)
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .endpoint_url("http://sandbox.invalid");
        aws_sdk_detective::Client::from_conf(config.build())
    }

    /// The graph in a Region.
    pub(crate) async fn graph(&self, region: &str) -> Option<String> {
        let graphs = self.detective(region).list_graphs().send().await.unwrap();
        graphs.graph_list().first().and_then(|it| it.arn.clone())
    }

    /// Who is in the graph of a Region, by status.
    pub(crate) async fn statuses(&self, region: &str) -> BTreeMap<String, String> {
        let Some(graph) = self.graph(region).await else {
            return BTreeMap::new();
        };
        let list = self.detective(region).list_members().graph_arn(graph);
        let list = list.send().await.unwrap();
        let members = list.member_details().iter();
        let pair = |it: &aws_sdk_detective::types::MemberDetail| {
            let status = it.status().unwrap().as_str().to_owned();
            (it.account_id.clone().unwrap(), status)
        };
        members.map(pair).collect()
    }

    /// Somebody removes members.
    pub(crate) async fn remove(&self, region: &str, accounts: &[&str]) {
        let graph = self.graph(region).await.unwrap();
        let delete = self.detective(region).delete_members().graph_arn(graph);
        let accounts = accounts.iter().map(|it| (*it).to_owned()).collect();
        delete.set_account_ids(Some(accounts)).send().await.unwrap();
    }

    /// Somebody invites a member.
    pub(crate) async fn invite(&self, region: &str, id: &str, email: &str) {
        let graph = self.graph(region).await.unwrap();
        let account = aws_sdk_detective::types::Account::builder()
            .account_id(id)
            .email_address(email)
            .build();
        let create = self.detective(region).create_members().graph_arn(graph);
        let create = create.accounts(account.unwrap()).send().await;
        assert!(create.unwrap().unprocessed_accounts().is_empty());
    }

    /// Somebody deletes a graph.
    pub(crate) async fn delete_graph(&self, region: &str) {
        let graph = self.graph(region).await.unwrap();
        let delete = self.detective(region).delete_graph().graph_arn(graph);
        delete.send().await.unwrap();
    }

    /// How often that operation was called.
    pub(crate) fn calls(&self, operation: &str) -> u64 {
        let calls = self.0.sandbox.calls();
        calls["operations"][operation].as_u64().unwrap_or_default()
    }

    /// The sessions of roles that were handed out.
    pub(crate) fn sessions(&self) -> Vec<Value> {
        let calls = self.0.sandbox.calls();
        calls["sessions"].as_array().unwrap().clone()
    }

    // Executions

    /// Uploads a list, and plays the execution that this starts.
    pub(crate) async fn upload(&self, key: &str, body: impl Into<Vec<u8>>) -> Execution {
        let version = self.put(key, body).await;
        self.start(created(key, &version)).await
    }

    /// Uploads a list of all members.
    pub(crate) async fn upload_all(&self) -> Execution {
        self.upload(LIST, self.csv(&self.members())).await
    }

    /// The drift run is due.
    pub(crate) async fn drift(&self) -> Execution {
        self.start(json!({"scheduled_time": self.now().to_string()}))
            .await
    }

    /// Plays an execution.
    pub(crate) async fn start(&self, input: Value) -> Execution {
        let number = self.0.executions.fetch_add(1, Ordering::Relaxed) + 1;
        play(self, &format!("execution-{number}"), input).await
    }

    /// One invocation, as Lambda answers it.
    pub(crate) async fn invoke(&self, payload: Value) -> Result<Value, Failed> {
        let before = self.0.before.lock().unwrap().clone();
        before(payload.clone()).await;
        self.0.payloads.lock().unwrap().push(payload.clone());
        let number = self.0.invocations.fetch_add(1, Ordering::Relaxed) + 1;
        let kill = CancellationToken::new();
        let time = *self.0.time.lock().unwrap();
        let work = async {
            let step: Step = serde_json::from_value(payload).unwrap();
            self.function(number, time, &kill).step(step).await
        };
        let answer = tokio::select! {
            answer = work => answer,
            () = kill.cancelled() => return Err(Failed("Runtime.ExitError".to_owned(), "{}".to_owned())),
            () = clock::sleep(time) => return Err(Failed("Sandbox.Timedout".to_owned(), "{}".to_owned())),
        };
        answer.map_err(|error| {
            let name = error.name.as_str().to_owned();
            let cause = json!({"errorType": name, "errorMessage": error.text});
            Failed(name, cause.to_string())
        })
    }

    fn function(&self, invocation: usize, time: Duration, kill: &CancellationToken) -> Function {
        let platform = self.platform(invocation, kill);
        let (access_key_id, secret_access_key) = self.0.sandbox.access_key();
        let parameters = self.0.parameters.lock().unwrap().clone();
        let mut settings = Settings::read(&|name| parameters.get(name).cloned()).unwrap();
        settings.connection.endpoint = Some(Endpoint {
            url: "http://sandbox.invalid".to_owned(),
            access_key_id,
            secret_access_key,
            ahead: Duration::ZERO,
        });
        Function {
            store: Store::new(self.s3(&platform), BUCKET),
            settings,
            platform,
            invocation: format!("invocation-{invocation}"),
            account: ADMINISTRATOR.parse().unwrap(),
            time,
        }
    }
}

/// The event that S3 sends for an upload.
pub(crate) fn created(key: &str, version: &str) -> Value {
    json!({
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": BUCKET}, "object": {"key": key, "version-id": version}},
    })
}
