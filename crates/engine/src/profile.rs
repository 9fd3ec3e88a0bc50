//! From the AWS configuration files and the environment to the caller's credentials, as the AWS CLI
//! goes: a profile that was named goes before keys in the environment, those before `AWS_PROFILE`, and
//! that before what the machine has.
//!
//! What a profile has of its own (keys, a program, a token, IAM Identity Center, a sign-in) is the
//! SDK's business. The roles on top of it are assumed here: the SDK knows neither `mfa_serial` nor
//! `duration_seconds`.

use std::borrow::Cow;

use aws_config::Region;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::{self, Profile, ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use crate::failure::innermost;

/// The profile of those who name none.
const DEFAULT: &str = "default";

const ANYTHING: &str = "set AWS_PROFILE or --profile, sign in with `aws sso login` or `aws login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

/// What is wrong with the AWS configuration files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// They cannot be read.
    #[error("the AWS configuration files cannot be read: {0}")]
    Unreadable(String),
    /// A profile is not there.
    #[error("there is no profile {name:?} in the AWS configuration files{}: {}", wanted(.wanted_by), list(.known))]
    Missing {
        /// Its name.
        name: String,
        /// The profile that names it as its `source_profile`.
        wanted_by: Option<String>,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A role without anybody to assume it.
    #[error(
        "profile {profile:?} has a role_arn, and wants either a source_profile or a credential_source beside it"
    )]
    NoSource {
        /// Its name.
        profile: String,
    },
    /// Something else than the three that there are.
    #[error(
        "profile {profile:?}: there is no credential_source {source_name:?}; there are Environment, EcsContainer and Ec2InstanceMetadata"
    )]
    UnknownSource {
        /// Its name.
        profile: String,
        /// What it says.
        source_name: String,
    },
    /// Profiles that name each other.
    #[error("the profiles {} are each other's source_profile", .0.join(", "))]
    Loop(Vec<String>),
    /// A number that is none.
    #[error("profile {profile:?}: duration_seconds is {value:?}, and has to be from 900 to 43200")]
    Duration {
        /// Its name.
        profile: String,
        /// What it says.
        value: String,
    },
}

fn wanted(wanted_by: &Option<String>) -> String {
    let of = |profile: &String| format!(", which {profile:?} names as its source_profile");
    wanted_by.as_ref().map(of).unwrap_or_default()
}

fn list(names: &[String]) -> String {
    match names {
        [] => "there are no profiles at all; `aws configure` makes one".to_owned(),
        names => format!("there are {}", names.join(", ")),
    }
}

/// Where the caller's credentials come from.
pub(crate) struct Found {
    /// Those to begin with.
    pub(crate) base: SharedCredentialsProvider,
    /// What to do where there are none.
    pub(crate) advice: String,
    /// The roles that are assumed with them, one with the other.
    pub(crate) roles: Vec<Role>,
}

/// A role that a profile names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) external_id: Option<String>,
    pub(crate) session_name: Option<String>,
    pub(crate) seconds: Option<i32>,
    pub(crate) mfa_serial: Option<String>,
}

/// What providers of credentials are given.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// The network, the clock, and which kind of endpoints.
    pub(crate) config: ProviderConfig,
    /// Where services are asked that hand out credentials.
    pub(crate) region: Region,
}

/// Finds out where the caller's credentials come from. `named` is the profile that was named in so
/// many words.
///
/// # Errors
/// Where a profile is not there or contradicts itself.
pub(crate) async fn find(named: Option<&str>, machine: &Machine) -> Result<Found, ProfileError> {
    let name = named.map(|name| Cow::Owned(name.to_owned()));
    let profiles = profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), name)
        .await
        .map_err(|error| ProfileError::Unreadable(innermost(&error)))?;
    let selected = profiles.selected_profile();
    // Nobody has to have a profile called default.
    if named.is_some() || selected != DEFAULT {
        profile_of(&profiles, selected, None)?;
    }
    let environment = EnvironmentVariableCredentialsProvider::new();
    if named.is_none() && environment.provide_credentials().await.is_ok() {
        return Ok(Found::of(environment, ANYTHING));
    }
    let Some(profile) = profiles.get_profile(selected) else {
        return Ok(Found::of(machine.anything().await, ANYTHING));
    };
    let Chain { base, roles } = chain_of(&profiles, profile)?;
    let advice = match &base {
        Base::Profile(base) => advice(base),
        _ => format!("see profile {selected:?} of the AWS configuration files"),
    };
    let base = match base {
        Base::Profile(_) if roles.is_empty() && named.is_none() => machine.anything().await,
        Base::Profile(own) if roles.is_empty() => machine.own_or_of_machine(own.name()),
        Base::Profile(own) => SharedCredentialsProvider::new(machine.own(own.name())),
        Base::Keys(keys) => SharedCredentialsProvider::new(keys),
        Base::Environment => SharedCredentialsProvider::new(environment),
        Base::Container => SharedCredentialsProvider::new(machine.container()),
        Base::Instance => SharedCredentialsProvider::new(machine.instance()),
    };
    Ok(Found {
        base,
        advice,
        roles,
    })
}

impl Found {
    /// A key that was handed over.
    pub(crate) fn keys(id: &str, secret: &str) -> Self {
        Self::of(
            Credentials::new(id, secret, None, None, "endpoint"),
            ANYTHING,
        )
    }

    fn of(base: impl ProvideCredentials + 'static, advice: &str) -> Self {
        Self {
            base: SharedCredentialsProvider::new(base),
            advice: advice.to_owned(),
            roles: Vec::new(),
        }
    }
}

