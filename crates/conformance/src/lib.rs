//! What Amazon Detective does where no document says it, or two say different things: questions that
//! two real accounts answer.
//!
//! [`question`] has the questions and the answers that are possible, [`truths`] the file that they
//! become. [`Stage`] is one Region of the two accounts, and [`Stage::ask`] goes through the protocol of the
//! service there. Everything that it makes bears the [`Mark`] of the run, and [`Stage::clean_up`]
//! deletes what bears it.

mod call;
mod finding;
mod mark;
mod party;
pub mod question;
mod run;
mod scenes;
mod stage;
pub mod truths;
mod words;

pub use mark::{Mark, TAG};
pub use run::Asked;
pub use stage::{Invitee, LeftBehind, Stage, StageError};
pub use truths::Truths;
