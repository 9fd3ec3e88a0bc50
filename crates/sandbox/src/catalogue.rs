//! Every operation that is emulated, method and path after the service models (botocore 1.43.11).

use http::Method;

use crate::operation::Operation;
use crate::service::Service;

/// The operation of that name.
pub(crate) fn named(service: Service, name: &str) -> Option<&'static Operation> {
    operations(service)
        .iter()
        .find(|operation| operation.name == name)
}

/// The operation that method and path mean.
pub(crate) fn routed(service: Service, method: &Method, path: &str) -> Option<&'static Operation> {
    // In S3 the bucket comes first, and what has no key is about the bucket.
    let names_a_key = path.trim_matches('/').contains('/');
    if service == Service::S3 && method == Method::GET && !names_a_key {
        return named(service, "ListObjectsV2");
    }
    operations(service)
        .iter()
        .find(|operation| operation.is_at(method, path))
}

/// What a service can do.
pub(crate) fn operations(service: Service) -> &'static [Operation] {
    match service {
        Service::Account => &ACCOUNT,
        Service::Detective => &DETECTIVE,
        Service::GuardDuty => &GUARDDUTY,
        Service::Organizations => &ORGANIZATIONS,
        Service::S3 => &S3,
        Service::Sts => &STS,
    }
}

static ACCOUNT: [Operation; 2] = {
    const fn post(name: &'static str, path: &'static str) -> Operation {
        at(Service::Account, Method::POST, name, path)
    }
    [
        post("GetRegionOptStatus", "/getRegionOptStatus"),
        post("ListRegions", "/listRegions"),
    ]
};

static DETECTIVE: [Operation; 29] = {
    const fn post(name: &'static str, path: &'static str) -> Operation {
        at(Service::Detective, Method::POST, name, path)
    }
    const DETECTIVE: Service = Service::Detective;
    [
        at(DETECTIVE, Method::PUT, "AcceptInvitation", "/invitation"),
        post("BatchGetGraphMemberDatasources", "/graph/datasources/get"),
        post(
            "BatchGetMembershipDatasources",
            "/membership/datasources/get",
        ),
        post("CreateGraph", "/graph"),
        post("CreateMembers", "/graph/members"),
        post("DeleteGraph", "/graph/removal"),
        post("DeleteMembers", "/graph/members/removal"),
        post(
            "DescribeOrganizationConfiguration",
            "/orgs/describeOrganizationConfiguration",
        ),
        post(
            "DisableOrganizationAdminAccount",
            "/orgs/disableAdminAccount",
        ),
        post("DisassociateMembership", "/membership/removal"),
        post("EnableOrganizationAdminAccount", "/orgs/enableAdminAccount"),
        post("GetInvestigation", "/investigations/getInvestigation"),
        post("GetMembers", "/graph/members/get"),
        post("ListDatasourcePackages", "/graph/datasources/list"),
        post("ListGraphs", "/graphs/list"),
        post("ListIndicators", "/investigations/listIndicators"),
        post("ListInvestigations", "/investigations/listInvestigations"),
        post("ListInvitations", "/invitations/list"),
        post("ListMembers", "/graph/members/list"),
        post("ListOrganizationAdminAccounts", "/orgs/adminAccountslist"),
        at(DETECTIVE, Method::GET, "ListTagsForResource", "/tags/"),
        post("RejectInvitation", "/invitation/removal"),
        post("StartInvestigation", "/investigations/startInvestigation"),
        post("StartMonitoringMember", "/graph/member/monitoringstate"),
        post("TagResource", "/tags/"),
        at(DETECTIVE, Method::DELETE, "UntagResource", "/tags/"),
        post("UpdateDatasourcePackages", "/graph/datasources/update"),
        post(
            "UpdateInvestigationState",
            "/investigations/updateInvestigationState",
        ),
        post(
            "UpdateOrganizationConfiguration",
            "/orgs/updateOrganizationConfiguration",
        ),
    ]
};

static GUARDDUTY: [Operation; 3] = {
    const fn get(name: &'static str, path: &'static str) -> Operation {
        at(Service::GuardDuty, Method::GET, name, path)
    }
    [
        get("ListDetectors", "/detector"),
        get("ListMembers", "/detector/*/member"),
        get("GetDetector", "/detector/"),
    ]
};

static ORGANIZATIONS: [Operation; 4] = {
    const fn by_header(name: &'static str) -> Operation {
        at(Service::Organizations, Method::POST, name, "/")
    }
    [
        by_header("DescribeAccount"),
        by_header("DescribeOrganization"),
        by_header("ListAccounts"),
        by_header("ListDelegatedAdministrators"),
    ]
};

// The path is the bucket's and the key's.
static S3: [Operation; 5] = [
    at(Service::S3, Method::DELETE, "DeleteObject", "/"),
    at(Service::S3, Method::GET, "GetObject", "/"),
    at(Service::S3, Method::HEAD, "HeadObject", "/"),
    at(Service::S3, Method::GET, "ListObjectsV2", "/"),
    at(Service::S3, Method::PUT, "PutObject", "/"),
];

static STS: [Operation; 4] = {
    const fn by_parameter(name: &'static str) -> Operation {
        at(Service::Sts, Method::POST, name, "/")
    }
    [
        by_parameter("AssumeRole"),
        by_parameter("AssumeRoleWithWebIdentity"),
        by_parameter("GetAccessKeyInfo"),
        by_parameter("GetCallerIdentity"),
    ]
};

const fn at(service: Service, method: Method, name: &'static str, path: &'static str) -> Operation {
    Operation {
        service,
        name,
        method,
        path,
    }
}
