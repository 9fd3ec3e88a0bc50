//! Questions to services whose SDKs are not worth their build for one call each: signed and sent by the parts that all of
//! them stand on.

use std::collections::BTreeMap;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};
use aws_types::service_config::ServiceConfigKey;
use engine::{APP_NAME, Failure};
use fleet::account::Region;

/// A service, and what is asked of it.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The service by the name that its requests are signed with, which is also that of its host.
    pub(crate) service: &'static str,
    /// What the call is called in policies.
    pub(crate) call: &'static str,
    /// The path.
    pub(crate) path: String,
    /// The fields of a form that is posted; none for a question by the path alone.
    pub(crate) form: Vec<(String, String)>,
}

/// Asks, and gives the text of the answer.
///
/// # Errors
///
/// Where AWS refuses, or nobody answers.
pub(crate) async fn ask(
    config: &SdkConfig,
    region: &Region,
    question: Question,
) -> Result<String, Failure> {
    let cannot = |why: &str| Failure::unclear(format!("{}: {why}", question.call));
    let provider = config.credentials_provider();
    let provider = provider.ok_or_else(|| cannot("no credentials"))?;
    let credentials = provider.provide_credentials().await;
    let credentials = credentials.map_err(|error| cannot(&error.to_string()))?;
    let http = config.http_client().ok_or_else(|| cannot("no network"))?;
    let time = config.time_source().unwrap_or_default();
    let fips = if config.use_fips() == Some(true) {
        "-fips"
    } else {
        ""
    };
    let service = question.service;
    // Detective is in `aws` and `aws-us-gov` only, which have the same one.
    let own = || format!("https://{service}{fips}.{region}.amazonaws.com");
    let endpoint = endpoint_of(config, service).unwrap_or_else(own);
    let signer = Signer {
        credentials,
        region: region.to_string(),
        endpoint: endpoint.trim_end_matches('/').to_owned(),
        time: time.clone(),
    };
    let mut operation = Operation::builder()
        .service_name(service)
        .operation_name(question.call)
        .behavior_version(BehaviorVersion::latest())
        .http_client(http.clone())
        .endpoint_url(&signer.endpoint)
        .no_auth()
        .no_retry()
        .time_source(time);
    if let Some(timeouts) = config.timeout_config() {
        operation = operation.timeout_config(timeouts.clone());
    }
    if let Some(sleep) = config.sleep_impl() {
        operation = operation.sleep_impl(sleep);
    }
    let call = question.call;
    let operation = operation
        .serializer(move |question: Question| signer.request(&question))
        .deserializer(answered)
        .build();
    operation.invoke(question).await.map_err(|error| {
        let failure = Failure::from(error);
        let text = format!("{call}: {}", failure.text);
        failure.saying(text)
    })
}

/// Another endpoint than AWS's, as environment and profile name it for this service, or for all of them.
pub(crate) fn endpoint_of(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(match service {
            "monitoring" => "CloudWatch",
            service => service,
        })
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok();
    let own = key.and_then(|key| config.service_config()?.load_config(key));
    own.or_else(|| config.endpoint_url().map(str::to_owned))
}

struct Signer {
    credentials: Credentials,
    region: String,
    endpoint: String,
    time: SharedTimeSource,
}

impl Signer {
    fn request(&self, question: &Question) -> Result<HttpRequest, BoxError> {
        let is_form = !question.form.is_empty();
        let method = if is_form { "POST" } else { "GET" };
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&question.form)
            .finish();
        let mut headers = vec![("user-agent", APP_NAME)];
        if is_form {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(question.service)
            .time(self.time.now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signable = SignableRequest::new(
            method,
            format!("{}{}", self.endpoint, question.path),
            headers.iter().copied(),
            SignableBody::Bytes(body.as_bytes()),
        )?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body.clone()));
        request.set_method(method)?;
        request.set_uri(question.path.as_str())?;
        for (name, value) in headers {
            request.headers_mut().insert(name, value);
        }
        for (name, value) in instructions.headers() {
            request
                .headers_mut()
                .insert(name.to_owned(), value.to_owned());
        }
        Ok(request)
    }
}

