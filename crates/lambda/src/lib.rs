//! The serverless form of detective-fleet: the three steps of an execution, each a few lines around
//! the engine, and what they write down between them.

mod approval;
pub mod claim;
mod drift;
pub mod error;
mod executed;
pub mod function;
mod gate;
pub mod lease;
mod links;
pub mod logging;
mod message;
mod metrics;
mod news;
mod pass_recorder;
pub mod prepare;
mod question;
pub mod reconcile;
mod removals;
pub mod report;
pub mod roles;
pub mod run;
mod saved;
pub mod seal;
pub mod settings;
pub mod store;
pub mod trigger;
