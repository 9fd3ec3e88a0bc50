//! The sandbox under the SDK as its HTTP client, and what somebody does to requests on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use engine::clock;
use http::{Method, Request};
use http_body_util::BodyExt;
use sandbox::{Reply, Sandbox};
use tokio_util::sync::CancellationToken;

/// A request, as somebody in between sees it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Which of the stage's invocations sent it, from 1.
    pub(crate) invocation: usize,
    /// Which of that invocation's requests it is, from 1.
    pub(crate) number: usize,
    pub(crate) method: Method,
    /// Of S3: bucket and key.
    pub(crate) path: String,
    pub(crate) body: Bytes,
}

impl Asked {
    /// Whether it writes that object.
    pub(crate) fn puts(&self, key: &str) -> bool {
        self.method == Method::PUT && self.path == format!("/{}/{key}", crate::stage::BUCKET)
    }
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is answered.
    #[default]
    Answered,
    /// It takes longer to get there.
    Late(Duration),
    /// It has its effect, and the answer is lost.
    Lost,
    /// S3 says that another write with a condition is under way.
    Conflict,
    /// The function is killed before it is sent.
    KilledBefore,
    /// The function is killed once it has had its effect.
    KilledAfter,
}

/// From requests to their fates.
pub(crate) type Fates = Arc<dyn Fn(&Asked) -> Fate + Send + Sync>;

/// The wire of one invocation.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) sandbox: Sandbox,
    pub(crate) fates: Fates,
    pub(crate) invocation: usize,
    pub(crate) sent: Arc<AtomicUsize>,
    pub(crate) kill: CancellationToken,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl Wire {
    async fn send(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let user = |error| ConnectorError::user(error);
        let request = request.try_into_http1x().map_err(|it| user(it.into()))?;
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(user)?.to_bytes();
        match self.exchange(Request::from_parts(parts, body)).await {
            Reply::Response(response) => response
                .map(|body: Bytes| SdkBody::from(body))
                .try_into()
                .map_err(|error| ConnectorError::user(Box::new(error))),
            Reply::Cut => Err(ConnectorError::io("the connection was cut".into())),
            Reply::Silence => std::future::pending().await,
        }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Reply {
        let path = percent_encoding::percent_decode_str(request.uri().path());
        let asked = Asked {
            invocation: self.invocation,
            number: self.sent.fetch_add(1, Ordering::Relaxed) + 1,
            method: request.method().clone(),
            path: path.decode_utf8_lossy().into_owned(),
            body: request.body().clone(),
        };
        let fate = (self.fates)(&asked);
        match fate {
            Fate::KilledBefore => return self.killed().await,
            Fate::Late(by) => clock::sleep(by).await,
            Fate::Conflict => return Reply::Response(conflict()),
            Fate::Answered | Fate::Lost | Fate::KilledAfter => {}
        }
        let reply = self.sandbox.handle(request).await;
        match fate {
            Fate::Lost => Reply::Cut,
            Fate::KilledAfter => self.killed().await,
            _ => reply,
        }
    }

    async fn killed(&self) -> Reply {
        self.kill.cancel();
        std::future::pending().await
    }
}

fn conflict() -> http::Response<Bytes> {
    let body = "<Error><Code>ConditionalRequestConflict</Code><Message>again</Message></Error>";
    let response = http::Response::builder().status(409);
    response.body(Bytes::from_static(body.as_bytes())).unwrap()
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().send(request))
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
