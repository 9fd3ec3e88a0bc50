//! Detective, API version 2018-10-26.

mod check;
mod graphs;
mod invitations;
mod members;
mod page;
mod shapes;
mod tags;

use http::Method;

use crate::call::Call;
use crate::operation::Operation;
use crate::state::State;
use crate::wire::{Answer, Failure};

/// Method and path after the service model (botocore 1.43.11).
pub(crate) static OPERATIONS: [Operation; 12] = [
    operation(
        "AcceptInvitation",
        Method::PUT,
        "/invitation",
        invitations::accept,
    ),
    operation("CreateGraph", Method::POST, "/graph", graphs::create),
    operation(
        "CreateMembers",
        Method::POST,
        "/graph/members",
        members::create,
    ),
    operation(
        "DeleteGraph",
        Method::POST,
        "/graph/removal",
        graphs::delete,
    ),
    operation(
        "DeleteMembers",
        Method::POST,
        "/graph/members/removal",
        members::delete,
    ),
    operation(
        "GetMembers",
        Method::POST,
        "/graph/members/get",
        members::get,
    ),
    operation("ListGraphs", Method::POST, "/graphs/list", graphs::list),
    operation(
        "ListInvitations",
        Method::POST,
        "/invitations/list",
        invitations::list,
    ),
    operation(
        "ListMembers",
        Method::POST,
        "/graph/members/list",
        members::list,
    ),
    operation("ListTagsForResource", Method::GET, "/tags/", tags::list),
    operation("TagResource", Method::POST, "/tags/", tags::tag),
    operation("UntagResource", Method::DELETE, "/tags/", tags::untag),
];

const fn operation(
    name: &'static str,
    method: Method,
    path: &'static str,
    effect: fn(&Call<'_>, &mut State) -> Result<Answer, Failure>,
) -> Operation {
    Operation {
        name,
        method,
        path,
        effect,
    }
}
