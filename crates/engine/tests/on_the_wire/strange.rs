//! Answers that AWS would not give.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use fleet::report::{Ended, Verdict};
use futures_util::{StreamExt, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use http_body_util::combinators::BoxBody;
use sandbox::World;

use crate::stage::{Instead, Stage, calls};

const MIB: usize = 1024 * 1024;

/// 64 MiB in pieces of 64 KiB, and how many bytes of it were read.
fn long(read: &Arc<AtomicUsize>) -> SdkBody {
    let read = read.clone();
    let piece = move |n: usize| {
        (n < 1024).then(|| {
            read.fetch_add(64 * 1024, Ordering::Relaxed);
            let piece =
                Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(&[b' '; 64 * 1024])));
            (piece, n + 1)
        })
    };
    let pieces = stream::unfold(0, move |n| std::future::ready(piece(n))).fuse();
    SdkBody::from_body_1_x(BoxBody::new(StreamBody::new(pieces)))
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_an_end_is_not_read_to_it() {
    let mut stage = Stage::of(World::of_size(2)).in_regions(&["us-east-1"]);
    stage.timeout = Duration::from_secs(30);
    let (read, answers) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, asked) = (read.clone(), answers.clone());
    stage.instead = Instead::answering(move |path| {
        (path == "/graphs/list").then(|| {
            asked.fetch_add(1, Ordering::Relaxed);
            long(&counted)
        })
    });
    let report = stage.enable().await;
    let (read, answers) = (
        read.load(Ordering::Relaxed),
        answers.load(Ordering::Relaxed),
    );
    assert!(answers > 0);
    assert!(
        read <= answers * 5 * MIB,
        "{} MiB of {answers} answers",
        read / MIB
    );
    let error = report.regions[0].error.as_deref().unwrap();
    assert!(error.contains("longer than any of AWS's"), "{error}");
    assert_eq!(report.verdict(), Verdict::NotAsWanted);
}

#[tokio::test(start_paused = true)]
async fn a_graph_without_an_arn_is_a_failure_soon() {
    let mut stage = Stage::of(World::of_size(2)).in_regions(&["us-east-1"]);
    stage.instead = Instead::answering(|path| (path == "/graph").then(|| SdkBody::from("{}")));
    let begun = engine::clock::Clock::system();
    let report = stage.enable().await;
    assert_eq!(report.ended, Ended::Complete);
    assert!(begun.elapsed() < Duration::from_secs(60));
    assert_eq!(calls(&report, "detective:CreateGraph"), 3);
    let error = report.regions[0].error.as_deref().unwrap();
    assert!(error.contains("without the graph's ARN"), "{error}");
    assert_eq!(report.verdict(), Verdict::NotAsWanted);
}

#[tokio::test(start_paused = true)]
async fn no_descriptor_for_a_while_is_nobodys_fault() {
    let mut stage = Stage::of(World::of_size(20)).in_regions(&["us-east-1", "eu-central-1"]);
    let refused = Arc::new(AtomicUsize::new(0));
    let count = refused.clone();
    stage.instead = Instead::without_descriptor(move |path| {
        path == "/invitation" && count.fetch_add(1, Ordering::Relaxed) < 30
    });
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 40);
    assert_eq!(report.verdict(), Verdict::AsWanted);
    assert!(refused.load(Ordering::Relaxed) >= 70);
}

#[tokio::test(start_paused = true)]
async fn no_descriptor_to_the_end_is_named_and_no_silence_of_the_region() {
    let mut stage = Stage::of(World::of_size(2)).in_regions(&["us-east-1"]);
    stage.timeout = Duration::from_secs(60);
    stage.instead = Instead::without_descriptor(|path| path == "/graphs/list");
    let report = stage.enable().await;
    // A silent Region is given up after three tries; this may end at any time.
    assert_eq!(report.ended, Ended::Timeout);
    let error = report.regions[0].error.as_deref().unwrap();
    assert!(error.contains("ulimit -n"), "{error}");
    assert!(!error.contains("may not be offered"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn each_page_of_a_list_is_a_call_of_the_report() {
    for seed in 0..10 {
        let world = format!("size = 30\nseed = {seed}\n[unkind]\nshort_pages = true");
        let mut stage = Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"]);
        stage.fleet.settings.packages = ["EKS_AUDIT".to_owned()].into();
        let report = stage.enable().await;
        assert_eq!(report.summary.enabled, 30);
        let sent = stage.sandbox.calls()["operations"].clone();
        let sent: BTreeMap<String, u64> = serde_json::from_value(sent).unwrap();
        assert_eq!(report.calls, sent, "{seed}");
    }
}
