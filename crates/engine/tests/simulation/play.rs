//! Plays one scenario from its beginning to its end.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use engine::clock::{Clock, sleep};
use engine::{
    Access, Aws, Chosen, Connection, Endpoint, Finish, LOOK_TIMEOUT, Limit, Platform,
    RegionSelection, Run,
};
use fleet::event::{Event, Sink, SinkError};
use fleet::guard::{Consent, Word};
use fleet::report::{Ended, Header, Recorder, Report};
use sandbox::{Sandbox, World};
use tokio_util::sync::CancellationToken;

use crate::lots::Lots;
use crate::monitor::{Monitor, Violation};
use crate::oracle::{self, CALLS, CONVERGED, FIXED};
use crate::others;
use crate::reading::Reading;
use crate::scenario::{Aim, End, Go, Member, ROLE, Scenario};
use crate::wire::Wire;

/// What came of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Played {
    pub(crate) violations: Vec<Violation>,
    /// The events of each run.
    pub(crate) tapes: Vec<Vec<Event>>,
    pub(crate) calls: u64,
    /// The calls of a run after the weather has cleared, in thousandths of what is allowed.
    pub(crate) worst: u64,
}

/// Plays it, on a runtime and in a time of its own.
pub(crate) fn play(scenario: &Scenario) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let stage = Stage::of(scenario);
        stage.play().await;
        stage.played()
    })
}

#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) clock: Clock,
    tapes: Arc<Mutex<Vec<Arc<Tape>>>>,
}

/// Keeps every event of a run.
pub(crate) struct Tape {
    monitor: Arc<Monitor>,
    pub(crate) run: usize,
    room: u64,
    recorder: Recorder,
    events: Mutex<Vec<Event>>,
}

impl Sink for Tape {
    fn record(&self, event: &Event) -> Result<(), SinkError> {
        let mut events = self.events.lock().unwrap();
        events.push(event.clone());
        self.recorder.record(event)?;
        if events.len() as u64 >= self.room {
            self.monitor.inside().runs[self.run].refused = true;
            return Err(SinkError("the journal is full".to_owned()));
        }
        Ok(())
    }
}

/// What the machine takes for the time: every tenth has another opinion than AWS.
fn machine(epoch: SystemTime, seed: u64) -> SystemTime {
    let mut lots = Lots::of(seed, "clock");
    if !lots.happens(0.1) {
        return epoch;
    }
    let apart = Duration::from_secs(lots.between(0, 48 * 3600));
    if lots.happens(0.5) {
        epoch + apart
    } else {
        epoch - apart
    }
}

