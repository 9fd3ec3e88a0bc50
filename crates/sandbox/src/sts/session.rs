//! What all operations have in common that hand out the session of a role.

use std::time::Duration;

use super::{check_length, constraint, invalid, role_id};
use crate::account::AccountId;
use crate::call::Call;
use crate::calls::Assumed;
use crate::clock::later;
use crate::policy::{MANAGED_POLICIES, Malformed, Policy};
use crate::region::Region;
use crate::service::Service;
use crate::state::{Session, State};
use crate::wire::{CommonError, Element, Failure, parameters};
use crate::world::Role;

/// How long a session lasts if nothing is asked for.
const DEFAULT: Duration = Duration::from_secs(3600);

/// How long the text of a session policy can be.
const POLICY: usize = 2048;

/// What a caller asks for.
pub(super) struct Wanted {
    pub(super) arn: String,
    pub(super) account: AccountId,
    pub(super) role: String,
    pub(super) session: String,
    pub(super) duration: Duration,
    /// In whose name the session is to be.
    pub(super) source_identity: Option<String>,
    /// The policies that the session is limited to, and how much of the room for them they take.
    policies: Option<(Vec<Policy>, usize)>,
}

/// A session that was handed out, and its key.
pub(super) struct Granted {
    pub(super) session: Session,
    key: String,
    secret: String,
    packed: Option<usize>,
}

impl Wanted {
    /// Reads the parameters that all those operations have.
    pub(super) fn read(call: &Call<'_>) -> Result<Wanted, Failure> {
        let arn = call.text_parameter("RoleArn", 20, 2048)?;
        let session = call.text_parameter("RoleSessionName", 2, 64)?;
        check_characters("RoleSessionName", &session, "+=,.@-", r"[\w+=,.@-]*")?;
        let duration = duration(call)?;
        let policies = policies(call)?;
        let (account, role) = role_of(&arn).ok_or_else(|| invalid(format!("{arn} is invalid")))?;
        Ok(Wanted {
            arn,
            account,
            role,
            session,
            duration,
            source_identity: source_identity(call)?,
            policies,
        })
    }

    /// The role, if it is there and its account is not suspended.
    pub(super) fn role<'a>(&self, call: &Call<'a>) -> Option<&'a Role> {
        let account = call.world.accounts.get(&self.account);
        let suspended = account.is_some_and(|account| account.suspended)
            || call.world.is_closed(self.account, call.elapsed);
        call.world
            .role(self.account, &self.role)
            .filter(|_| !suspended)
    }

    /// Hands out the session.
    pub(super) fn grant(
        self,
        call: &Call<'_>,
        state: &mut State,
        role: &Role,
    ) -> Result<Granted, Failure> {
        if self.duration > role.max_session {
            return Err(invalid(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            ));
        }
        // The Region has to be on in the role's account too (AWS knowledge center,
        // iam-validate-access-credentials).
        if !call.world.is_on(self.account, call.region, call.elapsed) {
            return Err(CommonError::UnknownKey.of(Service::Sts));
        }
        let (_, mut random) = state.random_stream(self.account, None, "session");
        let (policies, packed) = self.policies.unzip();
        let session = Session {
            account: self.account,
            role: self.role,
            name: self.session,
            token: random.secret(344),
            expires: later(call.now, self.duration),
            version_1: is_version_1(call, self.account),
            policies,
            source_identity: self.source_identity,
        };
        state.calls.assumed(Assumed {
            at: call.now,
            by: call.caller.arn(),
            session: session.arn(),
            source_identity: session.source_identity.clone(),
            policy: call.parameter("Policy"),
        });
        let key = format!("ASIA{}", random.base32(16));
        let secret = random.secret(40);
        state.remember(key.clone(), session.clone(), call.now);
        Ok(Granted {
            session,
            key,
            secret,
            packed,
        })
    }
}

impl Granted {
    pub(super) fn credentials(&self) -> Element {
        let members = vec![
            Element::text("AccessKeyId", self.key.as_str()),
            Element::text("SecretAccessKey", self.secret.as_str()),
            Element::text("SessionToken", self.session.token.as_str()),
            Element::text("Expiration", format!("{:.0}", self.session.expires)),
        ];
        Element::of("Credentials", members)
    }

    pub(super) fn user(&self) -> Element {
        let id = format!("{}:{}", role_id(&self.session), self.session.name);
        let members = vec![
            Element::text("AssumedRoleId", id),
            Element::text("Arn", self.session.arn()),
        ];
        Element::of("AssumedRoleUser", members)
    }

