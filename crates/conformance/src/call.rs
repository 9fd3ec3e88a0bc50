//! The calls of Detective, as one account makes them. What was throttled is asked again, and what
//! only reads is asked again where its answer was lost, too; a change is not.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use aws_runtime::retries::classifiers::THROTTLING_ERRORS;
use aws_sdk_detective::Client;
use aws_sdk_detective::types::{Account, DatasourcePackage, MemberDetail, UnprocessedAccount};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use engine::{Failure, clock};
use fleet::account::AccountId;

/// How often something is asked at most.
const MOST: u32 = 6;
/// Whoever gives more pages than these never ends.
const MOST_PAGES: usize = 20;

/// One account in one Region of Detective.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) Client);

/// A request that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) kind: Kind,
    /// AWS's error code.
    pub(crate) code: Arc<str>,
    /// Code and message; they may name somebody.
    pub(crate) words: Arc<str>,
}

/// What a refusal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Detective's own answer.
    Said,
    /// IAM, or the state of the account, kept Detective from answering.
    NotAllowed,
    /// It was too fast.
    Throttled,
    /// It may have been done or not.
    Unclear,
}

/// Codes that say something of the caller, and nothing of Detective.
const OF_THE_CALLER: [&str; 9] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "NoCredentials",
    "OptInRequired",
    "RegionDisabledException",
    "SubscriptionRequiredException",
    "UnrecognizedClientException",
];

impl Refusal {
    /// Why a question stays open.
    pub(crate) fn why(&self) -> String {
        let words = crate::words::scrubbed(&self.words);
        match self.kind {
            Kind::Said => format!("Detective refused what it takes: {words}"),
            Kind::NotAllowed => format!("the profile may not ask it: {words}"),
            Kind::Throttled => format!("it was throttled again and again: {words}"),
            Kind::Unclear => format!("the answer was lost: {words}"),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let is_throttled = THROTTLING_ERRORS.contains(&&*failure.code);
        // As IAM words every refusal of its own (IAM user guide, troubleshoot_access-denied).
        let is_iams = failure.text.contains("not authorized to perform");
        let kind = match &*failure.code {
            "TooManyRequestsException" => Kind::Throttled,
            _ if is_throttled => Kind::Throttled,
            code if is_iams || OF_THE_CALLER.contains(&code) => Kind::NotAllowed,
            _ if failure.is_transient() => Kind::Unclear,
            _ => Kind::Said,
        };
        Self {
            kind,
            code: failure.code,
            words: failure.text,
        }
    }
}

/// Whether asking again does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    Reads,
    Changes,
}

/// How the accounts of a batch fared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    /// Their statuses.
    pub(crate) listed: BTreeMap<String, String>,
    /// Why they were left out.
    pub(crate) unprocessed: BTreeMap<String, String>,
}

/// What ListMembers says of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) status: String,
    pub(crate) disabled_reason: Option<String>,
}

async fn ask<T, E, F>(nature: Nature, call: impl Fn() -> F) -> Result<T, Refusal>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let mut asked = 1;
    loop {
        let refusal = match call().await {
            Ok(answer) => return Ok(answer),
            Err(error) => Refusal::from(Failure::from(error)),
        };
        let again = match refusal.kind {
            Kind::Throttled => true,
            Kind::Unclear => nature == Nature::Reads,
            Kind::Said | Kind::NotAllowed => false,
        };
        if !again || asked == MOST {
            return Err(refusal);
        }
        clock::sleep(Duration::from_secs(1 << asked)).await;
        asked += 1;
    }
}

impl Caller {
    /// `detective:CreateGraph`: the ARN.
    pub(crate) async fn create_graph(&self, tags: &[(&str, &str)]) -> Result<String, Refusal> {
        let tags = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let call = self.0.create_graph().set_tags(Some(tags.collect()));
        let output = ask(Nature::Changes, || call.clone().send()).await?;
        Ok(output.graph_arn.unwrap_or_default())
    }

    /// `detective:ListGraphs`, all pages: ARNs.
    pub(crate) async fn list_graphs(&self) -> Result<Vec<String>, Refusal> {
        let mut arns = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call = self.0.list_graphs().set_next_token(token);
            let page = ask(Nature::Reads, || call.clone().send()).await?;
            let graphs = page.graph_list.unwrap_or_default();
            arns.extend(graphs.into_iter().filter_map(|graph| graph.arn));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(arns)
    }

    /// One `detective:ListGraphs`, and no other where it is refused.
    pub(crate) async fn list_graphs_once(&self) -> Result<(), Refusal> {
        let answer = self.0.list_graphs().send().await;
        answer.map_err(Failure::from)?;
        Ok(())
    }

    /// `detective:DeleteGraph`.
    pub(crate) async fn delete_graph(&self, graph: &str) -> Result<(), Refusal> {
        let call = self.0.delete_graph().graph_arn(graph);
        ask(Nature::Changes, || call.clone().send()).await?;
        Ok(())
    }

    /// `detective:ListTagsForResource`.
    pub(crate) async fn tags(&self, graph: &str) -> Result<BTreeMap<String, String>, Refusal> {
        let call = self.0.list_tags_for_resource().resource_arn(graph);
        let output = ask(Nature::Reads, || call.clone().send()).await?;
        Ok(output.tags.unwrap_or_default().into_iter().collect())
    }

