//! The words and the rules of detective-fleet.
//!
//! Pure: no I/O, no clock, no randomness. The manifest proves it: neither tokio nor an AWS crate is
//! a dependency, so that this crate builds and tests in seconds and `plan` can be trusted to be a
//! function of what it is given.

pub mod account;
pub mod adopt;
pub mod assembly;
pub mod attempts;
pub mod audit;
pub mod bounds;
pub mod cause;
pub mod check;
pub mod command_line;
pub mod cost;
pub mod desired;
pub mod event;
pub mod expected;
pub mod foreign;
pub mod guard;
pub mod history;
pub mod journal;
pub mod label;
pub mod language;
pub mod member;
pub mod moment;
pub mod observation;
pub mod origin;
pub mod partial_settings;
pub mod patience;
pub mod plan;
pub mod region_table;
pub mod report;
pub mod roster;
pub mod saved;
pub mod shell;
pub mod silence;
pub mod values;
