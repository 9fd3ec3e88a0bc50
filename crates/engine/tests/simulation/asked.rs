//! What a request asks for, read from its bytes.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use crate::reading::text;

/// What a request asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) operation: &'static str,
    pub(crate) region: String,
    /// The access key that signed it.
    pub(crate) key: String,
    pub(crate) body: Value,
    /// The role that is to be assumed.
    pub(crate) role_arn: String,
}

/// Operations that change something.
const CHANGES: [&str; 8] = [
    "CreateGraph",
    "CreateMembers",
    "DeleteMembers",
    "AcceptInvitation",
    "DeleteGraph",
    "StartMonitoringMember",
    "RejectInvitation",
    "DisassociateMembership",
];

impl Asked {
    pub(crate) fn of(request: &Request<Bytes>) -> Self {
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let scope = authorization.split("Credential=").nth(1).unwrap();
        let scope: Vec<_> = scope.split(['/', ',']).collect();
        let form: Vec<(String, String)> = match scope[3] {
            "sts" => form_urlencoded::parse(request.body())
                .into_owned()
                .collect(),
            _ => Vec::new(),
        };
        let parameter = |name: &str| {
            form.iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        Self {
            operation: match parameter("Action") {
                Some("GetCallerIdentity") => "GetCallerIdentity",
                Some("AssumeRole") => "AssumeRole",
                _ => operation(request.uri().path()),
            },
            region: scope[2].to_owned(),
            key: scope[0].to_owned(),
            body: serde_json::from_slice(request.body()).unwrap_or_default(),
            role_arn: parameter("RoleArn").unwrap_or_default().to_owned(),
        }
    }

    pub(crate) fn changes_something(&self) -> bool {
        CHANGES.contains(&self.operation)
    }

    /// The accounts that it names.
    pub(crate) fn accounts(&self) -> Vec<String> {
        let ids = self.body["AccountIds"]
            .as_array()
            .into_iter()
            .flatten()
            .map(text);
        let accounts = self.body["Accounts"].as_array().into_iter().flatten();
        let one = self.body["AccountId"].as_str().map(str::to_owned);
        ids.chain(one)
            .chain(accounts.map(|account| text(&account["AccountId"])))
            .collect()
    }

    pub(crate) fn graph_arn(&self) -> &str {
        self.body["GraphArn"].as_str().unwrap_or_default()
    }
}

fn operation(path: &str) -> &'static str {
    match path {
        "/graph" => "CreateGraph",
        "/graph/members" => "CreateMembers",
        "/graph/members/get" => "GetMembers",
        "/graph/members/list" => "ListMembers",
        "/graph/members/removal" => "DeleteMembers",
        "/graph/member/monitoringstate" => "StartMonitoringMember",
        "/graph/removal" => "DeleteGraph",
        "/graphs/list" => "ListGraphs",
        "/invitation" => "AcceptInvitation",
        "/invitation/removal" => "RejectInvitation",
        "/membership/removal" => "DisassociateMembership",
        "/listRegions" => "ListRegions",
        "/getRegionOptStatus" => "GetRegionOptStatus",
        _ => "another operation",
    }
}
