//! Detective, API version 2018-10-26.

mod check;
pub(crate) mod graphs;
pub(crate) mod investigations;
pub(crate) mod invitations;
pub(crate) mod invite;
pub(crate) mod members;
pub(crate) mod organization;
pub(crate) mod packages;
mod page;
mod shapes;
pub(crate) mod tags;
