//! The real engine and the real SDK over the sandbox, under tokio's paused clock.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where its stage cannot be set"
)]

mod account_service;
mod answers;
mod assumed;
mod check;
mod credentials;
mod deadline;
mod enable;
mod gate;
#[cfg(feature = "guardduty")]
mod guardduty;
mod isolation;
mod leaving;
mod looks;
mod names;
mod narrow;
mod newer_regions;
mod pacing;
mod passes;
mod permits;
mod planned;
mod refusals;
mod repair;
mod role_trial;
mod roles_first;
mod silence;
mod stage;
mod strange;
mod trust;
