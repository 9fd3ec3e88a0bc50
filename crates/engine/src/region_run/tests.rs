//! One Region on a sandbox, driven step by step: waiting is not looking again and again.

use std::time::SystemTime;

use fleet::desired::Settings;
use fleet::report::Recorder;
use sandbox::{Sandbox, World};

use super::*;
use crate::company::Company;
use crate::connection::{Connection, Endpoint, Platform};
use crate::narrow::{Access, Errand};

const REGION: &str = "us-east-1";

/// A Region that was worked in to its end.
struct Worked {
    run: RegionRun,
    sandbox: Sandbox,
    steps: usize,
}

impl Worked {
    /// How many requests of this operation came in.
    fn calls(&self, operation: &str) -> u64 {
        let calls = self.sandbox.calls();
        calls["operations"][format!("detective:{operation}")]
            .as_u64()
            .unwrap_or_default()
    }

    fn right(&self) -> usize {
        self.run.plan.count(Kind::Right)
    }
}

async fn connected(sandbox: &Sandbox) -> Aws {
    let (access_key_id, secret_access_key) = sandbox.access_key();
    let connection = Connection {
        profile: None,
        admin_account: None,
        admin_role: None,
        role_name: "detective-fleet/DetectiveFleetMember".parse().unwrap(),
        mfa: None,
        external_id: None,
        patience: Duration::ZERO,
        max_concurrency: 256,
        access: Access::Enable,
        run: None,
        endpoint: Some(Endpoint {
            url: "http://sandbox.invalid".to_owned(),
            access_key_id,
            secret_access_key,
            ahead: Duration::ZERO,
        }),
    };
    let platform = Platform {
        http: sandbox_connector::http_client(sandbox.clone()),
        clock: clock::Clock::starting_at(epoch()),
        seed: 7,
    };
    let sink = Arc::new(Recorder::default());
    Aws::connect_on(platform, connection, sink).await.unwrap()
}

fn epoch() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// A Region of this world, in which every account is wanted.
async fn region(world: &str, settings: Settings) -> (RegionRun, Sandbox) {
    let clock = sandbox::clock::Clock::starting_at(epoch().try_into().unwrap());
    let sandbox = Sandbox::new(World::from_toml(world).unwrap(), clock);
    let aws = connected(&sandbox).await;
    let members = sandbox.roster().into_iter();
    let fleet = Fleet {
        administrator: aws.administrator(),
        members: members
            .map(|(id, email)| (id.parse().unwrap(), email.parse().unwrap()))
            .collect(),
        settings,
    };
    let run = RegionRun::new(&aws, &Arc::new(fleet), &Region::new(REGION));
    (run, sandbox)
}

/// Works there until nothing is left to do, in fewer steps than `most`.
async fn worked(world: &str, settings: Settings, most: usize) -> Worked {
    let patience = settings.patience;
    let (mut run, sandbox) = region(world, settings).await;
    let newsrooms = vec![run.newsroom()];
    let (roles, assume) = Roles::new(&run.aws, newsrooms, patience, Errand::Accept);
    tokio::spawn(assume);
    run.mode = Mode::Reconcile(roles);
    run.join(Company::new().place(&Region::new(REGION), false));
    let stop = CancellationToken::new();
    let mut steps = 0;
    while run.go_on(&stop).await {
        steps += 1;
        let calls = sandbox.calls();
        assert!(steps < most, "no end after {most} steps: {calls}");
    }
    Worked {
        run,
        sandbox,
        steps,
    }
}

#[tokio::test(start_paused = true)]
async fn what_aws_verifies_is_looked_at_ever_more_rarely() {
    let world = "size = 3\nverification = \"60s\"\nvisibility = \"2s\"";
    let done = worked(world, Settings::default(), 300).await;
    assert_eq!((done.right(), done.calls("ListGraphs")), (3, 1));
    // Each distance is a tenth of the time before it, and no shorter than a fifth of a second.
    let lists = done.calls("ListMembers");
    assert!((35..60).contains(&lists), "{lists} lists");
    assert!(done.steps < 4 * 47, "{} steps", done.steps);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_too_fast_is_not_asked_at_once_again() {
    let world = "size = 120\n[[throttles]]\noperations = [\"detective:*\"]\nrate = 2\nburst = 1";
    let done = worked(world, Settings::default(), 1_000).await;
    assert_eq!(done.right(), 120);
    let calls = done.calls("CreateMembers");
    assert!(calls < 20, "{calls} calls for three batches");
}

/// Turns come after 1, 3, 7 and 15 s. Eight are asked in the first and in the third, and all as soon as one was
/// let in; in the second those of the first do not count yet, because a look at them is due.
#[tokio::test(start_paused = true)]
async fn what_is_refused_so_far_is_asked_in_its_turns() {
    for (seconds, let_in, calls) in [
        (2, 16, 16 + 8 + 16),
        (5, 16, 16 + 8 + 16 + 8 + 8),
        (60, 0, 16 + 8 + 16 + 8 + 16),
    ] {
        let world = format!(
            r#"
size = 16
latency = "1ms"
verification = "0s"
[[faults]]
effect = "denied"
operations = ["detective:AcceptInvitation"]
until = "{seconds}s"
"#
        );
        let settings = Settings {
            patience: Duration::from_secs(15),
            ..Settings::default()
        };
        let done = worked(&world, settings, 500).await;
        assert_eq!(
            (done.right(), done.calls("AcceptInvitation")),
            (let_in, calls),
            "for {seconds} s"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_graph_is_looked_for_at_once_and_then_at_distances() {
    let mut run = region("", Settings::default()).await.0;
    let now = clock::now();
    assert_eq!(run.next(now), Next::Send(Work::FindGraph));
    run.looks.begin_find(now);
    let due = now + Duration::from_millis(200);
    assert_eq!(run.next(now), Next::At(due));
    assert_eq!(run.next(due), Next::Send(Work::FindGraph));
}

/// Who was seen to be as wanted is not looked at again, nor who is expected to stay out.
#[tokio::test(start_paused = true)]
async fn the_list_is_read_once_more_only_where_somebody_is_not_as_wanted() {
    let world = "size = 3\nverification = \"0s\"\n";
    let refused = r#"
[[faults]]
effect = "denied"
operations = ["detective:AcceptInvitation"]
accounts = ["234567000001"]
"#;
    let skipped = Settings {
        expected: [("234567000001".parse().unwrap(), Region::new(REGION))].into(),
        ..Settings::default()
    };
    for (world, settings, right, lists) in [
        (world.to_owned(), Settings::default(), 3, 1),
        (world.to_owned(), skipped, 2, 1),
        (world.to_owned() + refused, Settings::default(), 2, 2),
    ] {
        let done = worked(&world, settings, 100).await;
        let found = (done.right(), done.calls("ListMembers"));
        assert_eq!(found, (right, lists), "{world}");
    }
}
