//! Hostile requests: whatever comes in, something sensible goes out.
//!
//! Requests of the corpus (`corpus/*.http`, one for every operation) are changed at random, from a
//! fixed seed, and handled one after the other by the same sandbox. A few seconds of it run with
//! the other tests. For longer:
//!
//!     cargo test --release -p sandbox --test wire -- --ignored fuzz::for_a_minute
//!     cargo test --release -p sandbox --test wire -- --ignored fuzz::for_an_hour
//!
//! A request that is answered wrongly is printed; put it into the corpus with what mends it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use sandbox::{Clock, Reply, Sandbox, World};
use serde_json::{Value, json};

use super::client::{Client, start};

/// How many requests run with the other tests.
const FEW: u64 = 50_000;

/// A world in which nothing takes time and nothing goes wrong, so that any 5xx is a mistake.
const WORLD: &str = "
    size = 3
    latency = '0s'
    verification = '0s'
    organization = { management = '555555555555' }
    accounts.999999999999.gigabytes_per_day = 20000.0
";

#[tokio::test]
async fn a_few_hostile_requests() {
    let mut fuzzer = Fuzzer::new(1).await;
    for _ in 0..FEW {
        fuzzer.step().await;
    }
    // Requests that never get anywhere would prove nothing.
    let calls = fuzzer.sandbox.calls();
    let counts = calls["counts"].as_array().unwrap();
    let succeeded: BTreeSet<&str> = counts
        .iter()
        .filter(|it| it["outcome"] == "ok")
        .map(|it| it["operation"].as_str().unwrap())
        .collect();
    assert!(succeeded.len() >= 38, "{succeeded:?}");
}

#[tokio::test]
#[ignore = "takes a minute"]
async fn for_a_minute() {
    run(2, Duration::from_secs(60)).await;
}

#[tokio::test]
#[ignore = "takes an hour"]
async fn for_an_hour() {
    run(3, Duration::from_secs(3600)).await;
}

async fn run(seed: u64, duration: Duration) {
    let clock = Clock::system();
    let mut fuzzer = Fuzzer::new(seed).await;
    while clock.elapsed() < duration {
        fuzzer.step().await;
    }
}

#[tokio::test]
async fn every_request_of_the_corpus_is_answered_sensibly() {
    for text in corpus() {
        let mut fuzzer = Fuzzer::new(0).await;
        fuzzer.handle(&fuzzer.fill(&text)).await;
    }
}

struct Fuzzer {
    sandbox: Sandbox,
    corpus: Vec<Vec<u8>>,
    graph: String,
    investigation: String,
    detector: String,
    random: fastrand::Rng,
}

impl Fuzzer {
    async fn new(seed: u64) -> Fuzzer {
        let sandbox = start(World::from_toml(WORLD).unwrap());
        let client = Client::administrator(&sandbox);
        let response = client
            .send("guardduty", Method::GET, "/detector", Bytes::new())
            .await;
        let detectors: Value = serde_json::from_slice(response.body()).unwrap();
        let mut fuzzer = Fuzzer {
            corpus: corpus(),
            graph: String::new(),
            investigation: String::new(),
            detector: detectors["detectorIds"][0].as_str().unwrap().to_owned(),
            random: fastrand::Rng::with_seed(seed),
            sandbox: sandbox.clone(),
        };
        fuzzer.renew().await;
        fuzzer
    }

    /// Makes a graph and an investigation if there are none.
    async fn renew(&mut self) {
        let client = Client::administrator(&self.sandbox);
        self.graph = client.graph().await;
        let input = json!({
            "GraphArn": self.graph,
            "EntityArn": "arn:aws:iam::555555555555:user/x",
            "ScopeStartTime": "2026-01-01T00:00:00Z",
            "ScopeEndTime": "2026-01-02T00:00:00Z",
        });
        let (_, _, answer) = client
            .detective(Method::POST, "/investigations/startInvestigation", input)
            .await;
        // A graph that has too many keeps the one before.
        if let Some(id) = answer["InvestigationId"].as_str() {
            self.investigation = id.to_owned();
        }
    }