impl Machine {
    /// Whatever the SDK finds.
    async fn anything(&self) -> SharedCredentialsProvider {
        let chain = DefaultCredentialsChain::builder().configure(self.config.clone());
        let chain = chain.region(self.region.clone()).build().await;
        SharedCredentialsProvider::new(chain)
    }

    /// What a profile has of its own.
    fn own(&self, name: &str) -> ProfileFileCredentialsProvider {
        let provider = ProfileFileCredentialsProvider::builder().profile_name(name);
        let config = self.config.clone().with_region(Some(self.region.clone()));
        provider.configure(&config).build()
    }

    /// What a profile has of its own, or else the container or instance: keys in the environment are
    /// somebody else's.
    fn own_or_of_machine(&self, name: &str) -> SharedCredentialsProvider {
        let chain = CredentialsProviderChain::first_try("Profile", self.own(name))
            .or_else("EcsContainer", self.container())
            .or_else("Ec2InstanceMetadata", self.instance());
        SharedCredentialsProvider::new(chain)
    }

    fn container(&self) -> EcsCredentialsProvider {
        EcsCredentialsProvider::builder()
            .configure(&self.config)
            .build()
    }

    fn instance(&self) -> ImdsCredentialsProvider {
        ImdsCredentialsProvider::builder()
            .configure(&self.config)
            .build()
    }
}

/// Roles, and what the first of them is assumed with.
struct Chain<'a> {
    base: Base<'a>,
    roles: Vec<Role>,
}

enum Base<'a> {
    /// What a profile has of its own.
    Profile(&'a Profile),
    Keys(Credentials),
    Environment,
    Container,
    Instance,
}

/// Follows `source_profile` as the AWS CLI does: the roles of a profile, and what is below them.
fn chain_of<'a>(
    profiles: &'a ProfileSet,
    selected: &'a Profile,
) -> Result<Chain<'a>, ProfileError> {
    let (mut roles, mut seen, mut at) = (Vec::new(), Vec::new(), selected);
    let base = loop {
        seen.push(at.name().to_owned());
        // Keys of its own go before a role, but for the profile that was asked for.
        if let Some(keys) = keys(at).filter(|_| !roles.is_empty()) {
            break Base::Keys(keys);
        }
        let Some(role) = role(at)? else {
            break Base::Profile(at);
        };
        roles.push(role);
        match (at.get("source_profile"), at.get("credential_source")) {
            (Some(source), None) if source == at.name() => match keys(at) {
                Some(keys) => break Base::Keys(keys),
                None => return Err(ProfileError::Loop(seen)),
            },
            (Some(source), None) if seen.iter().any(|name| name == source) => {
                return Err(ProfileError::Loop(seen));
            }
            (Some(source), None) => at = profile_of(profiles, source, Some(at))?,
            (None, Some(source)) => break of_the_machine(at, source)?,
            (None, None) | (Some(_), Some(_)) => {
                let profile = at.name().to_owned();
                return Err(ProfileError::NoSource { profile });
            }
        }
    };
    roles.reverse();
    Ok(Chain { base, roles })
}

fn profile_of<'a>(
    profiles: &'a ProfileSet,
    name: &str,
    wanted_by: Option<&Profile>,
) -> Result<&'a Profile, ProfileError> {
    profiles.get_profile(name).ok_or_else(|| {
        let mut known: Vec<_> = profiles.profiles().map(str::to_owned).collect();
        known.sort();
        ProfileError::Missing {
            name: name.to_owned(),
            wanted_by: wanted_by.map(|profile| profile.name().to_owned()),
            known,
        }
    })
}

fn of_the_machine(profile: &Profile, source: &str) -> Result<Base<'static>, ProfileError> {
    match source.to_ascii_lowercase().as_str() {
        "environment" => Ok(Base::Environment),
        "ecscontainer" => Ok(Base::Container),
        "ec2instancemetadata" => Ok(Base::Instance),
        _ => Err(ProfileError::UnknownSource {
            profile: profile.name().to_owned(),
            source_name: source.to_owned(),
        }),
    }
}

/// The role of a profile. One with a web identity's token is assumed with that, which is the SDK's
/// business.
fn role(profile: &Profile) -> Result<Option<Role>, ProfileError> {
    let text = |key| profile.get(key).map(str::to_owned);
    let Some(arn) = text("role_arn").filter(|_| profile.get("web_identity_token_file").is_none())
    else {
        return Ok(None);
    };
    let seconds = profile.get("duration_seconds").map(|value| {
        let seconds = value.parse().ok().filter(|it| (900..=43_200).contains(it));
        seconds.ok_or_else(|| ProfileError::Duration {
            profile: profile.name().to_owned(),
            value: value.to_owned(),
        })
    });
    Ok(Some(Role {
        arn,
        external_id: text("external_id"),
        session_name: text("role_session_name"),
        seconds: seconds.transpose()?,
        mfa_serial: text("mfa_serial"),
    }))
}

fn keys(profile: &Profile) -> Option<Credentials> {
    let id = profile.get("aws_access_key_id")?;
    let secret = profile.get("aws_secret_access_key")?;
    let token = profile.get("aws_session_token").map(str::to_owned);
    Some(Credentials::new(id, secret, token, None, "Profile"))
}

/// What to do where a profile gives no credentials.
fn advice(profile: &Profile) -> String {
    let name = profile.name();
    if profile.get("sso_session").is_some() || profile.get("sso_start_url").is_some() {
        format!("sign in with `aws sso login --profile {name}`")
    } else if profile.get("login_session").is_some() {
        format!("sign in with `aws login --profile {name}`")
    } else if profile.get("credential_process").is_some() {
        format!("see what the credential_process of profile {name:?} says when it is run by hand")
    } else {
        ANYTHING.to_owned()
    }
}

#[cfg(test)]
mod tests;
