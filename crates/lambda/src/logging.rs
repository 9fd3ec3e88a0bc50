//! The log: JSON, one line for each thing that happened. It has no e-mail in it: what AWS quotes was
//! masked where it came in, and what the SDKs log is left out because they log requests.

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Starts it.
pub fn start() {
    let ours = Targets::new()
        .with_target("lambda", Level::INFO)
        .with_target("engine", Level::INFO)
        .with_target("bootstrap", Level::INFO)
        // It prints errors once more, as Rust's debug output.
        .with_target("lambda_runtime", LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true);
    tracing_subscriber::registry()
        .with(lines.with_filter(ours))
        .init();
}
