//! What `--version` says of a build: its commit, its features and its target.
#![expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts through the environment"
)]

use std::env;
use std::process::Command;

// `cargo run` hands these on to the command, which knows all variables of its own name.
const COMMIT: &str = "BUILD_COMMIT";

fn main() {
    println!("cargo::rerun-if-env-changed={COMMIT}");
    println!("cargo::rustc-env={COMMIT}={}", commit());
    println!("cargo::rustc-env=BUILD_FEATURES={}", features());
    let target = env::var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=BUILD_TARGET={target}");
}

/// What releases are told, or what git says. A build for development is not made anew for every commit.
fn commit() -> String {
    if let Ok(commit) = env::var(COMMIT) {
        return commit;
    }
    if env::var("PROFILE").as_deref() == Ok("debug") {
        return "unknown (a build for development)".to_owned();
    }
    // Written whenever another commit is checked out or made.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed=../../{log}");
    }
    git(&["rev-parse", "HEAD"]).unwrap_or_else(|| "unknown".to_owned())
}

fn git(words: &[&str]) -> Option<String> {
    let said = Command::new("git")
        .args(words)
        .current_dir("../..")
        .output()
        .ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    said.status.success().then(|| text.trim().to_owned())
}

fn features() -> String {
    let on: Vec<_> = ["deploy", "guardduty", "stacksets"]
        .into_iter()
        .filter(|name| env::var(format!("CARGO_FEATURE_{}", name.to_uppercase())).is_ok())
        .collect();
    if on.is_empty() {
        "none".to_owned()
    } else {
        on.join(", ")
    }
}
