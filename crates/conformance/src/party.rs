//! One of the two accounts, in the Region that is asked about.

use aws_sdk_detective::config::{Builder, Region as SdkRegion};
use aws_smithy_types::retry::RetryConfig;
use engine::Aws;
use fleet::account::{AccountId, Region};

use crate::call::Caller;

/// One of the two accounts.
#[derive(Debug)]
pub(crate) struct Party {
    pub(crate) account: AccountId,
    pub(crate) caller: Caller,
    #[cfg(feature = "guardduty")]
    guardduty: aws_sdk_guardduty::Client,
}

impl Party {
    pub(crate) fn of(aws: &Aws, region: &Region) -> Self {
        let config = aws.service(region);
        // Each answer counts, and one that was lost may have changed something.
        let detective = Builder::from(&config)
            .region(SdkRegion::new(region.as_str().to_owned()))
            .retry_config(RetryConfig::disabled())
            .build();
        Self {
            account: aws.administrator(),
            caller: Caller(aws_sdk_detective::Client::from_conf(detective)),
            #[cfg(feature = "guardduty")]
            guardduty: aws_sdk_guardduty::Client::new(&config),
        }
    }

    /// Whether GuardDuty is off here; if that cannot be asked, why.
    #[cfg(feature = "guardduty")]
    pub(crate) async fn is_without_guardduty(&self) -> Result<bool, String> {
        let detectors = self.guardduty.list_detectors().send().await;
        let detectors = detectors
            .map_err(engine::Failure::from)
            .map_err(|failure| crate::words::scrubbed(&failure.text))?;
        Ok(detectors.detector_ids().is_empty())
    }

    /// Nobody can tell: this build has no GuardDuty.
    #[cfg(not(feature = "guardduty"))]
    pub(crate) async fn is_without_guardduty(&self) -> Result<bool, String> {
        Err("this build cannot ask GuardDuty".to_owned())
    }
}
