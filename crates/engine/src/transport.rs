//! What a connection that came to nothing means.
//!
//! Whether there was a connection at all decides: only then can the request have reached AWS. The SDK
//! hands the errors of its transport on as they are, so these are the errors of hyper, of rustls and of
//! the system; the tests below fail where the SDK comes to use others.

use std::error::Error;
use std::io;

use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use rustls::CertificateError;
use tower_service::Service;

use crate::failure::Failure;

/// Why a proxy did not lead to the host: hyper-util's own type, which has no public name.
type TunnelError = <Tunnel<HttpConnector> as Service<http::Uri>>::Error;

/// For a proxy's 407.
pub(crate) const WANTS_A_PASSWORD: &str = "the proxy wants a user name and a password, or does not know these: set HTTPS_PROXY=http://HOST:PORT with USER:PASSWORD and an @ before HOST";

/// The failure of a request whose connection could not be made, or was cut.
pub(crate) fn failure(source: Option<&(dyn Error + 'static)>) -> Failure {
    let Some(source) = source else {
        return Failure::unclear("the connection was cut");
    };
    if has_no_descriptor(source) {
        return Failure::crowded(
            "this process may not open more files: raise the limit (`ulimit -n 4096`), or lower --max-concurrency",
        );
    }
    let why = root(source);
    match is_connecting(source) {
        true => match barred(source) {
            Some(barred) => Failure::barred(&format!("no connection ({barred})")),
            None => Failure::silent(&format!("no connection ({why})")),
        },
        false => Failure::unclear(format!("the connection was cut ({why})")),
    }
}

/// What on the way let no connection through, if that is it.
fn barred(source: &(dyn Error + 'static)) -> Option<String> {
    find(source)
        .map(refused_by_proxy)
        .or_else(|| find(source).map(not_believed))
}

/// Whether it was the system that had no descriptor left for a socket (EMFILE, ENFILE).
pub(crate) fn has_no_descriptor(error: &(dyn Error + 'static)) -> bool {
    const NONE_LEFT: [i32; 2] = [24, 23];
    let is_it = |error: &io::Error| {
        let code = error.raw_os_error();
        cfg!(unix) && code.is_some_and(|code| NONE_LEFT.contains(&code))
    };
    chain(error).any(|error| error.downcast_ref().is_some_and(is_it))
}

fn is_connecting(error: &(dyn Error + 'static)) -> bool {
    find::<hyper_util::client::legacy::Error>(error).is_some_and(|error| error.is_connect())
}

fn refused_by_proxy(error: &TunnelError) -> String {
    match error {
        TunnelError::ProxyAuthRequired => WANTS_A_PASSWORD.to_owned(),
        TunnelError::TunnelUnsuccessful => "the proxy refuses to connect to this host: have it allowed there, or name it in NO_PROXY if it can be reached without".to_owned(),
        TunnelError::ConnectFailed(error) => format!(
            "the proxy cannot be reached: {}; is HTTPS_PROXY right?",
            root(error.as_ref())
        ),
        _ => format!("the proxy: {}", root(error)),
    }
}

fn not_believed(error: &rustls::Error) -> String {
    use CertificateError as Certificate;
    match error {
        rustls::Error::InvalidCertificate(
            Certificate::UnknownIssuer | Certificate::BadSignature,
        ) => "the certificate is of a CA that is not trusted here: where the network inspects TLS, set AWS_CA_BUNDLE, or ca_bundle in the profile, to a file with its CA in PEM form; where no CAs are installed, as in an empty container, install them (ca-certificates), or name a file of them with SSL_CERT_FILE".to_owned(),
        rustls::Error::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => "the certificate is of another host: something on the way answers in its place".to_owned(),
        rustls::Error::InvalidCertificate(
            Certificate::Expired
            | Certificate::ExpiredContext { .. }
            | Certificate::NotValidYet
            | Certificate::NotValidYetContext { .. },
        ) => "the certificate is not valid at this time: is the clock of this machine right?".to_owned(),
        error => format!("TLS: {error}"),
    }
}

/// The error and what it comes from. The payload of an `io::Error` is visited too: TLS and the proxy
/// wrap theirs in one, and `source` would skip it.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error.downcast_ref::<io::Error>().map(io::Error::get_ref) {
            Some(Some(payload)) => Some(payload as &(dyn Error + 'static)),
            Some(None) => None,
            None => error.source(),
        }
    })
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    chain(error).last().unwrap_or(error)
}

#[cfg(test)]
mod tests {
    use aws_smithy_async::rt::sleep::TokioSleep;
    use aws_smithy_types::retry::RetryConfig;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::failure::FailureKind;

    /// What becomes of a request to a port, with the client of a real run.
    async fn asked(port: u16) -> Failure {
        let keys = aws_credential_types::Credentials::new("AKID", "secret", None, None, "test");
        let config = aws_sdk_sts::Config::builder()
            .behavior_version(aws_sdk_sts::config::BehaviorVersion::latest())
            .http_client(crate::http::network(None, 1).await.unwrap())
            .sleep_impl(TokioSleep::new())
            .region(aws_sdk_sts::config::Region::new("us-east-1"))
            .credentials_provider(keys)
            .retry_config(RetryConfig::disabled())
            .endpoint_url(format!("http://127.0.0.1:{port}"))
            .build();
        let asked = aws_sdk_sts::Client::from_conf(config).get_caller_identity();
        Failure::from(asked.send().await.unwrap_err())
    }

    #[tokio::test]
    async fn a_refused_connection_is_silence() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let failure = asked(port).await;
        assert_eq!(failure.kind, FailureKind::Silent, "{failure}");
        assert!(failure.text.starts_with("no connection ("), "{failure}");
    }

    #[tokio::test]
    async fn a_connection_that_is_cut_before_the_answer_is_unclear() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = async {
            let (stream, _): (TcpStream, _) = listener.accept().await.unwrap();
            stream.readable().await.unwrap();
        };
        let (failure, ()) = tokio::join!(asked(port), cut);
        assert_eq!(failure.kind, FailureKind::Unclear, "{failure}");
        assert!(
            failure.text.starts_with("the connection was cut"),
            "{failure}"
        );
    }

    #[test]
    fn no_descriptor_is_neither_silence_nor_a_cut() {
        for code in [23, 24] {
            let none = io::Error::other(io::Error::from_raw_os_error(code));
            let failure = failure(Some(&none));
            assert_eq!(failure.kind, FailureKind::Crowded);
            assert!(failure.text.contains("ulimit -n"), "{failure}");
        }
        let refused = io::Error::from_raw_os_error(111);
        assert_eq!(failure(Some(&refused)).kind, FailureKind::Unclear);
    }

    #[test]
    fn what_tls_and_a_proxy_say_is_found_below_two_wrappings() {
        let untrusted = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, untrusted));
        assert!(barred(&wrapped).unwrap().contains("AWS_CA_BUNDLE"));
        let refused = io::Error::other(TunnelError::ProxyAuthRequired);
        assert!(barred(&refused).unwrap().contains("USER:PASSWORD"));
    }
}
