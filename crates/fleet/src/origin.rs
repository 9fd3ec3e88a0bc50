//! Where a document comes from: which program made it, in whose name, and by which list.

use std::fmt::{self, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::account::Email;
use crate::command_line::Flags;
use crate::foreign::visible;
use crate::language::Language;
use crate::saved::{SavedPlan, Stale};
use crate::shell;

/// Who made a document, and by which list; what is not known is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The version of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_version: Option<String>,
    /// The ARN of who was calling; an e-mail in it is masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The list of accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<ListOrigin>,
    /// The flags that commands to be copied need again. No document holds them: what it tells to do has them.
    #[serde(skip)]
    pub flags: Flags,
    /// The saved plan that was executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanOrigin>,
    /// Who approved what was removed, where somebody had to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
}

/// Which saved plan it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanOrigin {
    /// The file, or the key of the object; an e-mail in it is masked.
    pub name: String,
    /// Its digest, as it stands in it.
    pub digest: String,
    /// When it was made.
    pub made: Timestamp,
    /// The ARN of who made it; an e-mail in it is masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planner: Option<String>,
    /// In AWS, who copied it to where it is executed, and so approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<Uploader>,
    /// Why it was not executed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
}

impl PlanOrigin {
    /// The saved plan of that name.
    #[must_use]
    pub fn of(name: &str, saved: &SavedPlan) -> Self {
        Self {
            name: visible(&Email::mask_in(name)),
            digest: saved.digest().to_owned(),
            made: saved.plan.header.started,
            planner: saved.plan.header.origin.caller.clone(),
            approver: None,
            stale: None,
        }
    }

    /// What a run says that executes it.
    #[must_use]
    pub fn note(&self) -> String {
        let by = self.planner.as_ref();
        let by = by.map(|caller| format!(" by {caller}"));
        let approver = self.approver.as_ref();
        let approver = approver.map(|who| format!(", was approved by {who}"));
        format!(
            "this executes the plan in {}, which was saved at {:.0}{}{}, and nothing else",
            self.name,
            self.made,
            by.unwrap_or_default(),
            approver.unwrap_or_default()
        )
    }
}

/// Which list it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListOrigin {
    /// The file, or the key of the upload; an e-mail in it is masked.
    pub name: String,
    /// Whether the name is another one: an e-mail in it is masked, or a character is written out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
    /// Its version in the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// SHA-256 of its bytes, in hexadecimal digits; left out where it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Who uploaded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploader: Option<Uploader>,
}

/// Who uploaded a list, as far as S3's event says. The principal is in CloudTrail's data events, under
/// the request id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Uploader {
    /// The account id, or the AWS service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip_address: Option<String>,
    /// What S3 calls the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Who approved removals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// What IAM calls the principal in `aws:userid`: an id, and the name of the session of a role. An
    /// e-mail in it is masked.
    pub principal: String,
    /// When, as S3 says.
    pub at: Timestamp,
    /// SHA-256 of what was approved, in hexadecimal digits.
    pub sha256: String,
}

impl Approval {
    /// By that principal, of what has that hash.
    #[must_use]
    pub fn by(principal: &str, at: Timestamp, sha256: &str) -> Self {
        Self {
            principal: harmless(principal),
            at,
            sha256: sha256.to_owned(),
        }
    }
}

impl fmt::Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told_in(Language::English))
    }
}

impl Approval {
    /// Who and when, in that language.
    #[must_use]
    pub fn told_in(&self, language: Language) -> String {
        let at = language.minute(self.at);
        match language {
            Language::English => format!("{}, at {at}", self.principal),
            Language::Japanese => format!("{} ({at})", self.principal),
        }
    }
}

impl Origin {
    /// Of that version of the program.
    #[must_use]
    pub fn of_version(version: &str) -> Self {
        Self {
            product_version: Some(version.to_owned()),
            ..Self::default()
        }
    }

    /// In the name of that principal.
    #[must_use]
    pub fn called_by(mut self, arn: &str) -> Self {
        self.caller = Some(Email::mask_in(arn));
        self
    }

