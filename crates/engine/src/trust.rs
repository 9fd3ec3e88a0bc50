//! Why every member refuses: its role trusts the administrator's role alone, and the run does not work as that one.

use fleet::check::Trusted;

use crate::aws::Aws;
use crate::connection::{ADMINISTRATOR_ROLE, MEMBER_ROLE, RoleName};

impl Aws {
    /// Whether members are asked for the role of the template by somebody whom that role does not trust, unless its
    /// template was told so.
    #[must_use]
    pub fn is_hardly_trusted(&self) -> bool {
        let is_that_of_the_template = self.role_name().as_str() == MEMBER_ROLE;
        let role = ADMINISTRATOR_ROLE.parse();
        is_that_of_the_template && role.is_ok_and(|role| !self.works_as(&role))
    }

    /// Whether the role that the template trusts is within reach, for a run that members refuse.
    pub(crate) async fn trusted(&self) -> Trusted {
        let Ok(role) = ADMINISTRATOR_ROLE.parse::<RoleName>() else {
            return Trusted::Unknown;
        };
        if !self.is_hardly_trusted() {
            return Trusted::Unknown;
        }
        match self.becoming(&role).unnamed_keys().get().await {
            Ok(_) => Trusted::WithinReach(ADMINISTRATOR_ROLE.into()),
            Err(_) => Trusted::OutOfReach(ADMINISTRATOR_ROLE.into()),
        }
    }
}
