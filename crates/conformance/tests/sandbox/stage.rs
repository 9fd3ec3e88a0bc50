//! A sandbox under the SDK, and conformance on it under tokio's paused clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use conformance::truths::Header;
use conformance::{Asked, Invitee, Mark, Stage, StageError, Truths};
use engine::clock::Clock;
use engine::{Access, Aws, Connection, Endpoint, Platform};
use fleet::account::Region;
use fleet::report::Recorder;
use sandbox::{Reply, Sandbox, World};
use tokio_util::sync::CancellationToken;

pub(crate) const ADMINISTRATOR: &str = "555555555555";
pub(crate) const MEMBER: &str = "111111111111";
pub(crate) const EMAIL: &str = "Root.User@example.org";

/// Asking fast ends soon, so that a run sends a hundred requests.
const THROTTLE: &str =
    "[[throttles]]\noperations = ['detective:ListGraphs']\nrate = 5.0\nburst = 60\n";

/// A world of one member, in which a verification takes 10 s. `more` comes before the switches.
pub(crate) fn world(more: &str, switches: &str) -> String {
    let account = format!("[accounts.{MEMBER}]\nemail = '{EMAIL}'\n");
    let verification = if more.contains("verification") {
        ""
    } else {
        "verification = '10s'\n"
    };
    let (top, of_member) = more.split_once("--").unwrap_or((more, ""));
    format!(
        "latency = '0s'\n{verification}{top}\n{account}{of_member}\n{THROTTLE}[unverified]\n{switches}"
    )
}

fn epoch() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

pub(crate) fn start(world: &str) -> Sandbox {
    let world = World::from_toml(world).unwrap_or_else(|error| panic!("{world}\n{error}"));
    let clock = sandbox::clock::Clock::starting_at(epoch().try_into().unwrap());
    Sandbox::new(world, clock)
}

pub(crate) fn region() -> Region {
    Region::new("eu-west-1")
}

pub(crate) fn mark() -> Mark {
    Mark {
        run: "18c0ffee".to_owned(),
        region: region(),
        administrator: ADMINISTRATOR.parse().unwrap(),
        member: Some(MEMBER.parse().unwrap()),
    }
}

async fn connect(http: SharedHttpClient, key: String) -> Aws {
    let connection = Connection {
        profile: None,
        admin_account: None,
        admin_role: None,
        role_name: "DetectiveFleetMember".parse().unwrap(),
        mfa: None,
        external_id: None,
        max_concurrency: 16,
        access: Access::Whole,
        run: None,
        patience: Duration::ZERO,
        endpoint: Some(Endpoint {
            url: "http://sandbox.invalid".to_owned(),
            access_key_id: key,
            secret_access_key: "any".to_owned(),
            ahead: Duration::ZERO,
        }),
    };
    let platform = Platform {
        http,
        clock: Clock::starting_at(epoch()),
        seed: 7,
    };
    let recorder = Arc::new(Recorder::default());
    Aws::connect_on(platform, connection, recorder)
        .await
        .unwrap()
}

/// The stage, with the member or without it, whose requests go over `http`.
pub(crate) async fn stage_over(
    sandbox: &Sandbox,
    http: SharedHttpClient,
    with_member: bool,
) -> Stage {
    let administrator = connect(http.clone(), sandbox.access_key().0).await;
    if !with_member {
        return Stage::new(&administrator, None, &region()).unwrap();
    }
    let member = connect(http, MEMBER.to_owned()).await;
    let invitee = Invitee {
        aws: &member,
        email: EMAIL.parse().unwrap(),
    };
    Stage::new(&administrator, Some(invitee), &region()).unwrap()
}

pub(crate) async fn stage(sandbox: &Sandbox) -> Stage {
    stage_over(
        sandbox,
        sandbox_connector::http_client(sandbox.clone()),
        true,
    )
    .await
}

/// A client that counts, and whose requests after the first `most` are never answered.
pub(crate) fn silent_after(sandbox: &Sandbox, most: usize) -> SharedHttpClient {
    let (sandbox, sent) = (sandbox.clone(), Arc::new(AtomicUsize::new(0)));
    sandbox_connector::answering(move |request| {
        let sandbox = sandbox.clone();
        let nth = sent.fetch_add(1, Ordering::Relaxed);
        async move {
            if nth < most {
                sandbox.handle(request).await
            } else {
                Reply::Silence
            }
        }
    })
}

/// Asks everything, deletes what was made, and checks that nothing is left.
pub(crate) async fn found_in(sandbox: &Sandbox) -> Truths {
    let stage = stage(sandbox).await;
    let asked = ask(&stage, sandbox).await.unwrap();
    assert_eq!((asked.interrupted, &asked.obstacle), (false, &None));
    truths(&asked)
}

pub(crate) async fn ask(stage: &Stage, sandbox: &Sandbox) -> Result<Asked, StageError> {
    stage.look(None).await?;
    let asked = stage.ask(&mark(), &CancellationToken::new(), &|_| {}).await;
    stage.clean_up(&mark()).await.unwrap();
    assert_eq!(graphs(sandbox), 0);
    Ok(asked)
}

pub(crate) fn truths(asked: &Asked) -> Truths {
    asked.truths(Header {
        made_by: "a test".to_owned(),
        made_on: "2027-01-15".to_owned(),
        region: "eu-west-1".to_owned(),
    })
}

/// How many behavior graphs there are.
pub(crate) fn graphs(sandbox: &Sandbox) -> usize {
    let state = sandbox.state();
    let regions = state["regions"].as_object().unwrap();
    let graphs = regions.values().filter_map(|graphs| graphs.as_array());
    graphs.map(Vec::len).sum()
}
