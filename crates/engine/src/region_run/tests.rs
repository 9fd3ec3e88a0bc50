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

async fn connected(sandbox: &Sandbox, max_concurrency: usize) -> Aws {
    let (access_key_id, secret_access_key) = sandbox.access_key();
    let connection = Connection {
        profile: None,
        admin_account: None,
        admin_role: None,
        role_name: "detective-fleet/DetectiveFleetMember".parse().unwrap(),
        mfa: None,
        external_id: None,
        patience: Duration::ZERO,
        max_concurrency,
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
    region_with(world, settings, 256).await
}

/// The same, with so many requests at a time.
async fn region_with(world: &str, settings: Settings, at_most: usize) -> (RegionRun, Sandbox) {
    let clock = sandbox::clock::Clock::starting_at(epoch().try_into().unwrap());
    let sandbox = Sandbox::new(World::from_toml(world).unwrap(), clock);
    let aws = connected(&sandbox, at_most).await;
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

/// A complaint about one kind of request slows down that kind.
#[tokio::test(start_paused = true)]
async fn what_is_asked_too_fast_is_not_asked_at_once_again() {
    let members: Vec<_> = (1..=6)
        .map(|n| (234_567_000_000_u64 + n).to_string())
        .collect();
    for (operation, purpose, status) in [
        ("ListGraphs", Purpose::Enable, "ENABLED"),
        ("ListMembers", Purpose::Enable, "ENABLED"),
        ("CreateMembers", Purpose::Enable, ""),
        ("AcceptInvitation", Purpose::Enable, "INVITED"),
        ("DeleteMembers", Purpose::Disable, "ENABLED"),
    ] {
        let there = format!("[[memberships]]\naccounts = {members:?}\nstatus = \"{status}\"");
        let there = if status.is_empty() { "" } else { &there };
        let world = format!(
            r#"
size = 6
latency = "5ms"
{there}
[[faults]]
effect = "throttle"
operations = ["detective:{operation}"]
until = "10s"
"#
        );
        let settings = Settings {
            purpose,
            ..Settings::default()
        };
        let done = worked(&world, settings, 500).await;
        // In 10 s, and each membership has a pace of its own where it is asked for by itself.
        let kinds = if operation == "AcceptInvitation" {
            6
        } else {
            1
        };
        let calls = done.calls(operation);
        assert!((4..15).contains(&(calls / kinds)), "{operation}: {calls}");
    }
}

/// Turns come after 1, 3, 7 and 15 s. Every other account is asked in the first and in the third, and all as soon
/// as one was let in; in the second those of the first do not count yet, because a look at them is due.
#[tokio::test(start_paused = true)]
async fn what_is_refused_so_far_is_asked_in_its_turns() {
    // The last two are never refused, which says nothing about the others. Every eighth has another name.
    let refused: Vec<_> = (1..=16_u64)
        .map(|n| match n % 8 {
            0 => format!("{:012}", 12_345_000_000 + n),
            _ => format!("{:012}", 234_567_000_000 + n),
        })
        .collect();
    for (until, right, calls, ends) in [
        (2, 18, 18 + 8 + 16, 3),
        (5, 18, 18 + 8 + 16 + 8 + 8, 7),
        (60, 2, 18 + 8 + 16 + 8 + 16, 15),
    ] {
        let world = format!(
            r#"
size = 18
latency = "1ms"
verification = "0s"
[[faults]]
effect = "denied"
operations = ["detective:AcceptInvitation"]
accounts = {refused:?}
until = "{until}s"
"#
        );
        let settings = Settings {
            patience: Duration::from_secs(15),
            ..Settings::default()
        };
        let done = worked(&world, settings, 500).await;
        let took = (clock::now() - done.run.begun).as_secs();
        let found = (done.right(), done.calls("AcceptInvitation"), took);
        assert_eq!(found, (right, calls, ends), "for {until} s");
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

#[tokio::test(start_paused = true)]
async fn of_several_moments_the_first_is_waited_for() {
    let (mut run, _) = region("", Settings::default()).await;
    let under = (Operation::ListMembers, None);
    let begun = run.pace(under).begin();
    run.pace(under).end(begun, fleet::event::CallResult::Silent);
    let mut wake = None;
    assert_eq!(run.paced(Work::List, under, &mut wake), None);
    let moment = wake.unwrap();
    let apart = Duration::from_millis(1);
    for other in [moment - apart, moment + apart] {
        let mut wake = Some(other);
        assert_eq!(run.paced(Work::List, under, &mut wake), None);
        assert_eq!(wake, Some(moment.min(other)));
    }
    clock::until(moment).await;
    assert_eq!(run.paced(Work::List, under, &mut None), Some(Work::List));
}

/// Three side by side, and fewer in a run with few requests at a time.
#[tokio::test(start_paused = true)]
async fn a_silent_region_is_asked_again_beside_what_is_not_answered() {
    for (at_most, questions) in [(256, 3), (8, 2), (7, 1)] {
        let (mut run, _) = region_with("", Settings::default(), at_most).await;
        let company = Company::new();
        let _working = company.place(&Region::new("eu-west-1"), true);
        run.join(company.place(&Region::new(REGION), false));
        let mut due = clock::now();
        for _ in 1..questions {
            run.looks.begin_find(due);
            run.attempts.region_sent(RegionRequest::FindGraph);
            let now = due;
            due += Duration::from_millis(1_500);
            let mut wake = None;
            assert_eq!(run.beside_due(now, &mut wake), None);
            assert_eq!(wake, Some(due), "{at_most} at a time");
            let asked = run.beside_due(due, &mut None);
            assert_eq!(asked, Some(Work::FindGraph), "{at_most} at a time");
        }
        run.looks.begin_find(due);
        run.attempts.region_sent(RegionRequest::FindGraph);
        let later = due + Duration::from_secs(5);
        assert_eq!(
            run.beside_due(later, &mut None),
            None,
            "{at_most} at a time"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_that_never_answers_is_asked_three_times_and_given_up() {
    let world = "size = 1\n[[faults]]\neffect = \"silence\"\noperations = [\"detective:*\"]";
    let done = worked(world, Settings::default(), 50).await;
    assert_eq!(done.calls("ListGraphs"), 3);
    assert!(done.run.attempts.given_up().is_some());
    assert!(!done.run.was_read());
}