    /// `detective:CreateMembers`, without mails.
    pub(crate) async fn create_member(
        &self,
        graph: &str,
        account: AccountId,
        email: &str,
    ) -> Result<Batch, Refusal> {
        let account = Account::builder()
            .account_id(account.to_string())
            .email_address(email);
        let account = account.build().map_err(|error| Refusal {
            kind: Kind::NotAllowed,
            code: "RequestNotBuilt".into(),
            words: error.to_string().into(),
        })?;
        let call = self.0.create_members().graph_arn(graph).accounts(account);
        let call = call.disable_email_notification(true);
        let output = ask(Nature::Changes, || call.clone().send()).await?;
        Ok(Batch::of(output.members, output.unprocessed_accounts))
    }

    /// `detective:GetMembers` of one account.
    pub(crate) async fn get_member(
        &self,
        graph: &str,
        account: AccountId,
    ) -> Result<Batch, Refusal> {
        let call = self.0.get_members().graph_arn(graph);
        let call = call.account_ids(account.to_string());
        let output = ask(Nature::Reads, || call.clone().send()).await?;
        Ok(Batch::of(
            output.member_details,
            output.unprocessed_accounts,
        ))
    }

    /// `detective:ListMembers`, all pages: what is said of each account.
    pub(crate) async fn list_members(
        &self,
        graph: &str,
    ) -> Result<BTreeMap<String, Entry>, Refusal> {
        let mut members = BTreeMap::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call = self.0.list_members().graph_arn(graph).set_next_token(token);
            let page = ask(Nature::Reads, || call.clone().send()).await?;
            let details = page.member_details.unwrap_or_default();
            members.extend(details.into_iter().filter_map(entry));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(members)
    }

    /// `detective:DeleteMembers`.
    pub(crate) async fn delete_members(
        &self,
        graph: &str,
        accounts: Vec<String>,
    ) -> Result<(), Refusal> {
        let call = self.0.delete_members().graph_arn(graph);
        let call = call.set_account_ids(Some(accounts));
        ask(Nature::Changes, || call.clone().send()).await?;
        Ok(())
    }

    /// `detective:StartMonitoringMember`.
    pub(crate) async fn monitor(&self, graph: &str, account: AccountId) -> Result<(), Refusal> {
        let call = self.0.start_monitoring_member().graph_arn(graph);
        let call = call.account_id(account.to_string());
        ask(Nature::Changes, || call.clone().send()).await?;
        Ok(())
    }

    /// `detective:AcceptInvitation`.
    pub(crate) async fn accept(&self, graph: &str) -> Result<(), Refusal> {
        let call = self.0.accept_invitation().graph_arn(graph);
        ask(Nature::Changes, || call.clone().send()).await?;
        Ok(())
    }

    /// `detective:DisassociateMembership`.
    pub(crate) async fn disassociate(&self, graph: &str) -> Result<(), Refusal> {
        let call = self.0.disassociate_membership().graph_arn(graph);
        ask(Nature::Changes, || call.clone().send()).await?;
        Ok(())
    }

    /// `detective:ListDatasourcePackages`, all pages: the state of each.
    pub(crate) async fn packages(&self, graph: &str) -> Result<BTreeMap<String, String>, Refusal> {
        let mut states = BTreeMap::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call = self.0.list_datasource_packages().graph_arn(graph);
            let call = call.set_next_token(token);
            let page = ask(Nature::Reads, || call.clone().send()).await?;
            for (package, detail) in page.datasource_packages.unwrap_or_default() {
                let state = detail.datasource_package_ingest_state;
                let state = state.map_or_else(String::new, |state| state.as_str().to_owned());
                states.insert(package.as_str().to_owned(), state);
            }
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(states)
    }

    /// `detective:UpdateDatasourcePackages` with one package.
    pub(crate) async fn start_package(&self, graph: &str, package: &str) -> Result<(), Refusal> {
        let call = self.0.update_datasource_packages().graph_arn(graph);
        let call = call.datasource_packages(DatasourcePackage::from(package));
        ask(Nature::Changes, || call.clone().send()).await?;
        Ok(())
    }
}

impl Batch {
    fn of(
        details: Option<Vec<MemberDetail>>,
        unprocessed: Option<Vec<UnprocessedAccount>>,
    ) -> Self {
        let details = details.unwrap_or_default().into_iter();
        let unprocessed = unprocessed.unwrap_or_default().into_iter();
        Self {
            listed: details
                .filter_map(entry)
                .map(|(account, entry)| (account, entry.status))
                .collect(),
            unprocessed: unprocessed
                .filter_map(|it| Some((it.account_id?, it.reason.unwrap_or_default())))
                .collect(),
        }
    }

    /// The status of that account.
    pub(crate) fn status(&self, account: AccountId) -> Option<&str> {
        self.listed.get(&account.to_string()).map(String::as_str)
    }

    /// Why that account was left out.
    pub(crate) fn reason(&self, account: AccountId) -> Option<&str> {
        self.unprocessed
            .get(&account.to_string())
            .map(String::as_str)
    }
}

fn entry(detail: MemberDetail) -> Option<(String, Entry)> {
    let entry = Entry {
        status: detail.status?.as_str().to_owned(),
        disabled_reason: detail.disabled_reason.map(|it| it.as_str().to_owned()),
    };
    Some((detail.account_id?, entry))
}