    /// Of a document that anybody may have written: what it says can be shown.
    #[must_use]
    pub(crate) fn harmless(mut self) -> Self {
        let in_place = |text: &mut String| *text = visible(&Email::mask_in(text));
        self.product_version.iter_mut().for_each(in_place);
        self.caller.iter_mut().for_each(in_place);
        if let Some(list) = &mut self.list {
            in_place(&mut list.name);
            list.version.iter_mut().for_each(in_place);
            list.sha256.iter_mut().for_each(in_place);
            list.uploader = list.uploader.take().map(Uploader::harmless);
        }
        if let Some(plan) = &mut self.plan {
            in_place(&mut plan.name);
            in_place(&mut plan.digest);
            plan.planner.iter_mut().for_each(in_place);
            plan.approver = plan.approver.take().map(Uploader::harmless);
            // What has moved is told by the document that has it.
            plan.stale = None;
        }
        if let Some(approval) = &mut self.approval {
            in_place(&mut approval.principal);
            in_place(&mut approval.sha256);
        }
        self
    }

    /// By that list, if there is one.
    #[must_use]
    pub fn by(mut self, list: Option<ListOrigin>) -> Self {
        self.list = list;
        self
    }

    /// With that approval, if there is one.
    #[must_use]
    pub fn approved(mut self, approval: Option<Approval>) -> Self {
        self.approval = approval;
        self
    }
}

impl ListOrigin {
    /// The list of that name with these bytes.
    #[must_use]
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        Self {
            sha256: Some(sha256(bytes)),
            ..Self::named(name)
        }
    }

    /// The list of that name, of which nothing else is known.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let shown = visible(&Email::mask_in(name));
        Self {
            masked: shown != name,
            name: shown,
            version: None,
            sha256: None,
            uploader: None,
        }
    }

    /// Its name as a word of a command: as it was typed. An upload has a name of its own in the bucket, and the last part of
    /// it is what whoever has uploaded it calls the file.
    #[must_use]
    pub fn typed(&self) -> String {
        let name = match (&self.version, self.name.rsplit_once('/')) {
            (Some(_), Some((_, file))) => file,
            _ => &self.name,
        };
        shell::path(name).into_owned()
    }
}

impl Uploader {
    /// What was said of who uploaded it; `None` where that is nothing.
    #[must_use]
    pub fn said(
        requester: Option<&str>,
        source_ip_address: Option<&str>,
        request_id: Option<&str>,
    ) -> Option<Self> {
        let uploader = Self {
            requester: requester.map(str::to_owned),
            source_ip_address: source_ip_address.map(str::to_owned),
            request_id: request_id.map(str::to_owned),
        };
        // Whoever starts an execution by hand can say anything.
        (uploader != Self::default()).then(|| uploader.harmless())
    }

    fn harmless(self) -> Self {
        let text = |text: Option<String>| text.map(|text| harmless(&text));
        Self {
            requester: text(self.requester),
            source_ip_address: text(self.source_ip_address),
            request_id: text(self.request_id),
        }
    }
}

impl fmt::Display for Uploader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told_in(Language::English))
    }
}

impl Uploader {
    /// Who and from where, in that language.
    #[must_use]
    pub fn told_in(&self, language: Language) -> String {
        let who = self.requester.as_deref();
        let from = self.source_ip_address.as_deref();
        match (language, from) {
            (Language::English, None) => who.unwrap_or("somebody").to_owned(),
            (Language::English, Some(from)) => {
                format!("{}, from {from}", who.unwrap_or("somebody"))
            }
            (Language::Japanese, None) => who.unwrap_or("不明").to_owned(),
            (Language::Japanese, Some(from)) => {
                format!("{} (IP アドレス {from})", who.unwrap_or("不明"))
            }
        }
    }
}

fn harmless(text: &str) -> String {
    let text: String = text.chars().take(MOST_CHARS).collect();
    visible(&Email::mask_in(&text))
}

