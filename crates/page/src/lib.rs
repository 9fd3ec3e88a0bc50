//! A report as a page: one HTML file that needs nothing else, neither a network nor a server.
//!
//! Every kind of document becomes a [`Document`], and that becomes text through one template. What the
//! template writes itself can be read without JavaScript: the headline, everything that is not as
//! wanted, Regions, calls. The map of accounts and Regions is drawn from a block of JSON in the page,
//! by the script beside it, since 25,200 cells as text would be slow to open.

mod check;
mod cost;
mod curve;
mod document;
mod grid;
mod history;
mod html;
mod links;
mod mark;
mod plan;
mod run;
mod sheet;
mod status;
#[cfg(test)]
mod tests;
mod text;
mod trouble;
mod words;

pub use document::{Document, Paged};
pub use html::{Error, history, html};
