//! What carries requests: connections, the way through a company's proxy, and whom TLS believes.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::Duration;

use aws_config::profile::{self, ProfileSet};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_types::os_shim_internal::{Env, Fs};
use fleet::account::Email;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::failure::innermost;
use crate::lookup::Lookups;
use crate::{clock, transport};

/// How long a connection that nobody uses is kept: AWS ends its own after some 20 s, and each one is a
/// descriptor.
const IDLE: Duration = Duration::from_secs(5);

/// How often, and how far apart, a connection is tried for which there is no descriptor: 3 s, within the
/// time that an attempt has.
const ROOM_TRIES: usize = 12;
const ROOM_PAUSE: Duration = Duration::from_millis(250);

/// Why AWS cannot be reached as the environment and the profile want it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// A variable does not name a proxy. The value is not shown: it may hold a password.
    #[error(
        "{variable} is not the URL of a proxy{scheme}: write http://HOST:PORT, with USER:PASSWORD and an @ before HOST where it asks for them; in the user name and the password, write %40 for an @ and %3A for a :"
    )]
    Proxy {
        /// Such as `HTTPS_PROXY`.
        variable: &'static str,
        /// What is wrong with its scheme, where that is it.
        scheme: String,
    },
    /// The file of trusted CAs cannot be used.
    #[error("{origin} names {}, {why}: name a file with the CA's certificate in PEM form", path.display())]
    CaBundle {
        /// What names the file.
        origin: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The AWS configuration files cannot be read.
    #[error("{0}")]
    Profiles(String),
}

/// The network as the environment and the profile describe it, for the SDK's clients.
///
/// Proxies come from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or not; the
/// CAs from `AWS_CA_BUNDLE`, else from the profile's `ca_bundle`, else from the system
/// (docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html).
///
/// # Errors
/// Where one of these cannot be used; the message says which, and what to do.
pub async fn network(
    profile: Option<&str>,
    idle_per_host: usize,
) -> Result<SharedHttpClient, NetworkError> {
    let env = Env::real();
    check_proxies(&env)?;
    let trust = trust(&env, profile).await?;
    Ok(carrier(&trust, idle_per_host))
}

/// To what is on this machine, whatever the environment and the profile say of the way to others.
pub(crate) fn loopback(idle_per_host: usize) -> SharedHttpClient {
    carrier(&TlsContext::default(), idle_per_host)
}

fn carrier(trust: &TlsContext, idle_per_host: usize) -> SharedHttpClient {
    let lookups = Lookups::default();
    let client = |proxy: ProxyConfig| {
        let (trust, lookups) = (trust.clone(), lookups.clone());
        Builder::new().build_with_connector_fn(move |settings, components| {
            let mut connector = Connector::builder()
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(trust.clone())
                .proxy_config(proxy.clone())
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(idle_per_host);
            connector.set_connector_settings(settings.cloned());
            connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
            connector.build_with_resolver(lookups.clone())
        })
    };
    SharedHttpClient::new(Carrier {
        direct: client(ProxyConfig::disabled()),
        proxied: client(ProxyConfig::from_env()),
        warned: Arc::new(Once::new()),
    })
}

/// Through the proxy, but for what is on this machine.
#[derive(Debug)]
struct Carrier {
    direct: SharedHttpClient,
    proxied: SharedHttpClient,
    warned: Arc<Once>,
}

impl HttpClient for Carrier {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(CarrierConnector {
            direct: self.direct.http_connector(settings, components),
            proxied: self.proxied.http_connector(settings, components),
            warned: self.warned.clone(),
        })
    }
}

#[derive(Debug)]
struct CarrierConnector {
    direct: SharedHttpConnector,
    proxied: SharedHttpConnector,
    warned: Arc<Once>,
}

impl HttpConnector for CarrierConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri();
        if is_on_this_machine(uri) {
            let connector = self.direct.clone();
            return HttpConnectorFuture::new(until_there_is_room(connector, request));
        }
        if uri.starts_with("http://") {
            self.warned.call_once(|| warn_of_plain_http(uri));
        }
        let connector = self.proxied.clone();
        HttpConnectorFuture::new(until_there_is_room(connector, request))
    }
}

/// Without a descriptor nothing was sent, and one that waits for its next request is soon given back.
async fn until_there_is_room(
    connector: SharedHttpConnector,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    for _ in 0..ROOM_TRIES {
        // A request whose body is a stream cannot be sent twice: there is none here.
        let Some(copy) = request.try_clone() else {
            break;
        };
        match connector.call(copy).await {
            Err(error) if transport::has_no_descriptor(&error) => clock::sleep(ROOM_PAUSE).await,
            answer => return answer,
        }
    }
    connector.call(request).await
}

/// Whoever is on the way reads e-mails, and credentials as STS hands them out.
fn warn_of_plain_http(uri: &str) {
    tracing::warn!(
        "the endpoint {} is not encrypted: everybody on the way reads what AWS is asked and answers, credentials too; use https://",
        shown_endpoint(uri)
    );
}

/// Where requests go, for people: a password in front of the host is nobody's business.
pub(crate) fn shown_endpoint(url: &str) -> String {
    let parsed: Option<http::Uri> = url.parse().ok();
    let shown = parsed.and_then(|uri| {
        let port = uri
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        Some(format!("{}://{}{port}", uri.scheme_str()?, uri.host()?))
    });
    shown.unwrap_or_else(|| Email::mask_in(url))
}

/// Loopback and link-local addresses: an emulated AWS, and where a machine's own credentials come from.
/// No proxy can reach them for us.
fn is_on_this_machine(uri: &str) -> bool {
    let Ok(uri) = uri.parse::<http::Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        // fd00:ec2::254 is the instance's metadata, fd00:ec2::23 a pod's credentials.
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        Err(_) => host.eq_ignore_ascii_case("localhost") || host.ends_with(".localhost"),
    }
}

