//! Asking fast, until that is too fast.

use futures_util::future::join_all;

use crate::call::{Kind, Refusal};
use crate::question::THROTTLING_ERROR;
use crate::run::{Halt, Run};

/// So many requests are sent at most.
const MOST: usize = 400;
/// So many of them at a time.
const AT_A_TIME: usize = 50;

impl Run<'_> {
    /// Only reads, and only until the first refusal.
    pub(crate) async fn pace(&mut self) -> Result<(), Halt> {
        let mut sent = 0;
        while sent < MOST {
            self.go_on()?;
            let caller = self.caller();
            let answers = join_all((0..AT_A_TIME).map(|_| caller.list_graphs_once())).await;
            let let_through = answers.iter().filter(|answer| answer.is_ok()).count();
            let throttled = answers.into_iter().find_map(|answer| {
                answer
                    .err()
                    .filter(|refusal: &Refusal| refusal.kind == Kind::Throttled)
            });
            sent += AT_A_TIME;
            if let Some(refusal) = throttled {
                let before = sent - AT_A_TIME + let_through;
                self.throttled(&refusal, before);
                return Ok(());
            }
        }
        let why = format!("{MOST} requests, {AT_A_TIME} at a time, were not throttled");
        self.open(&THROTTLING_ERROR, &why);
        Ok(())
    }

    fn throttled(&mut self, refusal: &Refusal, before: usize) {
        let words = format!("{} (after {before} requests)", refusal.words);
        self.findings.said(&THROTTLING_ERROR, &words);
        match &*refusal.code {
            "ThrottlingException" => self.is(&THROTTLING_ERROR, "throttling_exception"),
            "TooManyRequestsException" => {
                self.is(&THROTTLING_ERROR, "too_many_requests_exception");
            }
            other => self.surprise(&THROTTLING_ERROR, other),
        }
    }
}
