//! One stack of CloudFormation in one account and Region: what it is, what a change set would change, and how an
//! operation with it ends.
//!
//! `roles` brings the role to members with it, and `aws-form` the AWS form to the security account.

mod answer;
mod begin;
mod change;
mod described;
mod events;
mod prepare;
mod stack;
mod wait;

pub use answer::{is, new_id, told, words};
pub use begin::{Begun, unanswered, with_remains};
pub use change::{Change, Prepared, Replacement};
pub use described::{Described, Standing};
pub use events::{Event, Operation, ResourceFailure};
pub use stack::{Kind, Parameter, Resource, Stack, Wanted};
pub use wait::{Wait, between_looks};
