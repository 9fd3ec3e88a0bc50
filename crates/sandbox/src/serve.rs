//! The sandbox as a TCP server.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::emulator::Reply;
use crate::sandbox::Sandbox;

/// The largest body that is read. The largest that any operation takes is about 20 kB.
const MAX_BODY: usize = 1024 * 1024;
/// How long a client may take to send a body.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a connection may be idle, or take to send its headers: longer than clients keep theirs
/// for the next request (90 s in hyper's pool), so that they do not meet one that just closed.
const IDLE: Duration = Duration::from_secs(120);
/// How long to wait when no connection can be taken, for want of file descriptors most likely.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves the sandbox on `listener` until `stop` ends; connections still open are closed then.
///
/// # Errors
///
/// When the address of `listener` cannot be told. A connection that fails harms no other.
pub async fn serve(
    listener: TcpListener,
    sandbox: Sandbox,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    // Whoever listens elsewhere wants to be found under names that nobody knows here.
    let any_host = !listener.local_addr()?.ip().is_loopback();
    let mut stop = pin!(stop);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = &mut stop => return Ok(()),
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(converse(stream, sandbox.clone(), any_host)); }
                Err(_) => sandbox.clock().sleep(PAUSE).await,
            },
        }
    }
}

async fn converse(stream: TcpStream, sandbox: Sandbox, any_host: bool) {
    // Replies are small: waiting to fill packets would add 40 ms to some of them. If it cannot be
    // set, replies are slower and nothing else.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| respond(request, sandbox.clone(), any_host));
    // How a connection ends is the client's affair, and a cut one ends with the error below.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The connection was cut on purpose.
#[derive(Debug, thiserror::Error)]
#[error("cut")]
struct Cut;

async fn respond(
    request: Request<Incoming>,
    sandbox: Sandbox,
    any_host: bool,
) -> Result<Response<Full<Bytes>>, Cut> {
    if is_of_a_page(request.headers(), any_host) {
        return Ok(refusal(StatusCode::FORBIDDEN));
    }
    let request = match read(request, sandbox.clock()).await {
        Ok(request) => request,
        Err(status) => return Ok(refusal(status)),
    };
    match sandbox.handle(request).await {
        Reply::Response(response) => Ok(response.map(Full::new)),
        Reply::Cut => Err(Cut),
        Reply::Silence => match std::future::pending::<Infallible>().await {},
    }
}

/// Whether a page in a browser sends this: it says where it comes from, or has found this address under
/// a name of its own. AWS's names are nobody else's.
fn is_of_a_page(headers: &HeaderMap, any_host: bool) -> bool {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    let host = host.unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    };
    let is_loopback = ["127.0.0.1", "localhost", "[::1]"].contains(&name);
    let is_aws = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"]
        .iter()
        .any(|end| name.ends_with(end));
    headers.contains_key(header::ORIGIN) || !(any_host || is_loopback || is_aws)
}

async fn read(request: Request<Incoming>, clock: Clock) -> Result<Request<Bytes>, StatusCode> {
    let (head, body) = request.into_parts();
    let body = clock
        .within(PATIENCE, Limited::new(body, MAX_BODY).collect())
        .await;
    match body {
        Some(Ok(body)) => Ok(Request::from_parts(head, body.to_bytes())),
        Some(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(StatusCode::PAYLOAD_TOO_LARGE)
        }
        Some(Err(_)) => Err(StatusCode::BAD_REQUEST),
        None => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// The rest of the body is not read, so the connection cannot be used again.
fn refusal(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONNECTION, http::HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_listens_elsewhere_is_found_under_any_name() {
        let of = |host: &str| HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
        for (host, on_loopback, elsewhere) in [
            ("127.0.0.1:4566", false, false),
            ("api.detective.us-east-1.amazonaws.com", false, false),
            ("detective:4566", true, false),
        ] {
            assert_eq!(is_of_a_page(&of(host), false), on_loopback, "{host}");
            assert_eq!(is_of_a_page(&of(host), true), elsewhere, "{host}");
        }
        let mut page = of("127.0.0.1:4566");
        page.insert(header::ORIGIN, header::HeaderValue::from_static("null"));
        assert!(is_of_a_page(&page, false) && is_of_a_page(&page, true));
    }
}
