//! STS: who am I, and assuming roles. Query protocol, XML replies, after the service model
//! (botocore 1.43.11).

mod assume_role;
mod identity;

use bytes::Bytes;
use http::{Method, Request, StatusCode};

use crate::call::Call;
use crate::operation::Operation;
use crate::state::{Session, State};
use crate::wire::{Answer, Element, Failure};

pub(crate) const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

pub(crate) static OPERATIONS: [Operation; 3] = [
    operation("AssumeRole", assume_role::assume_role),
    operation("GetAccessKeyInfo", identity::get_access_key_info),
    operation("GetCallerIdentity", identity::get_caller_identity),
];

const fn operation(
    name: &'static str,
    effect: fn(&Call<'_>, &mut State) -> Result<Answer, Failure>,
) -> Operation {
    Operation {
        name,
        method: Method::POST,
        path: "/",
        effect,
    }
}

/// The operation that a request names.
pub(crate) fn action(request: &Request<Bytes>) -> Option<String> {
    parameter(
        request.uri().query().unwrap_or_default(),
        request.body(),
        "Action",
    )
}

/// A parameter of a query request, from the URL or the body.
fn parameter(query: &str, body: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .chain(form_urlencoded::parse(body))
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

impl Call<'_> {
    fn parameter(&self, name: &str) -> Option<String> {
        parameter(self.query, self.body, name)
    }

    /// A parameter that has to be there, and as long as the model wants it.
    fn text_parameter(&self, name: &str, min: usize, max: usize) -> Result<String, Failure> {
        let value = self
            .parameter(name)
            .ok_or_else(|| constraint("null", name, "Member must not be null"))?;
        check_length(name, &value, min, max)?;
        Ok(value)
    }

    fn xml(&self, response: &'static str, result: &'static str, members: Vec<Element>) -> Answer {
        let metadata = Element::of(
            "ResponseMetadata",
            vec![Element::text("RequestId", self.request_id)],
        );
        Answer::xml(
            &Element::of(response, vec![Element::of(result, members), metadata])
                .in_namespace(NAMESPACE),
        )
    }
}

fn check_length(name: &str, value: &str, min: usize, max: usize) -> Result<(), Failure> {
    let bound = match value.chars().count() {
        found if found < min => format!("greater than or equal to {min}"),
        found if found > max => format!("less than or equal to {max}"),
        _ => return Ok(()),
    };
    Err(constraint(
        &format!("'{value}'"),
        name,
        &format!("Member must have length {bound}"),
    ))
}

/// A failure in the words that AWS's query services use for requests that do not fit the model.
fn constraint(value: &str, name: &str, what: &str) -> Failure {
    let name = format!("{}{}", name[..1].to_ascii_lowercase(), &name[1..]);
    invalid(format!(
        "1 validation error detected: Value {value} at '{name}' failed to satisfy constraint: {what}"
    ))
}

fn invalid(message: impl Into<String>) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, "ValidationError", message)
}

/// The unique id of a role.
fn role_id(session: &Session) -> String {
    let mut hash = crate::luck::Fnv::new();
    hash.add(session.account.to_string().as_bytes());
    hash.add(session.role.as_bytes());
    format!("AROA{:017}", hash.0 % 100_000_000_000_000_000)
}
