//! The sandbox under an AWS SDK as its HTTP client, without a socket.
//!
//! Tests plug it into the product in the place of the network: [`http_client`] leads every request to
//! a sandbox, and [`answering`] to a function of the test's own, which may ask a sandbox in turn.

use std::fmt;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;
use sandbox::{Reply, Sandbox};

/// What comes back for a request.
#[derive(Debug)]
pub enum Answer {
    /// What a sandbox says.
    Reply(Reply),
    /// 200 with a body of any kind, for answers that AWS would not give.
    Body(SdkBody),
    /// None: the system could not make the connection, and nothing was sent.
    NoConnection(std::io::Error),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

/// A client whose requests all reach `sandbox`.
pub fn http_client(sandbox: Sandbox) -> SharedHttpClient {
    answering(move |request| {
        let sandbox = sandbox.clone();
        async move { sandbox.handle(request).await }
    })
}

/// A client whose requests are all answered by `answer`.
pub fn answering<F, R>(answer: F) -> SharedHttpClient
where
    F: Fn(Request<Bytes>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output: Into<Answer>> + Send + 'static,
{
    SharedHttpClient::new(Connector(answer))
}

#[derive(Clone)]
struct Connector<F>(F);

impl<F> fmt::Debug for Connector<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl<F, R> HttpClient for Connector<F>
where
    F: Fn(Request<Bytes>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output: Into<Answer>> + Send + 'static,
{
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl<F, R> HttpConnector for Connector<F>
where
    F: Fn(Request<Bytes>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output: Into<Answer>> + Send + 'static,
{
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self(answer) = self.clone();
        HttpConnectorFuture::new(async move {
            let request = request_of(request).await?;
            match answer(request).await.into() {
                Answer::Body(body) => Ok(HttpResponse::new(
                    StatusCode::try_from(200)
                        .map_err(|error| ConnectorError::other(error.into(), None))?,
                    body,
                )),
                Answer::NoConnection(error) => Err(ConnectorError::io(error.into())),
                Answer::Reply(Reply::Response(response)) => response
                    .map(|body: Bytes| SdkBody::from(body))
                    .try_into()
                    .map_err(|error| ConnectorError::user(Box::new(error))),
                Answer::Reply(Reply::Cut) => {
                    Err(ConnectorError::io("the connection was cut".into()))
                }
                Answer::Reply(Reply::Silence) => std::future::pending().await,
            }
        })
    }
}

/// The request with its whole body.
async fn request_of(request: HttpRequest) -> Result<Request<Bytes>, ConnectorError> {
    let request = request
        .try_into_http1x()
        .map_err(|error| ConnectorError::user(error.into()))?;
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(ConnectorError::user)?;
    Ok(Request::from_parts(head, body.to_bytes()))
}
