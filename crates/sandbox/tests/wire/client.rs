//! A client for tests: requests as an SDK shapes them, replies as JSON.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use sandbox::{Clock, Reply, Sandbox, World};
use serde_json::{Value, json};

/// A sandbox on a clock that begins on 1 January 2026.
pub(super) fn start(world: World) -> Sandbox {
    Sandbox::new(
        world,
        Clock::starting_at("2026-01-01T00:00:00Z".parse().unwrap()),
    )
}

/// Somebody who calls a sandbox.
pub(super) struct Client<'a> {
    pub(super) sandbox: &'a Sandbox,
    pub(super) key: String,
    pub(super) token: Option<String>,
    pub(super) region: &'a str,
}

impl<'a> Client<'a> {
    /// The administrator, in us-east-1.
    pub(super) fn administrator(sandbox: &'a Sandbox) -> Client<'a> {
        Client::with_key(sandbox, &sandbox.access_key().0)
    }

    /// Whoever has that key; a key of twelve digits is that account.
    pub(super) fn with_key(sandbox: &'a Sandbox, key: &str) -> Client<'a> {
        Client {
            sandbox,
            key: key.to_owned(),
            token: None,
            region: "us-east-1",
        }
    }

    /// The same in another Region.
    pub(super) fn in_region(self, region: &'a str) -> Client<'a> {
        Client { region, ..self }
    }

    pub(super) fn request(
        &self,
        service: &str,
        method: Method,
        uri: &str,
        body: Bytes,
    ) -> Request<Bytes> {
        let scope = format!(
            "{}/20260101/{}/{service}/aws4_request",
            self.key, self.region
        );
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", authorization);
        if let Some(token) = &self.token {
            request = request.header("x-amz-security-token", token);
        }
        request.body(body).unwrap()
    }

    pub(super) async fn send(
        &self,
        service: &str,
        method: Method,
        uri: &str,
        body: Bytes,
    ) -> Response<Bytes> {
        match self
            .sandbox
            .handle(self.request(service, method, uri, body))
            .await
        {
            Reply::Response(response) => response,
            other => panic!("{other:?}"),
        }
    }

    /// Status, error code and JSON of a Detective call.
    pub(super) async fn detective(
        &self,
        method: Method,
        uri: &str,
        input: Value,
    ) -> (StatusCode, String, Value) {
        let response = self
            .send("detective", method, uri, input.to_string().into())
            .await;
        let code = response
            .headers()
            .get("x-amzn-errortype")
            .map(|code| code.to_str().unwrap().to_owned());
        let body = if response.body().is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(response.body()).unwrap()
        };
        (response.status(), code.unwrap_or_default(), body)
    }

    /// The JSON of a Detective call that has to succeed.
    pub(super) async fn post(&self, uri: &str, input: Value) -> Value {
        let (status, code, body) = self.detective(Method::POST, uri, input).await;
        assert!(status.is_success(), "{uri}: {status} {code} {body}");
        body
    }

    /// The code of the error that a Detective call has to answer.
    pub(super) async fn refused(&self, method: Method, uri: &str, input: Value) -> String {
        let (status, code, body) = self.detective(method, uri, input).await;
        assert!(!status.is_success(), "{uri}: {status} {body}");
        code
    }

    /// Creates a graph and answers its ARN.
    pub(super) async fn graph(&self) -> String {
        self.post("/graph", json!({})).await["GraphArn"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Invites accounts with the right e-mails.
    pub(super) async fn invite(&self, arn: &str, roster: &[(String, String)]) -> Value {
        let accounts: Vec<Value> = roster
            .iter()
            .map(|(id, email)| json!({ "AccountId": id, "EmailAddress": email }))
            .collect();
        self.post(
            "/graph/members",
            json!({ "GraphArn": arn, "Accounts": accounts }),
        )
        .await
    }

    /// The status of a member, if it is one.
    pub(super) async fn status(&self, arn: &str, id: &str) -> Option<String> {
        let answer = self
            .post(
                "/graph/members/get",
                json!({ "GraphArn": arn, "AccountIds": [id] }),
            )
            .await;
        answer["MemberDetails"][0]["Status"]
            .as_str()
            .map(str::to_owned)
    }

    pub(super) async fn accept(&self, arn: &str) -> (StatusCode, String, Value) {
        self.detective(Method::PUT, "/invitation", json!({ "GraphArn": arn }))
            .await
    }

    /// An STS call: status and XML.
    pub(super) async fn sts(&self, parameters: &[(&str, &str)]) -> (StatusCode, String) {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        let response = self.send("sts", Method::POST, "/", body.into()).await;
        (
            response.status(),
            String::from_utf8(response.body().to_vec()).unwrap(),
        )
    }

    /// A client with the credentials of that role, which has to let itself be assumed.
    pub(super) async fn assume(&self, role_arn: &str) -> Client<'a> {
        let (status, xml) = self
            .sts(&[
                ("Action", "AssumeRole"),
                ("RoleArn", role_arn),
                ("RoleSessionName", "test"),
            ])
            .await;
        assert_eq!(status, StatusCode::OK, "{xml}");
        let key = between(&xml, "AccessKeyId").to_owned();
        Client {
            key,
            token: Some(between(&xml, "SessionToken").to_owned()),
            ..*self
        }
    }
}

/// The text of the first such element.
pub(super) fn between<'x>(xml: &'x str, element: &str) -> &'x str {
    let rest = xml
        .split_once(&format!("<{element}>"))
        .unwrap_or_else(|| panic!("no {element} in {xml}"))
        .1;
    rest.split_once('<').unwrap().0
}
