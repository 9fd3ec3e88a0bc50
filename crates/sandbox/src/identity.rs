//! Asking another STS whose keys are whose, so that the sandbox can stand beside another emulator
//! as its Detective.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::OnceCell;

use crate::account::AccountId;
use crate::clock::Clock;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Answers are about 400 bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// An STS that knows the accounts behind access keys (GetAccessKeyInfo).
#[derive(Clone, Debug)]
pub struct Identity {
    url: Uri,
    http: Client<HttpConnector, Full<Bytes>>,
    known: Arc<Mutex<Known>>,
}

/// Answers by key, and keys that are being asked for.
type Known = BTreeMap<String, Arc<OnceCell<Option<AccountId>>>>;

/// The URL of the STS cannot be used, or the STS cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The URL is not one.
    #[error("`{0}` is not an http:// URL with a host")]
    Url(String),
    /// The STS did not answer in time.
    #[error("{0} did not answer within 10 s")]
    Silent(Uri),
    /// The STS could not be asked.
    #[error("{0} cannot be asked: {1}")]
    Unreachable(Uri, #[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Identity {
    /// An identity service at that URL. It is not asked before the first unknown key turns up.
    ///
    /// # Errors
    ///
    /// If the text is not an `http://` URL.
    pub fn ask(url: &str) -> Result<Identity, IdentityError> {
        let bad = || IdentityError::Url(url.to_owned());
        let parsed: Uri = url.parse().map_err(|_| bad())?;
        if parsed.scheme_str() != Some("http") || parsed.authority().is_none() {
            return Err(bad());
        }
        let http = Client::builder(TokioExecutor::new()).build_http();
        Ok(Identity {
            url: parsed,
            http,
            known: Arc::default(),
        })
    }

    /// The account behind `key`, as `asker` is told. The STS is asked once for each key, and again only if it could not
    /// be asked.
    pub(crate) async fn account_of(
        &self,
        key: &str,
        asker: AccountId,
        clock: Clock,
    ) -> Result<Option<AccountId>, IdentityError> {
        let cell = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(key.to_owned()).or_default())
        };
        let account = cell
            .get_or_try_init(|| self.look_up(key, asker, clock))
            .await
            .copied();
        // Keys that belong to nobody could be without number.
        if !matches!(account, Ok(Some(_))) {
            self.known
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(key);
        }
        account
    }

    async fn look_up(
        &self,
        key: &str,
        asker: AccountId,
        clock: Clock,
    ) -> Result<Option<AccountId>, IdentityError> {
        let work = async {
            let response = self.http.request(self.question(key, asker)?).await?;
            let body = Limited::new(response.into_body(), MAX_ANSWER)
                .collect()
                .await?;
            Ok(account_in(&String::from_utf8_lossy(&body.to_bytes())))
        };
        clock
            .within(PATIENCE, work)
            .await
            .ok_or_else(|| IdentityError::Silent(self.url.clone()))?
            .map_err(|error| IdentityError::Unreachable(self.url.clone(), error))
    }

    fn question(&self, key: &str, asker: AccountId) -> Result<Request<Full<Bytes>>, http::Error> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", "GetAccessKeyInfo")
            .append_pair("Version", "2011-06-15")
            .append_pair("AccessKeyId", key)
            .finish();
        // A key of twelve digits is that account in MiniStack, as it is here. Signatures are not
        // needed, but the service is told by the credential scope.
        let scope = format!("{asker}/20260101/us-east-1/sts/aws4_request");
        let signature = "0".repeat(64);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={signature}"
        );
        Request::builder()
            .method(Method::POST)
            .uri(self.url.clone())
            .header(
                header::CONTENT_TYPE,
                "application/x-www-form-urlencoded; charset=utf-8",
            )
            .header(header::AUTHORIZATION, authorization)
            .header("x-amz-date", "20260101T000000Z")
            .body(Full::new(body.into()))
    }
}

/// The account in an answer; an error has none.
fn account_in(xml: &str) -> Option<AccountId> {
    let (_, rest) = xml.split_once("<Account>")?;
    rest.split_once("</Account>")?.0.trim().parse().ok()
}
