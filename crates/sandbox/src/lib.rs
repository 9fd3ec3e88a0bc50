//! An emulated AWS: Amazon Detective, and as much of STS, Account Management, GuardDuty and
//! Organizations as it takes to use it across accounts.
//!
//! [`Sandbox::handle`] is all of it, free of sockets: from a request to a [`Reply`]. [`serve`] puts
//! it on a TCP listener. What the emulated AWS is like is a [`World`].
//!
//! It shares no code with the product: the two meet on the wire only, so that one mistake cannot
//! cancel another.

mod account;
mod account_regions;
mod bucket;
mod call;
mod caller;
mod calls;
mod catalogue;
pub mod clock;
mod detective;
mod dump;
mod emulator;
mod graph;
mod guardduty;
mod identity;
mod initial_state;
mod investigation;
mod membership;
mod operation;
mod organizations;
mod packages;
mod permission;
mod policy;
mod protocol;
mod random;
mod region;
mod router;
mod s3;
mod sandbox;
mod scope;
mod serve;
mod service;
mod service_request;
mod state;
mod state_document;
mod sts;
mod target;
mod weather;
mod wire;
pub mod world;

pub use self::account::{AccountId, NoAccountId};
pub use self::clock::Clock;
pub use self::emulator::Reply;
pub use self::identity::{Identity, IdentityError};
pub use self::membership::Status;
pub use self::region::Region;
pub use self::sandbox::Sandbox;
pub use self::serve::serve;
pub use self::world::{World, WorldError};
