//! The sandbox under the SDK as its HTTP client: latency both ways, and the moments when a run is
//! dropped.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use engine::clock::{Clock, sleep};
use http::Request;
use sandbox::Reply;
use tokio_util::sync::CancellationToken;

use crate::asked::Asked;
use crate::lots::Lots;
use crate::monitor::{Actor, Monitor};
use crate::rules::CROWD;
use crate::scenario::{End, Go, Moment};

/// The wire of one run.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) run: usize,
    pub(crate) go: Go,
    pub(crate) clock: Clock,
    pub(crate) crash: CancellationToken,
}

impl Wire {
    /// The SDK's client whose requests go over this wire.
    pub(crate) fn http_client(self) -> SharedHttpClient {
        sandbox_connector::answering(move |request| {
            let wire = self.clone();
            async move { wire.exchange(request).await }
        })
    }

    pub(crate) async fn exchange(&self, request: Request<Bytes>) -> Reply {
        let climate = &self.monitor.scenario.climate;
        let asked = Arc::new(Asked::of(&request));
        let sent = Arc::new(self.monitor.sent(
            self.run,
            &asked,
            self.clock.elapsed() >= climate.clear,
        ));
        let _under_way = UnderWay::of(self);
        let mut lots = Lots::numbered(
            self.monitor.scenario.seed,
            "wire",
            &[self.run as u64, sent.number],
        );
        let mut way = || {
            let (least, most) = climate.latency;
            let slow = self.clock.elapsed() < climate.clear && lots.happens(climate.slow);
            let more = if slow {
                lots.millis(8_000, 12_000)
            } else {
                Duration::ZERO
            };
            least + (most - least).mul_f64(lots.share(1.0)) + more
        };
        let mut far = climate.slow_regions.iter();
        let far = far.find(|(region, _)| *region == asked.region);
        let (there, back) = (way(), way() + far.map_or(Duration::ZERO, |(_, more)| *more));
        let goes_on = lots.happens(climate.goes_on);
        let (wire, number) = (self.clone(), sent.number);
        let (asked_there, sent_there) = (asked.clone(), sent.clone());
        let server = async move {
            wire.crash_at(number, Moment::Sent);
            sleep(there).await;
            let actor = Actor::Run(wire.run);
            let reply = wire
                .monitor
                .arrives(actor, &asked_there, &sent_there, request)
                .await;
            wire.crash_at(number, Moment::Arrived);
            sleep(back).await;
            reply
        };
        // What was sent arrives, even if nobody waits for the reply any more.
        let reply = if goes_on {
            tokio::spawn(server).await.unwrap()
        } else {
            server.await
        };
        self.monitor.replied(self.run, &asked, &sent, &reply);
        reply
    }

    fn crash_at(&self, number: u64, moment: Moment) {
        if self.go.end == End::DroppedAtCall(number, moment) {
            self.crash.cancel();
        }
    }
}

/// A request counts as under way until its run has the reply, or gives up.
struct UnderWay<'a>(&'a Wire);

impl<'a> UnderWay<'a> {
    fn of(wire: &'a Wire) -> Self {
        let in_flight = wire.monitor.inside().runs[wire.run].in_flight;
        if in_flight > wire.go.concurrency {
            wire.monitor
                .violated(CROWD, format!("{in_flight} at a time"));
        }
        Self(wire)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.monitor.inside().runs[self.0.run].in_flight -= 1;
    }
}
