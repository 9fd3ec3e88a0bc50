//! Whether GuardDuty is on in a member, and since when.

use aws_credential_types::Credentials;
use aws_sdk_guardduty::Client;
use aws_sdk_guardduty::config::{Builder, Config};
use aws_sdk_guardduty::types::DetectorStatus;
use fleet::account::Region;
use fleet::check::{Answer, GuardDuty};
use fleet::event::Operation;

use super::question::Asker;
use crate::failure::Failure;

impl Asker {
    /// An account has at most one detector in a Region.
    pub(super) async fn guardduty(&self, region: &Region, client: &Client) -> Answer<GuardDuty> {
        let list = |keys| detector(client, keys);
        let found = self.ask(Operation::ListDetectors, Some(region), list);
        let id = match found.await {
            Answer::Is(Some(id)) => id,
            other => return other.map(|_| GuardDuty::Off),
        };
        let get = |keys| since(client, keys, &id);
        self.ask(Operation::GetDetector, Some(region), get).await
    }
}

fn with(credentials: Credentials) -> Builder {
    Config::builder().credentials_provider(credentials)
}

/// `guardduty:ListDetectors`.
async fn detector(client: &Client, keys: Credentials) -> Result<Option<String>, Failure> {
    let call = client.list_detectors().customize();
    let output = call.config_override(with(keys)).send().await?;
    let mut ids = output.detector_ids.unwrap_or_default().into_iter();
    Ok(ids.next())
}

/// `guardduty:GetDetector`: the time when it was made, unless it is suspended.
async fn since(client: &Client, keys: Credentials, id: &str) -> Result<GuardDuty, Failure> {
    let call = client.get_detector().detector_id(id).customize();
    let output = call.config_override(with(keys)).send().await?;
    if output.status != Some(DetectorStatus::Enabled) {
        return Ok(GuardDuty::Off);
    }
    let made = output.created_at.as_deref().unwrap_or_default();
    let made = made.parse().map_err(|_| {
        Failure::refused("NoTime", "GuardDuty does not say since when it has been on")
    })?;
    Ok(GuardDuty::On(made))
}
