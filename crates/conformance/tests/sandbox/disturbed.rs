//! Runs that are interrupted, killed, or meet bad weather.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use conformance::LeftBehind;
use conformance::question::QUESTIONS;
use http::{Request, Response};
use pretty_assertions::assert_eq;
use sandbox::Reply;
use tokio_util::sync::CancellationToken;

use super::stage::{
    ask, found_in, graphs, mark, silent_after, stage, stage_over, start, truths, world,
};

/// How many requests a run sends before it only asks fast.
const REQUESTS: usize = 110;
/// Weather that loses answers, and errors that quote.
const WEATHER: &str = "\n[unkind]\nshort_pages = true\nquoting_errors = true\n\
    [[faults]]\neffect = 'server_error'\nchance = 0.05\noperations = ['detective:*']\n\
    [[faults]]\neffect = 'cut_after'\nchance = 0.03\noperations = ['detective:*']\n\
    [[faults]]\neffect = 'throttle'\nchance = 0.05\noperations = ['detective:*']\n";
/// Those that find out who is calling.
const CONNECTING: usize = 2;

#[tokio::test(start_paused = true)]
async fn what_a_killed_run_made_is_found_by_its_mark_and_deleted() {
    let mut left = 0;
    for most in (CONNECTING..REQUESTS).step_by(3) {
        let sandbox = start(&world("", "delete_graph_with_members = 'refused'"));
        let http = silent_after(&sandbox, most);
        let killed = stage_over(&sandbox, http, true).await;
        // Whatever it waits for then: it is dropped in the middle of it.
        let (mark, stop) = (mark(), CancellationToken::new());
        let run = killed.ask(&mark, &stop, &|_| {});
        let _dropped = tokio::time::timeout(Duration::from_secs(60), run).await;
        let next = stage(&sandbox).await;
        let found = next.look(Some(&mark)).await.unwrap();
        let there = usize::from(found == LeftBehind::Graph);
        assert_eq!(there, graphs(&sandbox), "{most}");
        left += there;
        next.clean_up(&mark).await.unwrap();
        assert_eq!(graphs(&sandbox), 0, "{most}");
        assert_eq!(next.look(None).await.unwrap(), LeftBehind::Nothing);
    }
    assert!(left > 20, "{left}");
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_run_says_so_and_can_be_cleaned_up() {
    for seconds in [0, 1, 3, 5, 12, 20, 30, 3600] {
        let sandbox = start(&world("", ""));
        let stage = stage(&sandbox).await;
        let (mark, stop) = (mark(), CancellationToken::new());
        let interrupt = async {
            engine::clock::sleep(Duration::from_secs(seconds)).await;
            stop.cancel();
        };
        let (asked, ()) = tokio::join!(stage.ask(&mark, &stop, &|_| {}), interrupt);
        stage.clean_up(&mark).await.unwrap();
        assert_eq!(graphs(&sandbox), 0);
        let truths = truths(&asked);
        if asked.interrupted {
            let why = "the run was interrupted before";
            assert!(truths.open.values().any(|open| open == why));
        }
        assert_eq!(asked.interrupted, seconds < 3600, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn in_bad_weather_nothing_is_said_that_is_not_so() {
    let calm = found_in(&start(&world("", ""))).await;
    for seed in 0..6 {
        let sandbox = start(&(world(&format!("seed = {seed}"), "") + WEATHER));
        let stage = stage(&sandbox).await;
        let found = truths(&ask(&stage, &sandbox).await.unwrap());
        for question in QUESTIONS {
            // It is throttled here, and not there.
            if question.id == "throttling_error" {
                continue;
            }
            if let Some(answer) = found.truths.get(question.id) {
                assert_eq!(calm.truths.get(question.id), Some(answer), "{seed}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_address_of_the_member_leaves_its_questions_open() {
    let sandbox = start(&world("", "").replace("Root.User@", "another@"));
    let stage = stage(&sandbox).await;
    let asked = ask(&stage, &sandbox).await.unwrap();
    let why = asked.obstacle.clone().unwrap();
    assert!(why.contains("--member-email"), "{why}");
    let found = truths(&asked);
    assert_eq!(found.open["second_accept"], why);
    assert_eq!(found.truths["delete_graph_with_members"], "deleted");
    assert_eq!(found.truths["recreated_graph"], "created");
}

/// What a service says now and then that is not Detective.
const STRANGE: [(u16, &str); 6] = [
    (200, "{}"),
    (200, "[]"),
    (200, "<html></html>"),
    (
        418,
        "{\"__type\": \"TeapotException\", \"message\": \"short and stout\"}",
    ),
    (404, "<Error><Code>NoSuchBucket</Code></Error>"),
    (400, "{\"code\": \"ValidationException\"}"),
];

#[tokio::test(start_paused = true)]
async fn a_service_that_says_strange_things_ends_with_words() {
    let (mut surprises, mut open) = (0, 0);
    for seed in 0..12_usize {
        let sandbox = start(&world("", ""));
        let (behind, sent) = (sandbox.clone(), Arc::new(AtomicUsize::new(0)));
        let http = sandbox_connector::answering(move |request: Request<Bytes>| {
            let behind = behind.clone();
            let nth = sent.fetch_add(1, Ordering::Relaxed);
            async move {
                let (status, body) = STRANGE[(nth + seed) % STRANGE.len()];
                // More and more often, but for who is calling.
                let strange = nth > CONNECTING && nth.is_multiple_of(seed + 3);
                if !strange {
                    return behind.handle(request).await;
                }
                let response = Response::builder().status(status).body(Bytes::from(body));
                Reply::Response(response.unwrap())
            }
        });
        let stage = stage_over(&sandbox, http, true).await;
        let (mark, stop) = (mark(), CancellationToken::new());
        let asked = stage.ask(&mark, &stop, &|_| {}).await;
        let found = truths(&asked);
        let told = found.truths.len() + found.surprises.len() + found.open.len();
        assert_eq!(told, QUESTIONS.len());
        surprises += found.surprises.len();
        open += found.open.len();
        assert!(found.surprises.values().all(|words| !words.is_empty()));
        // Another time, when nothing is in the way.
        super::stage::stage(&sandbox)
            .await
            .clean_up(&mark)
            .await
            .unwrap();
        assert_eq!(graphs(&sandbox), 0);
    }
    assert!(surprises > 0 && open > 12, "{surprises} {open}");
}
