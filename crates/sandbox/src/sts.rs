//! STS: who am I, and assuming roles. Query protocol, XML replies, after the service model
//! (botocore 1.43.11).

mod assume_role;
mod identity;
mod session;
mod web_identity;

use http::StatusCode;

pub(crate) use self::assume_role::assume_role;
pub(crate) use self::identity::{get_access_key_info, get_caller_identity};
pub(crate) use self::web_identity::assume_role_with_web_identity;

use crate::call::Call;
use crate::protocol::STS_NAMESPACE;
use crate::state::Session;
use crate::wire::{Answer, Element, Failure, parameter};

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
        let document = Element::of(response, vec![Element::of(result, members), metadata]);
        Answer::xml(&document.in_namespace(STS_NAMESPACE))
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
    let mut hash = crate::random::Fnv::new();
    hash.add(session.account.to_string().as_bytes());
    hash.add(session.role.as_bytes());
    format!("AROA{:017}", hash.0 % 100_000_000_000_000_000)
}
