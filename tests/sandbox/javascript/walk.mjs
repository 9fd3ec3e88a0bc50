// All operations of Detective by the AWS SDK for JavaScript v3, in an order in which each succeeds, and
// errors as it understands them. Prints what it called and what came of it as one JSON document.

import * as detective from "@aws-sdk/client-detective";
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const [account, email, management] = process.argv.slice(2);
const { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: accessKeyId } = process.env;
const options = (key) => ({
  endpoint,
  region: "us-east-1",
  maxAttempts: 1,
  credentials: key.accessKeyId ? key : { accessKeyId: key, secretAccessKey: "any" },
});
const called = {};

/** Calls an operation, and remembers what came of it. */
async function call(client, name, input = {}) {
  const output = await client.send(new detective[`${name}Command`](input));
  const { $metadata, ...rest } = output;
  called[name] = rest;
  return output;
}

/** The name and the status of the error that a call has to end with. */
async function refused(action) {
  try {
    await action();
  } catch (error) {
    return [error.name, error.$metadata?.httpStatusCode];
  }
  throw new Error("it was not refused");
}

const administrator = new detective.DetectiveClient(options(accessKeyId));
const sts = new STSClient(options(accessKeyId));
const identity = await sts.send(new GetCallerIdentityCommand({}));
const role = { RoleArn: `arn:aws:iam::${account}:role/detective-fleet/DetectiveFleetMember`, RoleSessionName: "walk" };
const { Credentials: session } = await sts.send(new AssumeRoleCommand(role));
const member = new detective.DetectiveClient(
  options({
    accessKeyId: session.AccessKeyId,
    secretAccessKey: session.SecretAccessKey,
    sessionToken: session.SessionToken,
  }),
);
const organization = new detective.DetectiveClient(options(management));

const { GraphArn } = await call(administrator, "CreateGraph", { Tags: { a: "b" } });
const Accounts = [{ AccountId: account, EmailAddress: email }];
const AccountIds = [account];
await call(administrator, "ListGraphs");
await call(administrator, "TagResource", { ResourceArn: GraphArn, Tags: { c: "d" } });
await call(administrator, "UntagResource", { ResourceArn: GraphArn, TagKeys: ["a"] });
await call(administrator, "ListTagsForResource", { ResourceArn: GraphArn });
await call(administrator, "CreateMembers", { GraphArn, Accounts });
await call(member, "ListInvitations");
await call(member, "RejectInvitation", { GraphArn });
await call(administrator, "CreateMembers", { GraphArn, Accounts });
await call(member, "AcceptInvitation", { GraphArn });
await call(administrator, "GetMembers", { GraphArn, AccountIds });
await call(administrator, "ListMembers", { GraphArn, MaxResults: 1 });
await call(administrator, "BatchGetGraphMemberDatasources", { GraphArn, AccountIds });
await call(member, "BatchGetMembershipDatasources", { GraphArns: [GraphArn] });
await call(administrator, "UpdateDatasourcePackages", { GraphArn, DatasourcePackages: ["EKS_AUDIT"] });
await call(administrator, "ListDatasourcePackages", { GraphArn });
await call(member, "DisassociateMembership", { GraphArn });
await call(administrator, "CreateMembers", { GraphArn, Accounts });
await call(administrator, "DeleteMembers", { GraphArn, AccountIds });

const investigation = {
  GraphArn,
  EntityArn: `arn:aws:iam::${account}:role/x`,
  ScopeStartTime: new Date("2026-01-01"),
  ScopeEndTime: new Date("2026-01-02"),
};
const { InvestigationId } = await call(administrator, "StartInvestigation", investigation);
await call(administrator, "GetInvestigation", { GraphArn, InvestigationId });
await call(administrator, "ListInvestigations", { GraphArn });
await call(administrator, "ListIndicators", { GraphArn, InvestigationId });
await call(administrator, "UpdateInvestigationState", { GraphArn, InvestigationId, State: "ARCHIVED" });

// The management account sends more data than any graph takes.
const big = [{ AccountId: management, EmailAddress: `aws-${management}@example.com` }];
await call(administrator, "CreateMembers", { GraphArn, Accounts: big });
await call(organization, "AcceptInvitation", { GraphArn });
await call(administrator, "StartMonitoringMember", { GraphArn, AccountId: management });

await call(organization, "EnableOrganizationAdminAccount", { AccountId: identity.Account });
await call(organization, "ListOrganizationAdminAccounts");
await call(administrator, "UpdateOrganizationConfiguration", { GraphArn, AutoEnable: true });
await call(administrator, "DescribeOrganizationConfiguration", { GraphArn });
await call(organization, "DisableOrganizationAdminAccount");
const { GraphArn: last } = await call(administrator, "CreateGraph");
await call(administrator, "DeleteGraph", { GraphArn: last });

const missing = { GraphArn: GraphArn.replace(/.{32}$/, "0".repeat(32)) };
const errors = {
  not_found: await refused(() => administrator.send(new detective.ListMembersCommand(missing))),
  invalid: await refused(() => administrator.send(new detective.ListMembersCommand({ GraphArn: "x" }))),
  unknown_key: await refused(() =>
    new detective.DetectiveClient(options("AKIANOBODY")).send(new detective.ListGraphsCommand({})),
  ),
  untrusted: await refused(() =>
    sts.send(new AssumeRoleCommand({ ...role, RoleArn: `arn:aws:iam::${account}:role/Missing` })),
  ),
  no_token: await refused(() =>
    sts.send(new AssumeRoleWithWebIdentityCommand({ ...role, WebIdentityToken: "no token" })),
  ),
};
console.log(JSON.stringify({ called, errors }));
