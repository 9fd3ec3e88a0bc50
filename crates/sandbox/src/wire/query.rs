//! Requests of the query protocol.

/// A parameter of a request, from its URL or its body.
pub(crate) fn parameter(query: &str, body: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .chain(form_urlencoded::parse(body))
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
