use aws_runtime::env_config::file::EnvConfigFileKind;

use super::*;

async fn profiles(text: &str) -> ProfileSet {
    let files = EnvConfigFiles::builder()
        .with_contents(EnvConfigFileKind::Config, text)
        .build();
    let (fs, env) = (Fs::from_slice(&[]), Env::from_slice(&[]));
    profile::load(&fs, &env, &files, None).await.unwrap()
}

async fn chain(text: &str, name: &str) -> Result<(String, Vec<Role>), ProfileError> {
    let profiles = profiles(text).await;
    let chain = chain_of(&profiles, profile_of(&profiles, name, None)?)?;
    let base = match chain.base {
        Base::Profile(profile) => format!("profile {}", profile.name()),
        Base::Keys(keys) => keys.access_key_id().to_owned(),
        Base::Environment => "environment".to_owned(),
        Base::Container => "container".to_owned(),
        Base::Instance => "instance".to_owned(),
    };
    Ok((base, chain.roles))
}

fn role(name: &str) -> Role {
    Role {
        arn: format!("arn:aws:iam::111122223333:role/{name}"),
        external_id: None,
        session_name: None,
        seconds: None,
        mfa_serial: None,
    }
}

const CHAINS: &str = "
[default]
role_arn = arn:aws:iam::111122223333:role/own
source_profile = default
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = secret
[profile keys]
aws_access_key_id = AKIAKEYS
aws_secret_access_key = secret
role_arn = arn:aws:iam::111122223333:role/not-this-one
source_profile = nobody
[profile sso]
sso_session = corporate
[profile one]
role_arn = arn:aws:iam::111122223333:role/one
source_profile = keys
[profile two]
role_arn = arn:aws:iam::111122223333:role/two
source_profile = one
external_id = id
role_session_name = me
duration_seconds = 43200
mfa_serial = arn:aws:iam::111122223333:mfa/me
[profile onto]
role_arn = arn:aws:iam::111122223333:role/onto
source_profile = sso
[profile web]
role_arn = arn:aws:iam::111122223333:role/web
web_identity_token_file = /token
[profile here]
role_arn = arn:aws:iam::111122223333:role/here
credential_source = environment
[profile there]
role_arn = arn:aws:iam::111122223333:role/there
credential_source = EcsContainer
[profile instance]
role_arn = arn:aws:iam::111122223333:role/instance
credential_source = Ec2InstanceMetadata
";

#[tokio::test]
async fn roles_are_followed_to_what_they_are_assumed_with() {
    let two = Role {
        external_id: Some("id".into()),
        session_name: Some("me".into()),
        seconds: Some(43_200),
        mfa_serial: Some("arn:aws:iam::111122223333:mfa/me".into()),
        ..role("two")
    };
    for (name, base, roles) in [
        ("default", "AKIADEFAULT", vec![role("own")]),
        ("one", "AKIAKEYS", vec![role("one")]),
        ("two", "AKIAKEYS", vec![role("one"), two]),
        ("sso", "profile sso", vec![]),
        ("onto", "profile sso", vec![role("onto")]),
        ("web", "profile web", vec![]),
        ("here", "environment", vec![role("here")]),
        ("there", "container", vec![role("there")]),
        ("instance", "instance", vec![role("instance")]),
    ] {
        let expected = Ok((base.to_owned(), roles));
        assert_eq!(chain(CHAINS, name).await, expected, "{name}");
    }
}

#[tokio::test]
async fn what_does_not_lead_anywhere_is_said() {
    let role = "role_arn = arn:aws:iam::111122223333:role/x";
    for (text, words) in [
        (
            "source_profile = b\n[profile b]\nregion = x".to_owned(),
            None,
        ),
        (
            "source_profile = c\n[profile b]".to_owned(),
            Some(
                "no profile \"c\" in the AWS configuration files, which \"a\" names as its source_profile: there are a, b",
            ),
        ),
        (
            format!("source_profile = b\n[profile b]\n{role}\nsource_profile = a"),
            Some("the profiles a, b are each other's source_profile"),
        ),
        ("source_profile = a".to_owned(), Some("the profiles a are")),
        (
            String::new(),
            Some("either a source_profile or a credential_source"),
        ),
        (
            "source_profile = a\ncredential_source = Environment".to_owned(),
            Some("either a source_profile or a credential_source"),
        ),
        (
            "credential_source = Lambda".to_owned(),
            Some("no credential_source \"Lambda\""),
        ),
        (
            "credential_source = Environment\nduration_seconds = 60".to_owned(),
            Some("duration_seconds is \"60\""),
        ),
    ] {
        let text = format!("[profile a]\n{role}\n{text}\n");
        let said = chain(&text, "a").await.err().map(|error| error.to_string());
        match words {
            None => assert_eq!(said, None, "{text}"),
            Some(words) => assert!(
                said.as_ref().is_some_and(|it| it.contains(words)),
                "{said:?}"
            ),
        }
    }
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_named_with_those_that_are() {
    let said = |text| async move { chain(text, "nope").await.unwrap_err().to_string() };
    assert_eq!(
        said("[profile b]\nregion = x\n[profile a]\nregion = x").await,
        "there is no profile \"nope\" in the AWS configuration files: there are a, b"
    );
    assert!(said("").await.contains("`aws configure` makes one"));
}

#[tokio::test]
async fn keys_of_a_profile_are_whole() {
    let text = "[profile session]\naws_access_key_id = ASIASESSION\naws_secret_access_key = secret\naws_session_token = token\n[profile one]\nrole_arn = arn:aws:iam::111122223333:role/one\nsource_profile = session\n";
    let profiles = profiles(text).await;
    let one = profile_of(&profiles, "one", None).unwrap();
    let Base::Keys(keys) = chain_of(&profiles, one).unwrap().base else {
        panic!("no keys")
    };
    assert_eq!(keys.access_key_id(), "ASIASESSION");
    assert_eq!(keys.secret_access_key(), "secret");
    assert_eq!(keys.session_token(), Some("token"));
}
