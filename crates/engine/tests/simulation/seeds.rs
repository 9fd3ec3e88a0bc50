//! Many seeds on all processors, and what to print of one that fails.
#![expect(
    clippy::print_stderr,
    reason = "numbers and findings are for whoever runs the tests"
)]

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::play::play;
use crate::shrink::{Without, scenario, shrink, violations};

/// What follows `name` among the arguments of the test program: the harness takes it for the name
/// of a test that there is none of.
pub(crate) fn argument(name: &str) -> Option<String> {
    std::env::args().find_map(|argument| argument.strip_prefix(name).map(str::to_owned))
}

/// The range that `seeds=FIRST..END` gives.
pub(crate) fn range(otherwise: Range<u64>) -> Range<u64> {
    let Some(text) = argument("seeds=") else {
        return otherwise;
    };
    let (first, end) = text.split_once("..").unwrap();
    first.parse().unwrap()..end.parse().unwrap()
}

/// Plays all of these seeds, and fails with what the first few that fail come down to.
pub(crate) fn check(seeds: Range<u64>) {
    let (next, calls, worst) = (
        AtomicU64::new(seeds.start),
        AtomicU64::new(0),
        AtomicU64::new(0),
    );
    let failed = Mutex::new(Vec::new());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end || failed.lock().unwrap().len() >= 3 {
                return;
            }
            match std::panic::catch_unwind(|| play(&scenario(seed, &Without::new()))) {
                Ok(played) if played.violations.is_empty() => {
                    calls.fetch_add(played.calls, Ordering::Relaxed);
                    worst.fetch_max(played.worst, Ordering::Relaxed);
                }
                _ => failed.lock().unwrap().push(seed),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    eprintln!(
        "{} seeds, {} calls; the most calls in fair weather were {} thousandths of what is allowed",
        seeds.end - seeds.start,
        calls.into_inner(),
        worst.into_inner()
    );
    let mut failed = failed.into_inner().unwrap();
    failed.sort_unstable();
    failed.iter().take(3).for_each(|seed| report(*seed));
    assert!(failed.is_empty(), "seeds that failed: {failed:?}");
}

fn report(seed: u64) {
    let found = violations(&scenario(seed, &Without::new()));
    let Some(first) = found.first() else { return };
    eprintln!(
        "seed {seed}: {}: {}\nreplay: {}",
        first.rule,
        first.text,
        command(seed, &Without::new())
    );
    let without = shrink(seed, first.rule);
    eprintln!("smaller: {}", command(seed, &without));
}

fn command(seed: u64, without: &Without) -> String {
    let parts: Vec<_> = without.iter().map(String::as_str).collect();
    let parts = if parts.is_empty() {
        String::new()
    } else {
        format!(" without={}", parts.join(","))
    };
    format!(
        "cargo test -p engine --test simulation -- --ignored --nocapture --exact one seed={seed}{parts}"
    )
}

/// Shows a world, plays it, and says what does not hold in it.
pub(crate) fn show(seed: u64, without: &Without) {
    let scenario = scenario(seed, without);
    eprintln!(
        "{}\n{:#?}\n{:#?}\n{:#?}\n{:?}",
        scenario.to_toml(),
        scenario.climate,
        scenario.acts,
        scenario.deeds,
        scenario.regions
    );
    let played = std::panic::catch_unwind(|| play(&scenario)).unwrap_or_default();
    for (n, tape) in played.tapes.iter().enumerate() {
        for event in tape {
            eprintln!("run {n}: {}", serde_json::to_string(event).unwrap());
        }
    }
    let violations = violations(&scenario);
    assert!(violations.is_empty(), "{violations:#?}");
}
