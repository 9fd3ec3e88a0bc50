//! Where texts go: results to stdout, everything else to stderr.

use std::io::{ErrorKind, IsTerminal, Write};

use anstream::ColorChoice;
use anyhow::{Context, Result};
use console::Term;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::moment;
use super::screen::{self, Stream};
use crate::args::{Color, Format, Global};
use crate::document;

/// How wide texts are where there is no window: lines that are not broken can be searched.
pub(crate) const NO_WINDOW: usize = 100_000;

/// How large a terminal is, in columns and rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub width: usize,
    pub height: usize,
}

/// How this run prints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    format: Format,
    quiet: bool,
    verbose: bool,
    no_progress: bool,
}

impl Output {
    /// What the flags ask for. Colour and time zone are the process's affair and are set here once.
    pub(crate) fn of(global: &Global) -> Self {
        let choice = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
        let zone = global.timezone.clone().map(|zone| zone.0);
        moment::are_in(zone.unwrap_or_else(TimeZone::system));
        Self {
            format: global.output,
            quiet: global.quiet,
            verbose: global.verbose > 0,
            no_progress: global.no_progress,
        }
    }

    /// Whether stdout carries one JSON document and nothing else.
    pub(crate) fn is_json(self) -> bool {
        self.format == Format::Json
    }

    /// How results are printed.
    pub(crate) fn format(self) -> Format {
        self.format
    }

    /// The same without progress, where something else shows how it goes.
    pub(crate) fn without_progress(self) -> Self {
        Self {
            no_progress: true,
            ..self
        }
    }

    /// Whether results may change in their place.
    pub(crate) fn results_may_move(self) -> bool {
        !self.verbose && std::io::stdout().is_terminal()
    }

    /// Whether somebody can be asked.
    pub(crate) fn can_ask(self) -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Whether progress is wanted at all.
    pub(crate) fn shows_progress(self) -> bool {
        !self.quiet && !self.no_progress
    }

    /// Whether progress may move on the screen: logs between the lines would tear it.
    pub(crate) fn may_move(self) -> bool {
        self.shows_progress() && !self.verbose && std::io::stderr().is_terminal()
    }

    /// How many columns results have.
    pub(crate) fn width(self) -> usize {
        width(&Term::stdout())
    }

    /// How many columns messages have.
    pub(crate) fn message_width(self) -> usize {
        stderr_width()
    }

    /// The terminal of messages, for what moves on it.
    pub(crate) fn message_window(self) -> Window {
        Window::of(&Term::stderr())
    }

    /// The terminal of results, for what moves on it.
    pub(crate) fn window(self) -> Window {
        Window::of(&Term::stdout())
    }

    /// A text that moves, with its colours or without them.
    pub(crate) fn coloured(self, stream: Stream, text: String) -> String {
        let choice = match stream {
            Stream::Results => anstream::AutoStream::choice(&std::io::stdout()),
            Stream::Messages => anstream::AutoStream::choice(&std::io::stderr()),
        };
        if choice == ColorChoice::Never {
            anstream::adapter::strip_str(&text).to_string()
        } else {
            text
        }
    }

    /// Prints a result: the text, or the document.
    ///
    /// # Errors
    ///
    /// When stdout cannot be written for another reason than that nobody reads it any more.
    pub(crate) fn result(
        self,
        document: &impl Serialize,
        text: impl FnOnce(usize) -> String,
    ) -> Result<()> {
        if self.is_json() {
            self.raw(&document::json(document)?)
        } else {
            self.raw(&text(self.width()))
        }
    }

    /// Prints a text to stdout in one piece.
    ///
    /// # Errors
    ///
    /// As [`Output::result`].
    pub(crate) fn raw(self, text: &str) -> Result<()> {
        write(anstream::stdout().lock(), text).context("cannot write to stdout")
    }

    /// Prints a text as [`Output::raw`] does, and says whether somebody reads it.
    ///
    /// # Errors
    ///
    /// As [`Output::result`].
    pub(crate) fn is_read(self, text: &str) -> Result<bool> {
        put(anstream::stdout().lock(), text).context("cannot write to stdout")
    }

    /// Prints a text for people that goes with a result, in the text format only.
    ///
    /// # Errors
    ///
    /// As [`Output::result`].
    pub(crate) fn text(self, text: impl FnOnce(usize) -> String) -> Result<()> {
        if self.is_json() {
            Ok(())
        } else {
            self.raw(&text(self.width()))
        }
    }

    /// Prints what a question is about, where people will see it: on the terminal that is asked on.
    pub(crate) fn beside_question(self, text: impl FnOnce(usize) -> String) {
        if !self.is_json() && std::io::stdout().is_terminal() {
            // The question comes next; if this could not be shown, neither can that.
            let _ = self.raw(&text(self.width()));
        } else {
            self.always(&text(self.message_width()));
        }
    }

    /// Tells what is going on.
    pub(crate) fn message(self, text: &str) {
        if !self.quiet {
            self.always(text);
        }
    }

    /// Tells what has to be known even when it should be quiet.
    pub(crate) fn always(self, text: &str) {
        stderr(text);
    }
}

/// Prints a text to stderr in one piece.
pub(super) fn stderr(text: &str) {
    screen::above(|| {
        // Where stderr cannot be written there is nowhere left to say so.
        let _ = write(anstream::stderr().lock(), text);
    });
}

/// A reader that has seen enough (`| head`) is no failure; the exit status still tells how the
/// command went.
fn write(stream: impl Write, text: &str) -> std::io::Result<()> {
    put(stream, text).map(|_| ())
}

/// Says whether somebody reads it: where nobody does any more, that is no error.
fn put(mut stream: impl Write, text: &str) -> std::io::Result<bool> {
    match stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush())
    {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        result => result.map(|()| true),
    }
}

/// How many columns stderr has.
pub(super) fn stderr_width() -> usize {
    width(&Term::stderr())
}

fn width(terminal: &Term) -> usize {
    let size = terminal.size_checked();
    size.map_or(NO_WINDOW, |(_, columns)| columns.into())
}

impl Window {
    /// A terminal that does not say how large it is is taken for an old one.
    fn of(terminal: &Term) -> Self {
        let (rows, columns) = terminal.size_checked().unwrap_or((24, 80));
        Self {
            width: columns.into(),
            height: rows.into(),
        }
    }
}
