//! Another account's own role, with a session that may do no more than it is needed for.

use aws_config::{Region as SdkRegion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use fleet::account::{AccountId, Region};

use crate::aws::{Aws, patiently};
use crate::connection::RoleName;
use crate::credentials::{Keys, Source};
use crate::failure::Failure;
use crate::sts::RoleToAssume;

impl Aws {
    /// The SDK's configuration for a service in that account, as seen by its own role. The session may do what the role
    /// may and `policy` (a document of up to 2,048 characters) allows, and no more; it is renewed as long as it is used.
    /// The SDK's own retries are on.
    ///
    /// # Errors
    /// Where the role cannot be assumed.
    pub async fn as_guest(
        &self,
        account: AccountId,
        role: &RoleName,
        policy: String,
        region: &Region,
    ) -> Result<SdkConfig, Failure> {
        let role = RoleToAssume {
            policy: Some(policy),
            ..RoleToAssume::new(
                self.partition(),
                account,
                role.as_str(),
                self.session_name(),
            )
        };
        let source = Source::Role {
            sts: self.sts().clone(),
            role: Box::new(role),
            caller: self.unnamed_keys().clone(),
            events: self.events().clone(),
        };
        let keys = Keys::new(source, self.clock());
        patiently(self.seed() ^ account.number(), || async {
            keys.get().await
        })
        .await?;
        let config = self.service(region).into_builder();
        Ok(config
            .region(SdkRegion::new(region.as_str().to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .build())
    }
}
