//! The template, and what the page lets a browser do.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fleet::history::HistoryReport;
use fleet::language::{Language, Words};
use sha2::{Digest, Sha256};

use crate::document::Paged;
use crate::history::HistorySheet;
use crate::sheet::Sheet;
use crate::words;

const STYLE: &str = concat!(
    include_str!("../templates/page.css"),
    include_str!("../templates/map.css")
);
/// One program in several files.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("../templates/words.js"),
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
    words: Words,
    policy: String,
    style: &'static str,
    script: &'static str,
    footer: String,
}

/// The page of a document in that language: a whole HTML file.
///
/// # Errors
/// None in practice: everything in it is text or has a form as JSON.
pub fn html(report: &impl Paged, language: Language) -> Result<String, Error> {
    let document = report.document(language);
    let page = Page {
        sheet: &Sheet::of(&document),
        words: document.words,
        policy: policy(),
        style: STYLE,
        script: SCRIPT,
        footer: footer(document.words, env!("CARGO_PKG_VERSION")),
    };
    Ok(page.render()? + "\n")
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage<'a> {
    sheet: &'a HistorySheet,
    words: Words,
    policy: String,
    style: &'static str,
    footer: String,
}

/// The page of a history in that language: a whole HTML file, without a map and without a script.
///
/// # Errors
/// None in practice, as with [`html`].
pub fn history(report: &HistoryReport, language: Language) -> Result<String, Error> {
    let words = words::of(language);
    let version = report.origin.product_version.as_deref();
    let page = HistoryPage {
        sheet: &HistorySheet::of(report, words),
        words,
        policy: policy(),
        style: STYLE,
        footer: footer(words, version.unwrap_or_default()),
    };
    Ok(page.render()? + "\n")
}

fn footer(words: Words, version: &str) -> String {
    words.fill(
        "Written by detective-fleet {0}. This file is complete: it loads nothing and sends nothing. E-mail addresses are masked.",
        &[&version],
    )
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
