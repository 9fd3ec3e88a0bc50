//! Data source packages: whether naming one stops another.

use std::time::Duration;

use engine::clock;

use crate::question::UNNAMED_PACKAGES;
use crate::run::{Halt, OFTEN, Run};

/// The optional packages (service model, DatasourcePackage).
const FIRST: &str = "EKS_AUDIT";
const SECOND: &str = "ASFF_SECURITYHUB_FINDING";
const STARTED: &str = "STARTED";
/// How long a package may take to start.
const WITHIN: Duration = Duration::from_secs(60);
/// How long the other one has to stop.
const LOOKS: u32 = 4;

impl Run<'_> {
    pub(crate) async fn packages(&mut self) -> Result<(), Halt> {
        for package in [FIRST, SECOND] {
            if let Err(why) = self.start(package).await? {
                self.open(&UNNAMED_PACKAGES, &why);
                return Ok(());
            }
        }
        for _ in 0..LOOKS {
            match self.caller().packages(&self.graph).await {
                Ok(states) if states.get(FIRST).is_none_or(|state| state != STARTED) => {
                    self.is(&UNNAMED_PACKAGES, "stopped");
                    return Ok(());
                }
                Ok(_) => self.pause(OFTEN).await?,
                Err(refusal) => {
                    self.open(&UNNAMED_PACKAGES, &refusal.why());
                    return Ok(());
                }
            }
        }
        self.is(&UNNAMED_PACKAGES, "kept");
        Ok(())
    }

    /// Starts a package and sees that it is; if it is not, why.
    async fn start(&self, package: &str) -> Result<Result<(), String>, Halt> {
        if let Err(refusal) = self.caller().start_package(&self.graph, package).await {
            return Ok(Err(format!("{package}: {}", refusal.why())));
        }
        let begun = clock::now();
        while begun.elapsed() < WITHIN {
            let states = self.caller().packages(&self.graph).await;
            if states.is_ok_and(|states| states.get(package).is_some_and(|it| it == STARTED)) {
                return Ok(Ok(()));
            }
            self.pause(OFTEN).await?;
        }
        Ok(Err(format!("{package} was not started within a minute")))
    }
}