    /// Changes a request of the corpus a little, and has it handled.
    async fn step(&mut self) {
        let request = self.corpus[self.random.usize(..self.corpus.len())].clone();
        let mut request = self.fill(&request);
        for _ in 0..self.random.usize(..4) {
            self.mutate(&mut request);
        }
        self.handle(&request).await;
        // Graphs go away; without one, most requests end early.
        if self.random.u8(..) == 0 {
            self.renew().await;
        }
    }

    /// Puts the names of this world into a request.
    fn fill(&self, request: &[u8]) -> Vec<u8> {
        String::from_utf8_lossy(request)
            .replace("{KEY}", &self.sandbox.access_key().0)
            .replace("{MEMBER}", &self.sandbox.roster()[0].0)
            .replace("{LARGE}", "999999999999")
            .replace("{GRAPH}", &self.graph)
            .replace("{INVESTIGATION}", &self.investigation)
            .replace("{DETECTOR}", &self.detector)
            .into_bytes()
    }

    fn mutate(&mut self, request: &mut Vec<u8>) {
        const DICTIONARY: [&str; 20] = [
            "{",
            "}",
            "[",
            "]",
            "\"",
            "null",
            "-1",
            "0",
            "1e999",
            "99999999999999999999",
            "\u{feff}",
            "%",
            "%00",
            "&",
            "=",
            ":",
            "@",
            "\\u0000",
            "555555555555",
            "٣",
        ];
        let at = self.random.usize(..=request.len());
        let length = self.random.usize(..=16.min(request.len() - at));
        match self.random.u8(..7) {
            0 if at < request.len() => request[at] = self.random.u8(..),
            1 => request.insert(at, self.random.u8(..)),
            2 => drop(request.drain(at..at + length)),
            3 => {
                let copy = request[at..at + length].to_vec();
                let times = self.random.usize(..100);
                request.splice(at..at, copy.repeat(times));
            }
            4 => {
                let other = &self.corpus[self.random.usize(..self.corpus.len())];
                let from = self.random.usize(..=other.len());
                request.splice(at.., other[from..].iter().copied());
            }
            _ => {
                let word = DICTIONARY[self.random.usize(..DICTIONARY.len())];
                request.splice(at..at + length, word.bytes());
            }
        }
    }

    async fn handle(&mut self, text: &[u8]) {
        let Some(request) = parse(text) else { return };
        let reply = self.sandbox.handle(request).await;
        let sensible = match &reply {
            Reply::Response(response) => is_sensible(response),
            Reply::Cut => true,
            Reply::Silence => false,
        };
        assert!(sensible, "{reply:?}\nto\n{}", text.escape_ascii());
    }
}

/// No 5xx but that a service is not emulated, a body that its content type describes, and a code with every error.
fn is_sensible(response: &Response<Bytes>) -> bool {
    let status = response.status();
    let kind = response.headers()["content-type"].to_str().unwrap();
    let body = response.body();
    let readable = match kind {
        "text/xml" | "application/xml" => {
            body.is_empty() || (body.starts_with(b"<") && std::str::from_utf8(body).is_ok())
        }
        _ => body.is_empty() || serde_json::from_slice::<Value>(body).is_ok(),
    };
    // The pages of the sandbox itself have no codes.
    let coded = status.is_success()
        || kind.ends_with("/xml")
        || response.headers().contains_key("x-amzn-errortype")
        || serde_json::from_slice::<Value>(body)
            .is_ok_and(|body| body.get("pages").is_some() || body == json!({}));
    let failed = status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED;
    !failed && readable && coded
}

/// `METHOD uri`, headers, an empty line, the body. What the HTTP library would not let through is
/// nothing.
fn parse(text: &[u8]) -> Option<Request<Bytes>> {
    let end = text.windows(2).position(|pair| pair == b"\n\n")?;
    let mut lines = text[..end].split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let space = first.iter().position(|byte| *byte == b' ')?;
    let mut request = Request::builder()
        .method(&first[..space])
        .uri(&first[space + 1..]);
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..colon], line[colon + 1..].trim_ascii());
    }
    request.body(Bytes::copy_from_slice(&text[end + 2..])).ok()
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect()
}
