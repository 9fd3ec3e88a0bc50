//! Detective, API version 2018-10-26.

mod check;
mod graphs;
mod investigations;
mod invitations;
mod invite;
mod members;
mod organization;
mod packages;
mod page;
mod shapes;
mod tags;

use http::Method;

use crate::call::Call;
use crate::operation::Operation;
use crate::state::State;
use crate::wire::{Answer, Failure};

/// Method and path after the service model (botocore 1.43.11).
pub(crate) static OPERATIONS: [Operation; 29] = [
    operation(
        "AcceptInvitation",
        Method::PUT,
        "/invitation",
        invitations::accept,
    ),
    post(
        "BatchGetGraphMemberDatasources",
        "/graph/datasources/get",
        packages::of_members,
    ),
    post(
        "BatchGetMembershipDatasources",
        "/membership/datasources/get",
        packages::of_memberships,
    ),
    post("CreateGraph", "/graph", graphs::create),
    post("CreateMembers", "/graph/members", invite::create),
    post("DeleteGraph", "/graph/removal", graphs::delete),
    post("DeleteMembers", "/graph/members/removal", members::delete),
    post(
        "DescribeOrganizationConfiguration",
        "/orgs/describeOrganizationConfiguration",
        organization::describe,
    ),
    post(
        "DisableOrganizationAdminAccount",
        "/orgs/disableAdminAccount",
        organization::disable,
    ),
    post(
        "DisassociateMembership",
        "/membership/removal",
        invitations::disassociate,
    ),
    post(
        "EnableOrganizationAdminAccount",
        "/orgs/enableAdminAccount",
        organization::enable,
    ),
    post(
        "GetInvestigation",
        "/investigations/getInvestigation",
        investigations::get,
    ),
    post("GetMembers", "/graph/members/get", members::get),
    post(
        "ListDatasourcePackages",
        "/graph/datasources/list",
        packages::list,
    ),
    post("ListGraphs", "/graphs/list", graphs::list),
    post(
        "ListIndicators",
        "/investigations/listIndicators",
        investigations::list_indicators,
    ),
    post(
        "ListInvestigations",
        "/investigations/listInvestigations",
        investigations::list,
    ),
    post("ListInvitations", "/invitations/list", invitations::list),
    post("ListMembers", "/graph/members/list", members::list),
    post(
        "ListOrganizationAdminAccounts",
        "/orgs/adminAccountslist",
        organization::list,
    ),
    operation("ListTagsForResource", Method::GET, "/tags/", tags::list),
    post(
        "RejectInvitation",
        "/invitation/removal",
        invitations::reject,
    ),
    post(
        "StartInvestigation",
        "/investigations/startInvestigation",
        investigations::start,
    ),
    post(
        "StartMonitoringMember",
        "/graph/member/monitoringstate",
        members::start_monitoring,
    ),
    post("TagResource", "/tags/", tags::tag),
    operation("UntagResource", Method::DELETE, "/tags/", tags::untag),
    post(
        "UpdateDatasourcePackages",
        "/graph/datasources/update",
        packages::update,
    ),
    post(
        "UpdateInvestigationState",
        "/investigations/updateInvestigationState",
        investigations::update_state,
    ),
    post(
        "UpdateOrganizationConfiguration",
        "/orgs/updateOrganizationConfiguration",
        organization::update,
    ),
];

const fn post(
    name: &'static str,
    path: &'static str,
    effect: fn(&Call<'_>, &mut State) -> Result<Answer, Failure>,
) -> Operation {
    operation(name, Method::POST, path, effect)
}

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

/// Whether the operation's model has an error for too many requests: those of organizations and
/// investigations have.
pub(crate) fn declares_throttling(name: &str) -> bool {
    name.contains("Organization") || name.contains("Investigation") || name == "ListIndicators"
}
