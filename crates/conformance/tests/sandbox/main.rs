//! Conformance against the sandbox: what it finds is what the sandbox was told to be.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where its stage cannot be set"
)]

mod disturbed;
mod refused;
mod stage;
mod switches;