impl Stage {
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let world = World::from_toml(&scenario.to_toml()).unwrap();
        let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let sandbox = Sandbox::new(
            world,
            sandbox::Clock::starting_at(epoch.try_into().unwrap()),
        );
        Self {
            monitor: Arc::new(Monitor::new(sandbox, scenario.clone())),
            clock: Clock::starting_at(machine(epoch, scenario.seed)),
            tapes: Arc::default(),
        }
    }

    async fn play(&self) {
        let scenario = &self.monitor.scenario;
        tokio::spawn(others::act(self.monitor.clone(), self.clock.clone()));
        if let Some(pause) = scenario.saved {
            self.save().await;
            sleep(pause).await;
        }
        let by_plan = scenario.saved.is_some();
        for (n, act) in scenario.acts.iter().enumerate() {
            let expected = oracle::expected(scenario, &Reading::of(&self.monitor.sandbox));
            let runs = act.iter().map(|go| {
                self.go(Go {
                    by_plan,
                    ..go.clone()
                })
            });
            futures_util::future::join_all(runs).await;
            // A plan holds what was to be done when it was made, and not all that turns up later.
            if n == 0 && !by_plan && is_mild(scenario) {
                oracle::check_statuses(
                    &self.monitor,
                    &expected,
                    &Reading::of(&self.monitor.sandbox),
                );
            }
        }
        // What was sent before may still arrive.
        sleep(
            scenario.climate.clear.saturating_sub(self.clock.elapsed()) + Duration::from_secs(30),
        )
        .await;
        self.play_in_fair_weather().await;
    }

    /// Now everything has to come to its end, and then to stay as it is.
    async fn play_in_fair_weather(&self) {
        let scenario = &self.monitor.scenario;
        let expected = oracle::expected(scenario, &Reading::of(&self.monitor.sandbox));
        let report = self.go(in_peace()).await;
        let finish = report.map(|report| (report.ended, report.error));
        if finish != Some((Ended::Complete, None)) {
            self.monitor
                .violated(CONVERGED, format!("the run ended {finish:?}"));
        }
        let after = Reading::of(&self.monitor.sandbox);
        oracle::check_statuses(&self.monitor, &expected, &after);
        let changes = self.monitor.inside().changes.len();
        self.go(in_peace()).await;
        // What is to be tried again is tried again by every run, and so is what AWS does not tell of.
        if scenario.aim != Aim::EnableAgain && !oracle::forgets_who_failed(scenario) {
            self.check_nothing_changed(changes, &after);
        }
    }

    /// The same file once more finds nothing to do.
    pub(crate) fn check_nothing_changed(&self, changes: usize, after: &Reading) {
        if self.monitor.inside().changes.len() > changes {
            self.monitor.violated(
                FIXED,
                format!(
                    "{:?}, and then {:?}",
                    after,
                    Reading::of(&self.monitor.sandbox)
                ),
            );
        }
    }

    /// One run as the scenario has it. A dropped one has no report.
    pub(crate) async fn go(&self, go: Go) -> Option<Report> {
        sleep(go.after).await;
        let crash = CancellationToken::new();
        let end = go.end;
        let dropped = async {
            match end {
                End::DroppedAfter(time) => sleep(time).await,
                _ => std::future::pending().await,
            }
        };
        let report = tokio::select! {
            biased;
            () = crash.cancelled() => None,
            () = dropped => None,
            report = self.process(&go, &crash) => report,
        };
        tokio::task::yield_now().await;
        report
    }

    /// One run as a process makes it; none where it is refused whole.
    async fn process(&self, go: &Go, crash: &CancellationToken) -> Option<Report> {
        let (tape, (aws, chosen)) = loop {
            let tape = self.tape(go);
            match self.connect(go, crash, &tape).await {
                Some(connected) => break (tape, connected),
                None => sleep(Duration::from_secs(1)).await,
            }
        };
        let stop = CancellationToken::new();
        if let End::StoppedAfter(time) = go.end {
            let stop = stop.clone();
            tokio::spawn(async move {
                sleep(time).await;
                stop.cancel();
            });
        }
        let limit = Limit {
            timeout: go.timeout,
            grace: Limit::GRACE,
            stop,
        };
        let scenario = &self.monitor.scenario;
        let mut run = Run::new(&aws, Arc::new(scenario.fleet()), &chosen.regions);
        let removes = scenario.aim.removes();
        if go.look_first || removes || go.by_plan {
            run.observe(&limit).await;
        }
        if go.by_plan {
            if !self.agree_to_plan(&mut run) {
                self.check_nothing_was_sent(tape.run);
                return None;
            }
        } else if removes {
            let consent = Consent {
                word: Word::Typed,
                ..Consent::default()
            };
            run.agree(0, consent).unwrap();
        }
        let Finish { ended, error } = run.reconcile(&limit).await;
        let report = tape
            .recorder
            .report(header(&aws), self.clock.timestamp(), ended, error);
        let was_stopped = limit.stop.is_cancelled();
        oracle::check_end(&self.monitor, tape.run, was_stopped, &report);
        oracle::check_report(&self.monitor, tape.run, &report);
        oracle::check_announced(&self.monitor, tape.run, &tape.events.lock().unwrap());
        self.check_calls(tape.run);
        Some(report)
    }

    pub(crate) fn tape(&self, go: &Go) -> Arc<Tape> {
        let tape = Arc::new(Tape {
            monitor: self.monitor.clone(),
            run: self.monitor.begin_run(go.by_plan),
            room: match go.end {
                End::JournalFullAfter(events) => events,
                _ => u64::MAX,
            },
            recorder: Recorder::default(),
            events: Mutex::default(),
        });
        self.tapes.lock().unwrap().push(tape.clone());
        tape
    }

    pub(crate) async fn connect(
        &self,
        go: &Go,
        crash: &CancellationToken,
        tape: &Arc<Tape>,
    ) -> Option<(Aws, Chosen)> {
        let scenario = &self.monitor.scenario;
        let (access_key_id, secret_access_key) = self.monitor.sandbox.access_key();
        let connection = Connection {
            profile: None,
            admin_account: None,
            admin_role: None,
            role_name: ROLE.parse().unwrap(),
            mfa: None,
            patience: scenario.patience,
            external_id: None,
            max_concurrency: go.concurrency,
            access: Access::Enable,
            run: None,
            endpoint: Some(Endpoint {
                url: "http://sandbox.invalid".to_owned(),
                access_key_id,
                secret_access_key,
                ahead: Duration::ZERO,
            }),
        };
        let wire = Wire {
            monitor: self.monitor.clone(),
            run: tape.run,
            go: go.clone(),
            clock: self.clock.clone(),
            crash: crash.clone(),
        };
        let platform = Platform {
            http: wire.http_client(),
            clock: self.clock.clone(),
            seed: Lots::numbered(scenario.seed, "ground", &[tape.run as u64]).between(0, u64::MAX),
        };
        let aws = Aws::connect_on(platform, connection, tape.clone())
            .await
            .ok()?;
        let names = scenario.regions.iter().map(|region| (*region).to_owned());
        let selection = RegionSelection {
            names: Some(names.collect()),
            exclude: Vec::new(),
        };
        let chosen = aws.regions(&selection).await.ok()?;
        Some((aws, chosen))
    }

    pub(crate) fn check_calls(&self, run: usize) {
        let most = oracle::most_calls(&self.monitor.scenario);
        let sent = self.monitor.inside().runs[run].sent_after_clear;
        if sent > most {
            self.monitor.violated(
                CALLS,
                format!("{sent} calls in fair weather, and {most} are enough"),
            );
        }
    }

    fn played(&self) -> Played {
        let mut inside = self.monitor.inside();
        let most = oracle::most_calls(&self.monitor.scenario);
        let tapes = self.tapes.lock().unwrap();
        Played {
            violations: std::mem::take(&mut inside.violations),
            tapes: tapes
                .iter()
                .map(|tape| tape.events.lock().unwrap().clone())
                .collect(),
            calls: inside.runs.iter().map(|run| run.sent).sum(),
            worst: inside
                .runs
                .iter()
                .map(|run| run.sent_after_clear * 1000 / most)
                .max()
                .unwrap_or_default(),
        }
    }
}

