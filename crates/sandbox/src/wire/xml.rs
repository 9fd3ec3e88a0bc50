//! The little XML that the query protocol needs.

use std::fmt;

/// An element with either text or elements in it.
#[derive(Debug)]
pub(crate) struct Element {
    name: &'static str,
    namespace: Option<&'static str>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// An element with text in it.
    pub(crate) fn text(name: &'static str, text: impl Into<String>) -> Element {
        Element {
            name,
            namespace: None,
            text: text.into(),
            children: Vec::new(),
        }
    }

    /// An element with elements in it.
    pub(crate) fn of(name: &'static str, children: Vec<Element>) -> Element {
        Element {
            name,
            namespace: None,
            text: String::new(),
            children,
        }
    }

    /// The same as the root of a document.
    pub(crate) fn in_namespace(self, namespace: &'static str) -> Element {
        Element {
            namespace: Some(namespace),
            ..self
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        if let Some(namespace) = self.namespace {
            write!(f, " xmlns=\"{namespace}\"")?;
        }
        f.write_str(">")?;
        for character in self.text.chars() {
            write_escaped(f, character)?;
        }
        for child in &self.children {
            child.fmt(f)?;
        }
        write!(f, "</{}>", self.name)
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    match character {
        '&' => f.write_str("&amp;"),
        '<' => f.write_str("&lt;"),
        '>' => f.write_str("&gt;"),
        // XML 1.0 has no way to write these at all.
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
            f.write_str("\u{fffd}")
        }
        other => write!(f, "{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let document = Element::of("A", vec![Element::text("B", "<&>\u{0}")]).in_namespace("urn:x");
        assert_eq!(
            document.to_string(),
            "<A xmlns=\"urn:x\"><B>&lt;&amp;&gt;\u{fffd}</B></A>"
        );
    }
}