fn answered(answer: &HttpResponse) -> Result<String, OrchestratorError<ErrorMetadata>> {
    let bytes = answer.body().bytes().unwrap_or_default();
    let text = String::from_utf8_lossy(bytes).into_owned();
    if answer.status().is_success() {
        return Ok(text);
    }
    let named = answer.headers().get("x-amzn-errortype");
    Err(OrchestratorError::operation(refusal(&text, named)))
}

/// What an error says: XML of the query protocol, or JSON, where a header may have its name.
fn refusal(text: &str, named: Option<&str>) -> ErrorMetadata {
    let json: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let field = |name: &str| match &json {
        Some(json) => json.get(name)?.as_str().map(str::to_owned),
        None => first(text, name),
    };
    // What follows a colon is where its model is.
    let named = named.and_then(|it| it.split(':').next()).map(str::to_owned);
    let code = named.or_else(|| field("Code")).or_else(|| field("__type"));
    let message = field("Message").or_else(|| field("message"));
    let mut error = ErrorMetadata::builder();
    error = error.code(code.unwrap_or_else(|| "Refused".to_owned()));
    if let Some(message) = message {
        error = error.message(message);
    }
    error.build()
}

/// The text of the first element of that name.
fn first(xml: &str, name: &str) -> Option<String> {
    let mut document = Document::new(xml);
    let mut root = document.root_element().ok()?;
    first_in(&mut root, name)
}

fn first_in(decoder: &mut ScopedDecoder<'_, '_>, name: &str) -> Option<String> {
    while let Some(mut element) = decoder.next_tag() {
        if element.start_el().matches(name) {
            return try_data(&mut element).ok().map(|it| it.into_owned());
        }
        if let Some(found) = first_in(&mut element, name) {
            return Some(found);
        }
    }
    None
}

/// What is listed in the element of that name: the fields of each `member` that have a text.
pub(crate) fn members(xml: &str, list: &str) -> Vec<BTreeMap<String, String>> {
    let mut document = Document::new(xml);
    let mut found = Vec::new();
    if let Ok(mut root) = document.root_element() {
        listed(&mut root, list, &mut found);
    }
    found
}

fn listed(
    decoder: &mut ScopedDecoder<'_, '_>,
    list: &str,
    found: &mut Vec<BTreeMap<String, String>>,
) {
    while let Some(mut element) = decoder.next_tag() {
        if !element.start_el().matches(list) {
            listed(&mut element, list, found);
            continue;
        }
        while let Some(mut member) = element.next_tag() {
            let mut fields = BTreeMap::new();
            while let Some(mut field) = member.next_tag() {
                let name = field.start_el().local().to_owned();
                // A field that has elements in it has no text.
                if let Ok(text) = try_data(&mut field) {
                    fields.insert(name, text.into_owned());
                }
            }
            found.push(fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn lists_are_read_and_what_is_nested_is_passed_over() {
        let xml = r#"<?xml version="1.0"?><R xmlns="http://x"><Result><MetricAlarms>
            <member><AlarmName>a &amp; b</AlarmName><Dimensions><member><Name>n</Name></member></Dimensions><StateValue>OK</StateValue></member>
            <member><AlarmName>c</AlarmName><StateValue>ALARM</StateValue></member>
            </MetricAlarms></Result></R>"#;
        let found = members(xml, "MetricAlarms");
        let names: Vec<_> = found
            .iter()
            .map(|it| (it["AlarmName"].as_str(), it["StateValue"].as_str()))
            .collect();
        assert_eq!(names, [("a & b", "OK"), ("c", "ALARM")]);
        assert!(members("<R/>", "MetricAlarms").is_empty());
        assert!(members("no xml", "MetricAlarms").is_empty());
    }

    #[test]
    fn errors_of_both_protocols_are_read() {
        for text in [
            "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
            r#"{"__type": "AccessDenied", "Message": "no"}"#,
            r#"{"Code": "AccessDenied", "message": "no"}"#,
        ] {
            let error = refusal(text, None);
            assert_eq!(
                (error.code(), error.message()),
                (Some("AccessDenied"), Some("no"))
            );
        }
        let named = Some("ResourceNotFoundException:http://internal");
        let error = refusal(r#"{"Message": "no", "Type": "User"}"#, named);
        assert_eq!(error.code(), Some("ResourceNotFoundException"));
        assert_eq!(refusal("", None).code(), Some("Refused"));
    }
}
