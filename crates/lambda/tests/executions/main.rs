//! Whole executions in one process, under tokio's paused clock: the state machine of the template
//! over the function's steps, with the real engine, the real SDK and the sandbox for AWS.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where its stage cannot be set"
)]

mod approving;
mod crafted;
mod drift;
mod executing;
mod forged;
mod inviting;
mod japanese;
mod lease;
mod limits;
mod lists;
mod long;
mod machine;
mod once;
mod path;
mod removing;
mod roles;
mod saved;
mod stage;
mod unread;
mod who;
mod wire;
