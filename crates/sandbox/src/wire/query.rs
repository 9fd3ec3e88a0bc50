//! Requests of the query protocol.

/// A parameter of a request, from its URL or its body.
pub(crate) fn parameter(query: &str, body: &[u8], name: &str) -> Option<String> {
    parameters(query, body, |key| key == name)
        .into_iter()
        .next()
}

/// All parameters of a request whose names are wanted, from its URL and its body.
pub(crate) fn parameters(query: &str, body: &[u8], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    form_urlencoded::parse(query.as_bytes())
        .chain(form_urlencoded::parse(body))
        .filter(|(key, _)| wanted(key))
        .map(|(_, value)| value.into_owned())
        .collect()
}
