//! The sandbox plugged under the SDK as its HTTP client, and a run on it under tokio's paused clock.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use engine::clock::Clock;
use engine::{
    Access, Aws, Check, Chosen, Connection, Endpoint, Finish, Gate, Limit, Platform,
    RegionSelection, Run,
};
use fleet::account::AccountId;
use fleet::check::Facts;
use fleet::desired::{Fleet, Settings};
use fleet::event::Sink;
use fleet::guard::{Consent, Refusal};
use fleet::report::{CheckReport, Header, Recorder, Report};
use http::Request;
use sandbox::{Sandbox, World};
use sandbox_connector::Answer;
use tokio_util::sync::CancellationToken;

/// What comes back for a request, where the sandbox is not to answer it. The request may be changed.
type Interfere = dyn Fn(&mut Request<Bytes>) -> Option<Answer> + Send + Sync;

/// Answers in the place of the sandbox.
#[derive(Clone)]
pub(crate) struct Instead(Arc<Interfere>);

impl Instead {
    /// To requests with these paths, with this body and the status 200.
    pub(crate) fn answering(
        answer: impl Fn(&str) -> Option<SdkBody> + Send + Sync + 'static,
    ) -> Self {
        Self::interfering(move |request| answer(request.uri().path()).map(Answer::Body))
    }

    /// To the requests that this has an answer for.
    pub(crate) fn interfering(
        answer: impl Fn(&mut Request<Bytes>) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(answer))
    }

    /// Requests with these paths find no descriptor for their connection.
    pub(crate) fn without_descriptor(at: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        const EMFILE: i32 = 24;
        Self::interfering(move |request| {
            at(request.uri().path())
                .then(|| Answer::NoConnection(std::io::Error::from_raw_os_error(EMFILE)))
        })
    }

    /// Leaves everything to the sandbox.
    fn nothing() -> Self {
        Self::answering(|_| None)
    }

    /// A client whose other requests go to the sandbox.
    fn before(&self, sandbox: Sandbox) -> SharedHttpClient {
        let Self(interfere) = self.clone();
        sandbox_connector::answering(move |mut request| {
            let answer = interfere(&mut request);
            let sandbox = sandbox.clone();
            async move {
                match answer {
                    Some(answer) => answer,
                    None => sandbox.handle(request).await.into(),
                }
            }
        })
    }
}

impl std::fmt::Debug for Instead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Instead")
    }
}

/// A sandbox, and what is wanted of it.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) fleet: Fleet,
    pub(crate) regions: RegionSelection,
    pub(crate) role_name: String,
    pub(crate) timeout: Duration,
    pub(crate) grace: Duration,
    pub(crate) max_concurrency: usize,
    /// Begin again where the weather keeps a run from beginning.
    pub(crate) patient: bool,
    pub(crate) epoch: SystemTime,
    /// Asked before each change.
    pub(crate) gate: Option<Arc<dyn Gate>>,
    /// Who answers some requests in the place of the sandbox.
    pub(crate) instead: Instead,
    /// What its sessions may do.
    pub(crate) access: Access,
    /// The role that the caller assumes in the administrator.
    pub(crate) admin_role: Option<&'static str>,
    /// What is sent along with each member's AssumeRole.
    pub(crate) external_id: Option<&'static str>,
    /// Who is told of events in the place of the recorder.
    pub(crate) sink: Option<Arc<dyn Sink>>,
}

impl Stage {
    /// Every member of the world is wanted in every Region.
    pub(crate) fn of(world: World) -> Self {
        let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let clock = sandbox::clock::Clock::starting_at(epoch.try_into().unwrap());
        let sandbox = Sandbox::new(world, clock);
        let members = sandbox
            .roster()
            .into_iter()
            .map(|(id, email)| (id.parse().unwrap(), email.parse().unwrap()))
            .collect();
        let administrator = sandbox.administrator().parse().unwrap();
        Self {
            fleet: Fleet {
                administrator,
                members,
                settings: Settings::default(),
            },
            sandbox,
            regions: RegionSelection::default(),
            role_name: "detective-fleet/DetectiveFleetMember".to_owned(),
            timeout: Duration::from_secs(900),
            grace: Limit::GRACE,
            max_concurrency: 256,
            patient: false,
            epoch,
            gate: None,
            instead: Instead::nothing(),
            access: Access::Enable,
            admin_role: None,
            external_id: None,
            sink: None,
        }
    }

