//! What people see: the one module that prints, and the texts that it prints.
//!
//! The texts are plain functions from `fleet::report`'s documents to a `String` with ANSI styles;
//! [`Output`] takes the styles out where they are not wanted.

#[cfg(feature = "deploy")]
mod aws;
mod check;
mod conformance;
mod cost;
mod export;
mod failure;
#[cfg(test)]
pub(crate) mod fixture;
mod grouping;
mod history;
mod matrix;
mod moment;
mod output;
mod plan;
mod plan_markdown;
mod progress;
mod progress_view;
mod prompt;
mod rehearsal;
#[cfg(feature = "stacksets")]
mod roles;
#[cfg(feature = "stacksets")]
mod rollout_progress;
mod run;
mod saved;
mod scope;
mod screen;
#[cfg(any(feature = "deploy", feature = "stacksets"))]
mod stack_progress;
mod status;
mod tally;
mod text;
mod trouble;
mod validate;
mod watch;

#[cfg(feature = "deploy")]
pub(crate) use aws::aws;
pub(crate) use check::check;
pub(crate) use conformance::{found, intent};
pub(crate) use cost::{cost, cost_csv};
pub(crate) use export::{csv, markdown};
pub(crate) use failure::{error, note, refusals, usage};
pub(crate) use history::{history, history_csv};
pub(crate) use matrix::draw as matrix;
pub(crate) use moment::moment;
pub(crate) use output::Output;
pub(crate) use plan::plan;
pub(crate) use plan_markdown::plan_markdown;
pub(crate) use progress::{Phase, Progress};
pub(crate) use progress_view::PATIENCE;
pub(crate) use prompt::{YES, ask, ask_for, ask_unseen, say};
pub(crate) use rehearsal::{act, curtain, second_plan};
#[cfg(feature = "stacksets")]
pub(crate) use roles::roles;
#[cfg(feature = "stacksets")]
pub(crate) use rollout_progress::RolloutProgress;
pub(crate) use run::{costs, run};
pub(crate) use saved::{saved, stale};
#[cfg(feature = "deploy")]
pub(crate) use stack_progress::StackProgress;
pub(crate) use status::{memberships, status};
pub(crate) use text::{time, wrapped};
pub(crate) use validate::{unusable, validate};
pub(crate) use watch::Watched;