    pub(super) fn source_identity(&self) -> Option<Element> {
        let name = self.session.source_identity.as_deref()?;
        Some(Element::text("SourceIdentity", name.to_owned()))
    }

    /// How full the room for policies is, in per cent.
    pub(super) fn packed(&self) -> Option<Element> {
        let packed = self.packed?;
        Some(Element::text("PackedPolicySize", packed.to_string()))
    }
}

fn source_identity(call: &Call<'_>) -> Result<Option<String>, Failure> {
    let Some(name) = call.parameter("SourceIdentity") else {
        return Ok(None);
    };
    check_length("SourceIdentity", &name, 2, 64)?;
    check_characters("SourceIdentity", &name, "+=,.@-", r"[\w+=,.@-]*")?;
    Ok(Some(name))
}

fn duration(call: &Call<'_>) -> Result<Duration, Failure> {
    let Some(text) = call.parameter("DurationSeconds") else {
        return Ok(DEFAULT);
    };
    let value = format!("'{text}'");
    let seconds: u64 = text
        .parse()
        .map_err(|_| constraint(&value, "DurationSeconds", "Member must be an integer"))?;
    let bound = match seconds {
        ..900 => "greater than or equal to 900",
        900..=43_200 => return Ok(Duration::from_secs(seconds)),
        43_201.. => "less than or equal to 43200",
    };
    Err(constraint(
        &value,
        "DurationSeconds",
        &format!("Member must have value {bound}"),
    ))
}

/// The policies that the session is limited to, in the request or by their ARNs.
fn policies(call: &Call<'_>) -> Result<Option<(Vec<Policy>, usize)>, Failure> {
    let inline = call.parameter("Policy");
    let arns = parameters(call.query, call.body, |name| {
        name.strip_prefix("PolicyArns.member.")
            .is_some_and(|rest| rest.ends_with(".arn"))
    });
    if inline.is_none() && arns.is_empty() {
        return Ok(None);
    }
    // Ten policies by their ARNs at most (STS API reference, AssumeRole).
    check_length("PolicyArns", &"x".repeat(arns.len()), 0, 10)?;
    let mut policies = Vec::new();
    let mut length: usize = arns.iter().map(String::len).sum();
    if let Some(text) = inline {
        check_length("Policy", &text, 1, POLICY)?;
        length += text.len();
        policies.push(Policy::parse(&text).map_err(malformed)?);
    }
    for arn in arns {
        let own = call.world.policies.get(&arn);
        let managed = || MANAGED_POLICIES.iter().find(|(known, _)| *known == arn);
        let text = own.map(String::as_str).or_else(|| Some(managed()?.1));
        // UNVERIFIED wording.
        let missing = || Malformed(format!("The policy {arn} does not exist."));
        let text = text.ok_or_else(missing).map_err(malformed)?;
        policies.push(Policy::parse(text).map_err(malformed)?);
    }
    Ok(Some((policies, (length * 100).div_ceil(POLICY).min(100))))
}

fn malformed(Malformed(message): Malformed) -> Failure {
    Failure::new(
        http::StatusCode::BAD_REQUEST,
        "MalformedPolicyDocument",
        message,
    )
}

/// Sessions of the global endpoint are of version 1 unless the account chose otherwise (IAM user
/// guide, id_credentials_temp_enable-regions).
fn is_version_1(call: &Call<'_>, account: AccountId) -> bool {
    let global = call.global_host
        || (call.world.global_sts && Some(call.region) == Region::named("us-east-1"));
    global
        && call
            .world
            .accounts
            .get(&account)
            .is_none_or(|account| !account.version_2_tokens)
}

fn role_of(arn: &str) -> Option<(AccountId, String)> {
    let (account, role) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    Some((account.parse().ok()?, role.to_owned()))
}

/// Checks that a text holds letters, digits, underscores and `more` only.
pub(super) fn check_characters(
    name: &str,
    text: &str,
    more: &str,
    pattern: &str,
) -> Result<(), Failure> {
    if text
        .chars()
        .all(|it| it.is_ascii_alphanumeric() || it == '_' || more.contains(it))
    {
        return Ok(());
    }
    let what = format!("Member must satisfy regular expression pattern: {pattern}");
    Err(constraint(&format!("'{text}'"), name, &what))
}
