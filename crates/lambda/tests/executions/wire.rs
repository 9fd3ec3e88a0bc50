//! The sandbox under the SDK as its HTTP client, and what somebody does to requests on the way.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use http::{Method, Request};
use sandbox::{Reply, Sandbox};
use tokio_util::sync::CancellationToken;

/// A request, as somebody in between sees it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Of S3: bucket and key.
    pub(crate) path: String,
    pub(crate) body: Bytes,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is answered.
    #[default]
    Answered,
    /// It has its effect, and the answer is lost.
    Lost,
    /// S3 says that another write with a condition is under way.
    Conflict,
    /// It has its effect, and the function is killed before it knows.
    Killed,
    /// It has no effect, and nobody answers.
    Silent,
}

/// From requests to their fates.
pub(crate) type Fates = Arc<dyn Fn(&Asked) -> Fate + Send + Sync>;

/// The wire of one invocation.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) sandbox: Sandbox,
    pub(crate) fates: Fates,
    pub(crate) kill: CancellationToken,
}

impl Wire {
    /// The SDK's client whose requests go over this wire.
    pub(crate) fn http_client(self) -> SharedHttpClient {
        sandbox_connector::answering(move |request| {
            let wire = self.clone();
            async move { wire.exchange(request).await }
        })
    }

    async fn exchange(&self, request: Request<Bytes>) -> Reply {
        let path = percent_encoding::percent_decode_str(request.uri().path());
        let asked = Asked {
            method: request.method().clone(),
            path: path.decode_utf8_lossy().into_owned(),
            body: request.body().clone(),
        };
        let fate = (self.fates)(&asked);
        if fate == Fate::Conflict {
            return Reply::Response(conflict());
        }
        if fate == Fate::Silent {
            return std::future::pending().await;
        }
        let reply = self.sandbox.handle(request).await;
        match fate {
            Fate::Lost => Reply::Cut,
            Fate::Killed => self.killed().await,
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
