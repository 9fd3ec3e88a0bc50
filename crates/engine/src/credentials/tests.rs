use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A program of somebody's that says who has no credentials.
#[derive(Debug)]
struct Refusing;

impl ProvideCredentials for Refusing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let error = CredentialsError::provider_error("no session of root@example.com");
        future::ProvideCredentials::ready(Err(error))
    }
}

#[tokio::test]
async fn an_email_in_the_words_of_who_hands_out_credentials_is_masked() {
    let provider = SharedCredentialsProvider::new(Refusing);
    let failure = provide(&provider, "sign in").await.unwrap_err();
    assert!(failure.text.contains("r***@example.com"), "{failure}");
    assert!(!failure.text.contains("root@"), "{failure}");
    assert!(failure.text.contains("sign in"), "{failure}");
}

/// Somebody who never answers.
#[derive(Debug)]
struct Silent;

impl ProvideCredentials for Silent {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn who_hands_out_credentials_and_never_answers_is_not_waited_for_for_ever() {
    let begun = clock::now();
    let provider = SharedCredentialsProvider::new(Silent);
    let failure = provide(&provider, "sign in").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NoKeys);
    assert!(failure.text.contains("within 60 s): sign in"), "{failure}");
    assert_eq!(begun.elapsed(), PATIENCE);
}

/// Hands out keys that are good for so long, and then none for so many times.
#[derive(Debug)]
struct Program {
    clock: Clock,
    lasts: Duration,
    asked: AtomicU32,
    /// Who is asked for these times has none.
    broken: std::ops::Range<u32>,
}

impl ProvideCredentials for Program {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let n = self.asked.fetch_add(1, Ordering::Relaxed);
        if self.broken.contains(&n) {
            let error = CredentialsError::provider_error("not now");
            return future::ProvideCredentials::ready(Err(error));
        }
        let expiry = Some(self.clock.time() + self.lasts);
        let keys = Credentials::new(format!("AKID{n}"), "secret", None, expiry, "test");
        future::ProvideCredentials::ready(Ok(keys))
    }
}

/// Keys of such a program, which is broken then.
fn keys(lasts: Duration, broken: std::ops::Range<u32>) -> Keys {
    let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
    let program = Program {
        clock: clock.clone(),
        lasts,
        asked: AtomicU32::new(0),
        broken,
    };
    let source = Source::Provider {
        provider: SharedCredentialsProvider::new(program),
        advice: "sign in".to_owned(),
    };
    Keys::new(source, clock)
}

async fn id(keys: &Keys) -> String {
    let keys = keys.get().await.map(|it| it.access_key_id().to_owned());
    keys.unwrap_or_else(|failure| failure.text.to_string())
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_past_their_time_are_asked_for_three_times() {
    let lasts = Duration::from_secs(600);
    for (broken, after) in [(1..3, "AKID3"), (1..4, "not now")] {
        let keys = keys(lasts, broken);
        assert_eq!(id(&keys).await, "AKID0");
        clock::sleep(lasts).await;
        let second = id(&keys).await;
        assert!(second.contains(after), "{second}");
    }
}

#[tokio::test(start_paused = true)]
async fn in_the_last_moment_newer_keys_are_waited_for_and_before_it_they_come_beside_the_work() {
    let lasts = Duration::from_secs(600);
    let keys = keys(lasts, 0..0);
    assert_eq!(id(&keys).await, "AKID0");
    clock::sleep(lasts - RENEW_BEFORE).await;
    assert_eq!(id(&keys).await, "AKID0");
    clock::sleep(Duration::from_secs(1)).await;
    assert_eq!(id(&keys).await, "AKID1");
    clock::sleep(lasts - LAST_MOMENT).await;
    assert_eq!(id(&keys).await, "AKID2");
}

#[tokio::test(start_paused = true)]
async fn keys_that_do_not_last_are_asked_for_every_half_minute_and_used_meanwhile() {
    // By our clock they have run out when they come: AWS knows better.
    let keys = keys(Duration::ZERO, 0..0);
    for (seconds, wanted) in [(0, "AKID0"), (29, "AKID0"), (2, "AKID1"), (1, "AKID1")] {
        clock::sleep(Duration::from_secs(seconds)).await;
        assert_eq!(id(&keys).await, wanted, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn aws_is_believed_once_a_minute_that_keys_are_past_their_time() {
    let keys = keys(Duration::from_secs(3_600), 0..0);
    assert_eq!(id(&keys).await, "AKID0");
    assert!(keys.refused("AKID0"));
    assert_eq!(id(&keys).await, "AKID1");
    // Who was still at it with the old ones may have the new ones.
    assert!(keys.refused("AKID0"));
    assert!(!keys.refused("AKID1"));
    clock::sleep(ANEW_APART).await;
    assert!(keys.refused("AKID1"));
}

/// Takes its time to hand out keys, which are good for ten minutes from then on.
#[derive(Debug)]
struct Slow {
    clock: Clock,
    asked: AtomicU32,
}

/// How long it takes.
const TAKES: Duration = Duration::from_secs(40);

impl ProvideCredentials for Slow {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let n = self.asked.fetch_add(1, Ordering::Relaxed);
            clock::sleep(TAKES).await;
            let expiry = Some(self.clock.time() + Duration::from_secs(600));
            let id = format!("AKID{n}");
            Ok(Credentials::new(id, "secret", None, expiry, "test"))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn newer_keys_that_are_on_their_way_are_waited_for_and_not_asked_for_again() {
    let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
    let slow = Slow {
        clock: clock.clone(),
        asked: AtomicU32::new(0),
    };
    let source = Source::Provider {
        provider: SharedCredentialsProvider::new(slow),
        advice: "sign in".to_owned(),
    };
    let keys = Keys::new(source, clock);
    // Two who come at the same time are served by one answer.
    let (one, other) = tokio::join!(id(&keys), id(&keys));
    assert_eq!((one.as_str(), other.as_str()), ("AKID0", "AKID0"));
    clock::sleep(Duration::from_secs(550)).await;
    assert_eq!(id(&keys).await, "AKID0");
    clock::sleep(TAKES - Duration::from_secs(4)).await;
    // 14 s are left, and the newer ones are 4 s away.
    let asked = clock::now();
    assert_eq!(id(&keys).await, "AKID1");
    assert_eq!(asked.elapsed(), Duration::from_secs(4));
}