    pub(crate) fn in_regions(mut self, names: &[&str]) -> Self {
        self.regions.names = Some(names.iter().map(|name| (*name).to_owned()).collect());
        self
    }

    /// One run, and its report.
    pub(crate) async fn enable(&self) -> Report {
        self.played(None).await.unwrap()
    }

    /// One run that asks the guard rails first, and its report.
    pub(crate) async fn remove(&self, consent: Consent) -> Result<Report, Vec<Refusal>> {
        self.played(Some(consent)).await
    }

    async fn played(&self, consent: Option<Consent>) -> Result<Report, Vec<Refusal>> {
        let recorder = Arc::new(Recorder::default());
        let (aws, mut run) = self.begin(&recorder).await;
        if let Some(consent) = consent {
            run.observe(&self.limit()).await;
            run.agree(0, consent)?;
        }
        let Finish { ended, error } = run.reconcile(&self.limit()).await;
        let header = header(aws.administrator());
        Ok(recorder.report(header, aws.clock().timestamp(), ended, error))
    }

    /// One check, and what it found.
    pub(crate) async fn check(&self, guardduty: bool) -> (CheckReport, Facts) {
        let recorder = Arc::new(Recorder::default());
        let (aws, chosen) = self.connect(&recorder).await.unwrap();
        let check = Check {
            fleet: Arc::new(self.fleet.clone()),
            regions: chosen.regions,
            guardduty,
        };
        let (facts, finish) = check.find_out(&aws, &self.limit()).await;
        assert_eq!(finish.error, None);
        let now = aws.clock().timestamp();
        let header = header(aws.administrator());
        let report = CheckReport::of(header, &facts, now, finish.ended, recorder.calls());
        (report, facts)
    }

    /// A run in which nothing was asked yet but who is calling and which Regions are on.
    pub(crate) async fn begin(&self, recorder: &Arc<Recorder>) -> (Aws, Run) {
        let (aws, chosen) = loop {
            match self.connect(recorder).await {
                Ok(connected) => break connected,
                Err(error) => assert!(self.patient, "{error}"),
            }
        };
        let run = Run::new(&aws, Arc::new(self.fleet.clone()), &chosen.regions);
        (aws, run)
    }

    /// What carries requests there.
    pub(crate) fn http(&self) -> SharedHttpClient {
        self.instead.before(self.sandbox.clone())
    }

    pub(crate) fn limit(&self) -> Limit {
        Limit {
            timeout: self.timeout,
            grace: self.grace,
            stop: CancellationToken::new(),
        }
    }

    pub(crate) async fn connect(
        &self,
        recorder: &Arc<Recorder>,
    ) -> Result<(Aws, Chosen), Box<dyn Error>> {
        let (access_key_id, secret_access_key) = self.sandbox.access_key();
        let connection = Connection {
            profile: None,
            admin_account: None,
            admin_role: self.admin_role.map(str::parse).transpose()?,
            role_name: self.role_name.parse()?,
            mfa: None,
            patience: self.fleet.settings.patience,
            external_id: self.external_id.map(str::to_owned),
            max_concurrency: self.max_concurrency,
            access: self.access,
            run: Some("a-run".to_owned()),
            endpoint: Some(Endpoint {
                url: "http://sandbox.invalid".to_owned(),
                access_key_id,
                secret_access_key,
                ahead: Duration::ZERO,
            }),
        };
        let platform = Platform {
            http: self.http(),
            clock: Clock::starting_at(self.epoch),
            seed: 7,
        };
        let sink = self.sink.clone().unwrap_or_else(|| recorder.clone());
        let aws = Aws::connect_on(platform, connection, sink).await?;
        let aws = match &self.gate {
            Some(gate) => aws.through(gate.clone()),
            None => aws,
        };
        let chosen = aws.regions(&self.regions).await?;
        Ok((aws, chosen))
    }
}

pub(crate) fn header(administrator: AccountId) -> Header {
    Header {
        version: 1,
        kind: "run".to_owned(),
        operation: "enable".to_owned(),
        run_id: "test".to_owned(),
        administrator,
        started: jiff::Timestamp::UNIX_EPOCH,
        invalid_lines: Vec::new(),
        notes: Vec::new(),
        labels: Default::default(),
        origin: Default::default(),
    }
}

/// How many requests of one operation a report counts.
pub(crate) fn calls(report: &Report, operation: &str) -> u64 {
    report.calls.get(operation).copied().unwrap_or_default()
}