/// Whether the first run has to reach everything by itself, through the weather: it is alone, goes
/// on for long enough, and nothing that can look like a final answer goes wrong.
fn is_mild(scenario: &Scenario) -> bool {
    let [go] = &scenario.acts[0][..] else {
        return false;
    };
    let climate = &scenario.climate;
    // Latency counts both ways.
    let memberships = scenario.members.len() * scenario.regions.len();
    let in_turn = 10 + 6 * memberships / go.concurrency;
    let slow = climate.slow_regions.iter().map(|(_, more)| *more).max();
    let a_call = 2 * climate.latency.1 + slow.unwrap_or_default();
    // A Region that never answers keeps one call at a time busy.
    let dead = Duration::from_secs(200 * climate.dead.len() as u64);
    let calls = a_call * u32::try_from(in_turn).unwrap() + dead;
    let harsh = ["silence", "expired_token", "denied"];
    // One that is under way, and those of the run.
    let verifications = match oracle::forgets_who_failed(scenario) {
        true => 1 + oracle::TRIES,
        false => 2,
    };
    let waits = verifications * (climate.verification.1 + climate.visibility.1);
    let is_last_long = go.end == End::ByItself && go.timeout > climate.clear + waits + calls;
    // A Region that could not be read when the guard rails were asked is left alone by that run.
    let is_read = !scenario.aim.removes() || scenario.climate.clear < LOOK_TIMEOUT / 2;
    // What was made later than patience lasts has to be there when the weather is fair.
    let late = |member: &Member| member.known_after.0.max(member.known_after.1);
    let is_waited_for = scenario.members.iter().map(late).max() <= Some(scenario.patience);
    is_last_long
        && is_waited_for
        && is_read
        && scenario.deeds.is_empty()
        && scenario.climate.slow == 0.0
        && !scenario
            .faults
            .iter()
            .any(|fault| harsh.contains(&fault.effect))
}

/// A run that nothing happens to.
pub(crate) fn in_peace() -> Go {
    Go {
        after: Duration::ZERO,
        // Whom AWS forgets may be verified four times, for an hour and a half each.
        timeout: Duration::from_secs(8 * 3600),
        concurrency: 256,
        look_first: false,
        by_plan: false,
        end: End::ByItself,
    }
}

pub(crate) fn header(aws: &Aws) -> Header {
    Header {
        version: 1,
        kind: "run".to_owned(),
        operation: "enable".to_owned(),
        run_id: "simulation".to_owned(),
        administrator: aws.administrator(),
        started: jiff::Timestamp::UNIX_EPOCH,
        invalid_lines: Vec::new(),
        notes: Vec::new(),
        labels: Default::default(),
        origin: Default::default(),
    }
}