const PROXIES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// The SDK takes what it does not understand for no proxy at all, and connects past it.
fn check_proxies(env: &Env) -> Result<(), NetworkError> {
    PROXIES.into_iter().try_for_each(|variable| {
        let value = env.get(variable).unwrap_or_default();
        check_proxy(&value).map_err(|scheme| NetworkError::Proxy { variable, scheme })
    })
}

/// Says what is wrong with the scheme; an empty text where the rest is.
fn check_proxy(value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Ok(());
    }
    let uri: http::Uri = value.parse().map_err(|_| String::new())?;
    match uri.scheme_str() {
        None | Some("http" | "https") => {}
        Some(scheme) => return Err(format!(" that can be used ({scheme}:// is not supported)")),
    }
    let authority = uri.authority().map_or("", |it| it.as_str());
    // The SDK takes what is behind the first @ for the host.
    match authority.is_empty() || authority.matches('@').count() > 1 {
        true => Err(String::new()),
        false => Ok(()),
    }
}

async fn trust(env: &Env, profile: Option<&str>) -> Result<TlsContext, NetworkError> {
    let bundle = match ca_bundle(env, profile).await? {
        None => TrustStore::default(),
        // In place of the system's, as in the AWS CLI.
        Some((origin, path)) => {
            let pem =
                read_bundle(&path).map_err(|why| NetworkError::CaBundle { origin, path, why })?;
            TrustStore::empty().with_pem_certificate(pem)
        }
    };
    let context = TlsContext::builder().with_trust_store(bundle).build();
    context.map_err(|error| NetworkError::Profiles(error.to_string()))
}

/// The file of CAs that is to be trusted, and what names it.
async fn ca_bundle(
    env: &Env,
    profile: Option<&str>,
) -> Result<Option<(&'static str, PathBuf)>, NetworkError> {
    if let Ok(path) = env.get("AWS_CA_BUNDLE") {
        return Ok((!path.is_empty()).then(|| ("AWS_CA_BUNDLE", path.into())));
    }
    let profiles = profiles(env, profile).await?;
    let path = profiles.get("ca_bundle");
    Ok(path.map(|path| ("ca_bundle of the profile", home(env, path))))
}

async fn profiles(env: &Env, profile: Option<&str>) -> Result<ProfileSet, NetworkError> {
    let name = profile.map(|name| name.to_owned().into());
    let files = EnvConfigFiles::default();
    profile::load(&Fs::real(), env, &files, name)
        .await
        .map_err(|error| NetworkError::Profiles(innermost(&error)))
}

/// A path in the configuration may begin with `~`, as in the AWS CLI.
fn home(env: &Env, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), env.get("HOME")) {
        (Some(rest), Ok(home)) => Path::new(&home).join(rest),
        _ => path.into(),
    }
}

/// The SDK panics over a file that TLS cannot use.
fn read_bundle(path: &Path) -> Result<Vec<u8>, String> {
    let pem = std::fs::read(path).map_err(|error| format!("which cannot be read ({error})"))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|_| "which is not in PEM form".to_owned())?;
    if certificates.is_empty() {
        return Err("in which there is no certificate in PEM form".to_owned());
    }
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        let taken = store.add(certificate);
        taken.map_err(|error| format!("which has a certificate that cannot be used ({error})"))?;
    }
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_requests_go_is_told_without_a_password() {
        for (url, shown) in [
            (
                "http://user:secret@example.com:1/path",
                "http://example.com:1",
            ),
            ("https://sts.amazonaws.com/", "https://sts.amazonaws.com"),
            ("user@example.com", "u***@example.com"),
        ] {
            assert_eq!(shown_endpoint(url), shown);
        }
    }

    #[test]
    fn what_is_on_this_machine_needs_no_proxy() {
        for here in [
            "http://127.0.0.1:4566/x",
            "http://localhost:4566",
            "http://[::1]:1/",
            "http://169.254.169.254/latest",
            "http://[fd00:ec2::254]/",
        ] {
            assert!(is_on_this_machine(here), "{here}");
        }
        for elsewhere in [
            "https://sts.us-east-1.amazonaws.com",
            "http://10.0.0.1:4566",
            "http://localhost.example.com",
        ] {
            assert!(!is_on_this_machine(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn a_proxy_is_a_url_or_a_host_with_a_port() {
        for good in [
            "",
            "http://proxy:3128",
            "https://me:p%40ss@proxy.example.com:8443",
            "proxy:3128",
        ] {
            assert_eq!(check_proxy(good), Ok(()), "{good}");
        }
        assert!(check_proxy("socks5://proxy:1080").is_err_and(|it| it.contains("socks5")));
        for bad in ["http://", "http://me:p@ss@proxy:1", "not a proxy"] {
            assert!(check_proxy(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn the_environment_names_the_cas_before_the_profile_does() {
        let env = |bundle: &[(&str, &str)]| Env::from_slice(bundle);
        let found = ca_bundle(&env(&[("AWS_CA_BUNDLE", "/a.pem")]), None).await;
        assert_eq!(found, Ok(Some(("AWS_CA_BUNDLE", "/a.pem".into()))));
        let found = ca_bundle(&env(&[("AWS_CA_BUNDLE", "")]), None).await;
        assert_eq!(found, Ok(None));
    }

    #[test]
    fn a_file_that_is_no_list_of_cas_is_refused() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(read_bundle(&path).is_err_and(|why| why.contains("no certificate")));
        let none = read_bundle(Path::new("/nowhere/ca.pem"));
        assert!(none.is_err_and(|why| why.contains("cannot be read")));
    }
}
