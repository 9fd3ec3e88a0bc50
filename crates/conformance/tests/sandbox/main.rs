//! Conformance against the sandbox: what it finds is what the sandbox was told to be.

mod disturbed;
mod refused;
mod stage;
mod switches;
