//! The sandbox as a TCP server.

use super::client::{Client, start};
use http::Method;
use sandbox::{World, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server says to those bytes until it closes the connection.
async fn say(address: std::net::SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    reply
}

/// A request as text.
fn text(request: &http::Request<bytes::Bytes>) -> String {
    let mut text = format!(
        "{} {} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n",
        request.method(),
        request.uri()
    );
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    text + &format!("content-length: {}\r\n\r\n", request.body().len())
        + std::str::from_utf8(request.body()).unwrap()
}

#[tokio::test]
async fn silence_is_a_connection_that_stays_open() {
    let world = World::from_toml("latency = '0s'\n[[faults]]\neffect = 'silence'").unwrap();
    let sandbox = start(world);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut stream = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    tokio::spawn(serve(listener, sandbox.clone(), std::future::pending()));
    let client = Client::administrator(&sandbox);
    let request = client.request("detective", Method::POST, "/graphs/list", "{}".into());
    stream.write_all(text(&request).as_bytes()).await.unwrap();
    while sandbox.calls()["total"] == 0 {
        tokio::task::yield_now().await;
    }
    let error = stream.try_read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    stream.shutdown().await.unwrap();
    while sandbox.calls()["in_flight"] != 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn it_serves_until_it_is_stopped() {
    let sandbox = start(World {
        latency: std::time::Duration::ZERO,
        ..World::of_size(1)
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, sandbox.clone(), async {
        stopped.await.unwrap_or_default();
    }));

    let client = Client::administrator(&sandbox);
    let list = text(&client.request("detective", Method::POST, "/graphs/list", "{}".into()));
    assert!(
        say(address, list.as_bytes())
            .await
            .ends_with("{\"GraphList\":[]}")
    );
    let elsewhere = Client::administrator(&sandbox).in_region("ap-northeast-3");
    let cut = text(&elsewhere.request("detective", Method::POST, "/graphs/list", "{}".into()));
    assert_eq!(say(address, cut.as_bytes()).await, "");
    assert!(
        say(address, b"\xff\x00 garbage\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 400")
    );

    // What a page in a browser sends, whatever name it has found for this address.
    for (good, bad) in [
        (
            "host: 127.0.0.1",
            "host: 127.0.0.1\r\norigin: https://example.com",
        ),
        ("host: 127.0.0.1", "host: rebound.example.com:80"),
        ("host: 127.0.0.1", "host: 127.0.0.1.example.com"),
    ] {
        let list = list.replace(good, bad);
        let reply = say(address, list.as_bytes()).await;
        assert!(reply.starts_with("HTTP/1.1 403"), "{bad}: {reply}");
    }
    for good in [
        "localhost:9",
        "[::1]:9",
        "api.detective.us-east-1.amazonaws.com",
    ] {
        let list = list.replace("host: 127.0.0.1", &format!("host: {good}"));
        let reply = say(address, list.as_bytes()).await;
        assert!(reply.starts_with("HTTP/1.1 200"), "{good}: {reply}");
    }

    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
