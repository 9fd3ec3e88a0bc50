//! The world of detective-fleet: AWS calls, credentials, pacing and time.
//!
//! [`Aws::connect`] finds out who is calling, [`Aws::regions`] where to work, and a [`Run`] looks at
//! those Regions and brings them to what a fleet wants. What happens goes to an event sink.

mod aws;
mod body;
mod check;
pub mod clock;
mod company;
mod connection;
mod credentials;
mod descriptors;
mod detective;
mod events;
mod failure;
mod gate;
#[cfg(feature = "guardduty")]
mod guardduty_members;
mod guest;
mod halt;
mod http;
mod lookup;
mod mfa;
mod narrow;
mod pace;
mod profile;
mod region_run;
mod region_selection;
mod role_trial;
mod roles;
mod run;
mod signature;
mod skew;
mod sts;
mod transport;
mod trust;

pub use aws::{Aws, ConnectError};
pub use check::{Check, HAS_GUARDDUTY};
pub use connection::{
    ADMINISTRATOR_ROLE, APP_NAME, Connection, Endpoint, MEMBER_ROLE, NotARoleName, Platform,
    RoleName,
};
pub use descriptors::{Share, share};
pub use failure::Failure;
pub use gate::Gate;
pub use http::{NetworkError, network};
pub use mfa::MfaCodes;
pub use narrow::Access;
pub use profile::ProfileError;
pub use region_selection::{Chosen, Newer, RegionError, RegionSelection};
pub use role_trial::JUST_MADE;
pub use run::{Finish, LOOK_TIMEOUT, Limit, Run};
