//! Which function answers which operation: the one place that knows all services.

use crate::call::Call;
use crate::operation::Operation;
use crate::service::Service;
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::{account_regions, detective, guardduty, organizations, s3, sts};

/// What an operation does and answers.
pub(crate) type Handler = fn(&Call<'_>, &mut State) -> Result<Answer, Failure>;

/// The function that answers an operation; every operation of the catalogue has one.
pub(crate) fn handler(operation: &Operation) -> Option<Handler> {
    match operation.service {
        Service::Account => account(operation.name),
        Service::Detective => detective(operation.name),
        Service::GuardDuty => guardduty(operation.name),
        Service::Organizations => organizations(operation.name),
        Service::S3 => s3(operation.name),
        Service::Sts => sts(operation.name),
    }
}

fn account(name: &str) -> Option<Handler> {
    Some(match name {
        "GetRegionOptStatus" => account_regions::get_region_opt_status,
        "ListRegions" => account_regions::list_regions,
        _ => return None,
    })
}

fn detective(name: &str) -> Option<Handler> {
    use detective::{
        graphs, investigations, invitations, invite, members, organization, packages, tags,
    };
    Some(match name {
        "AcceptInvitation" => invitations::accept,
        "BatchGetGraphMemberDatasources" => packages::of_members,
        "BatchGetMembershipDatasources" => packages::of_memberships,
        "CreateGraph" => graphs::create,
        "CreateMembers" => invite::create,
        "DeleteGraph" => graphs::delete,
        "DeleteMembers" => members::delete,
        "DescribeOrganizationConfiguration" => organization::describe,
        "DisableOrganizationAdminAccount" => organization::disable,
        "DisassociateMembership" => invitations::disassociate,
        "EnableOrganizationAdminAccount" => organization::enable,
        "GetInvestigation" => investigations::get,
        "GetMembers" => members::get,
        "ListDatasourcePackages" => packages::list,
        "ListGraphs" => graphs::list,
        "ListIndicators" => investigations::list_indicators,
        "ListInvestigations" => investigations::list,
        "ListInvitations" => invitations::list,
        "ListMembers" => members::list,
        "ListOrganizationAdminAccounts" => organization::list,
        "ListTagsForResource" => tags::list,
        "RejectInvitation" => invitations::reject,
        "StartInvestigation" => investigations::start,
        "StartMonitoringMember" => members::start_monitoring,
        "TagResource" => tags::tag,
        "UntagResource" => tags::untag,
        "UpdateDatasourcePackages" => packages::update,
        "UpdateInvestigationState" => investigations::update_state,
        "UpdateOrganizationConfiguration" => organization::update,
        _ => return None,
    })
}

fn guardduty(name: &str) -> Option<Handler> {
    Some(match name {
        "ListDetectors" => guardduty::list_detectors,
        "GetDetector" => guardduty::get_detector,
        "ListMembers" => guardduty::list_members,
        _ => return None,
    })
}

fn organizations(name: &str) -> Option<Handler> {
    Some(match name {
        "DescribeAccount" => organizations::describe_account,
        "DescribeOrganization" => organizations::describe_organization,
        "ListAccounts" => organizations::list_accounts,
        "ListDelegatedAdministrators" => organizations::list_delegated_administrators,
        _ => return None,
    })
}

fn s3(name: &str) -> Option<Handler> {
    Some(match name {
        "DeleteObject" => s3::delete,
        "GetObject" => s3::get,
        "HeadObject" => s3::head,
        "ListObjectsV2" => s3::list,
        "PutObject" => s3::put,
        _ => return None,
    })
}

fn sts(name: &str) -> Option<Handler> {
    Some(match name {
        "AssumeRole" => sts::assume_role,
        "AssumeRoleWithWebIdentity" => sts::assume_role_with_web_identity,
        "GetAccessKeyInfo" => sts::get_access_key_info,
        "GetCallerIdentity" => sts::get_caller_identity,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn every_operation_of_the_catalogue_is_answered() {
        for operation in Service::ALL.into_iter().flat_map(catalogue::operations) {
            assert!(handler(operation).is_some(), "{}", operation.full_name());
        }
    }
}
