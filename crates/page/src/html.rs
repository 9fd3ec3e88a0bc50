//! The template, and what the page lets a browser do.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fleet::history::HistoryReport;
use sha2::{Digest, Sha256};

use crate::document::Document;
use crate::history::HistorySheet;
use crate::sheet::Sheet;

const STYLE: &str = concat!(
    include_str!("../templates/page.css"),
    include_str!("../templates/map.css")
);
/// One program in several files.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("../templates/clock.js"),
    include_str!("../templates/copy.js"),
    include_str!("../templates/data.js"),
    include_str!("../templates/map.js"),
    include_str!("../templates/rail.js"),
    include_str!("../templates/details.js"),
    include_str!("../templates/filters.js"),
    "})();\n"
);

/// The page could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the page: {0}")]
pub struct Error(#[from] askama::Error);

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    sheet: &'a Sheet,
    policy: String,
    style: &'static str,
    script: &'static str,
    version: &'static str,
}

/// The page of a document: a whole HTML file.
///
/// # Errors
/// None in practice: everything in it is text or has a form as JSON.
pub fn html(document: impl Into<Document>) -> Result<String, Error> {
    let sheet = Sheet::of(&document.into());
    let page = Page {
        sheet: &sheet,
        policy: policy(),
        style: STYLE,
        script: SCRIPT,
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok(page.render()? + "\n")
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage<'a> {
    sheet: &'a HistorySheet,
    policy: String,
    style: &'static str,
}

/// The page of a history: a whole HTML file, without a map and without a script.
///
/// # Errors
/// None in practice, as with [`html`].
pub fn history(report: &HistoryReport) -> Result<String, Error> {
    let page = HistoryPage {
        sheet: &HistorySheet::of(report),
        policy: policy(),
        style: STYLE,
    };
    Ok(page.render()? + "\n")
}

/// Nothing is loaded and nothing is sent. Of what is in the page, only these very texts are style and
/// script: what might have got in between is not run. `data:` is for the page's icon.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}
