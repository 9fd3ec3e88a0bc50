//! The role in every member account: rolled out by a self-managed StackSet of CloudFormation ([`Rollout`]), or by a role
//! that is in each of them already ([`Via`]).
//!
//! [`Rollout::look`] finds out what is there, [`plan`] (pure) what is to be done about it, and
//! [`Rollout::deploy`] and [`Rollout::remove`] do it. AWS is the only state: a run that was dropped is
//! resumed by running again.

mod assumable;
mod cloudformation;
pub mod definition;
pub mod offers;
mod operation;
pub mod plan;
pub mod report;
mod rollout;
pub mod via;

pub use cloudformation::Seen;
pub use definition::Definition;
pub use operation::{Limits, OnProgress, Progress};
pub use plan::{Plan, Step};
pub use report::RolesReport;
pub use rollout::{Done, Rollout};
pub use via::Via;