/// SHA-256, in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// More than a principal, an address or a request id has.
const MOST_CHARS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn what_is_not_known_is_left_out_and_e_mails_are_masked() {
        let text = |origin: &Origin| serde_json::to_string(origin).unwrap();
        assert_eq!(text(&Origin::default()), "{}");
        let origin = Origin::of_version("1.2.3")
            .called_by("arn:aws:sts::111111111111:assumed-role/R/root@example.com")
            .by(Some(ListOrigin::named("of root@example.com\u{1b}.csv")));
        assert_eq!(
            text(&origin),
            r#"{"product_version":"1.2.3","caller":"arn:aws:sts::111111111111:assumed-role/R/r***@example.com","list":{"name":"of r***@example.com[U+001B].csv","masked":true}}"#
        );
        assert_eq!(
            serde_json::from_str::<Origin>(&text(&origin)).unwrap(),
            origin
        );
    }

    #[test]
    fn a_list_is_named_as_it_was_typed() {
        let list = |name: &str| ListOrigin::named(name);
        for (name, typed) in [
            ("lists/a.csv", "lists/a.csv"),
            ("my list.csv", "'my list.csv'"),
            ("it's.csv", r"'it'\''s.csv'"),
            ("本番.csv", "'本番.csv'"),
            ("of root@example.com", "'of r***@example.com'"),
        ] {
            assert_eq!(list(name).typed(), typed);
        }
        let version = Some("V".to_owned());
        let upload = ListOrigin {
            version,
            ..list("enable/prod/a b.csv")
        };
        assert_eq!(upload.typed(), "'a b.csv'");
    }

    #[test]
    fn a_hash_is_what_sha256sum_says() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
    }

    #[test]
    fn who_approved_is_told_without_an_e_mail() {
        let at = "2027-01-15T08:09:10Z".parse().unwrap();
        let approval = Approval::by("AROA1:alice@example.com\u{1b}", at, "ab");
        let told = "AROA1:a***@example.com[U+001B], at 2027-01-15 08:09 UTC";
        assert_eq!(approval.to_string(), told);
        let origin = Origin::default().approved(Some(approval));
        assert_eq!(
            serde_json::to_value(&origin).unwrap(),
            serde_json::json!({"approval": {
                "principal": "AROA1:a***@example.com[U+001B]", "at": "2027-01-15T08:09:10Z", "sha256": "ab",
            }})
        );
    }

    #[test]
    fn what_a_foreign_document_says_of_a_plan_is_harmless() {
        let origin: Origin = serde_json::from_value(serde_json::json!({"plan": {
            "name": "a\u{1b}", "digest": "b\u{1b}", "made": "2027-01-15T08:09:10Z", "planner": "c@example.com",
            "approver": {"requester": "d\u{1b}"}, "stale": {"refused": "expired", "details": "2027-01-15T08:09:10Z"},
        }}))
        .unwrap();
        let plan = origin.harmless().plan.unwrap();
        assert_eq!(plan.digest, "b[U+001B]");
        assert_eq!(
            plan.note(),
            "this executes the plan in a[U+001B], which was saved at 2027-01-15T08:09:10Z by c***@example.com, was approved by d[U+001B], and nothing else"
        );
    }

    #[test]
    fn what_an_event_says_of_the_uploader_is_harmless() {
        assert_eq!(Uploader::said(None, None, None), None);
        let long = "x".repeat(1000);
        let said = Uploader::said(Some("1111\n2222"), Some(&long), None).unwrap();
        assert_eq!(said.requester.as_deref(), Some("1111 2222"));
        let short = Uploader::said(Some("1111"), Some("10.0.0.1"), Some("r")).unwrap();
        assert_eq!(short.to_string(), "1111, from 10.0.0.1");
        let nobody = Uploader::said(None, None, Some("r")).unwrap();
        assert_eq!(nobody.to_string(), "somebody");
        assert_eq!(said.source_ip_address.map(|it| it.len()), Some(MOST_CHARS));
    }
}
