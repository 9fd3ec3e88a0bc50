//! The AWS form as it is brought up, looked at and taken down: its artifacts, its stack, and what AWS says of it.
//!
//! [`Form::look`] finds out what is there, [`template::Template::parameters`] (pure) what the stack is to be given,
//! [`Form::draft`] has CloudFormation say what that would change, and [`Form::execute`] does it. AWS is the only state.

mod artifact;
mod artifacts;
mod checkup;
mod form;
mod operation;
pub mod package;
pub mod report;
mod runs;
pub mod template;
mod unreported;
mod zip;

pub use artifact::{Artifact, BucketName};
pub use artifacts::Artifacts;
pub use checkup::{Alarm, Checkup, Subscription};
pub use form::Form;
pub use operation::{Draft, Drafted, End, OnProgress, Progress, Settled, stands_in_the_way};
pub use package::{Architecture, Package};
pub use report::FormReport;
pub use runs::{LastRun, RunState};
pub use stacks::{
    Change, Described, Parameter, Replacement, Resource, ResourceFailure, Standing, Wait,
};
pub use template::Template;
pub use unreported::Unreported;
