# Made of deploy/security-account.yaml by `UPDATE_TERRAFORM=1 pytest tests/test_terraform.py -k made_of`; the same test compares the two.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4.0"
    }
  }
}

variable "stack_name" {
  description = "The name of the stack."
  type        = string
  default     = "detective-fleet"
}

variable "stack_tags" {
  description = "Tags of the stack, and of what is in it."
  type        = map(string)
  default     = {}
}

variable "template_file" {
  description = "The security-account.yaml of a release, or one that `aws cloudformation package` has written: it says where the function lies."
  type        = string
}

variable "artifact_bucket" {
  description = "The bucket that the function's zip and the state machine lie in, in the Region of the stack."
  type        = string
}

variable "function_key" {
  description = "The key of the zip there; that of the template, where it is not given."
  type        = string
  default     = null
}

variable "state_machine_key" {
  description = "The key of the state machine there; that of the template, where it is not given."
  type        = string
  default     = null
}

variable "member_role_name" {
  description = "The name of the role in every member account (deploy/member-role.yaml); its path is always /detective-fleet/."
  type        = string
  default     = null
}

variable "external_id" {
  description = "What the member role wants as the external id; empty for none."
  type        = string
  default     = null
}

variable "manage_member_roles" {
  description = "Whether accounts of a list that have no role get one first, by the StackSet that `detective-fleet roles deploy` has made in this Region."
  type        = bool
  default     = null
}

variable "stack_set_name" {
  description = "The name of that StackSet."
  type        = string
  default     = null
}

variable "regions" {
  description = "The Regions, with commas and no blanks between them, or `all` that are switched on and have Detective. Named, they also limit where the administrator role may change anything."
  type        = string
  default     = null
}

variable "exclude_regions" {
  description = "Regions to leave out, with commas between them."
  type        = string
  default     = null
}

variable "expected" {
  description = "Memberships that are known to stay out, as ACCOUNT/REGION, ACCOUNT/* or */REGION with commas between them; \"@2027-01-31\" after it is its last day, and what follows a blank is the reason."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the behavior graphs, as key=value with commas between them."
  type        = string
  default     = null
}

variable "packages" {
  description = "Optional data source packages to start (EKS_AUDIT, ASFF_SECURITYHUB_FINDING), with commas between them."
  type        = string
  default     = null
}

variable "send_email" {
  description = "Let AWS send its invitation mail - one for each account and Region, to the root address."
  type        = bool
  default     = null
}

variable "message" {
  description = "A text for that mail."
  type        = string
  default     = null
}

variable "authoritative_key" {
  description = "The one list that the drift run goes by. Accounts that it names cannot be disabled by an upload."
  type        = string
  default     = null
}

variable "disable_by_upload" {
  description = "Whether an upload under disable/ removes the accounts that it names."
  type        = string
  default     = null
}

variable "invite_only_with_role" {
  description = "Whether the role of an account is assumed before it is invited, so that ids that do not exist take no place in a graph."
  type        = bool
  default     = null
}

variable "max_invitations" {
  description = "How many accounts that are no members yet one upload may invite."
  type        = number
  default     = null
}

variable "allow_removals" {
  description = "Whether the administrator role may remove members at all. Without it, disable/ and Prune are refused, and a member whose verification failed is not invited again with another e-mail."
  type        = bool
  default     = null
}

variable "prune" {
  description = "Whether an upload of the authoritative list removes the members that it does not name. That list then has an upload policy of its own."
  type        = bool
  default     = null
}

variable "max_removals" {
  description = "How many accounts may be removed within RemovalWindowHours; empty for 5, or a tenth of the members if that is more."
  type        = string
  default     = null
}

variable "removal_window_hours" {
  description = "For how many hours removals count, whatever run made them; 0 lets each run count by itself."
  type        = number
  default     = null
}

variable "approve_removals" {
  description = "Whether a run that removes members waits until somebody of ApproverArns, who cannot upload lists, has approved whom it removes."
  type        = bool
  default     = null
}

variable "approval_hours" {
  description = "How many hours a run waits for that, before it ends as NotApproved and has changed nothing."
  type        = number
  default     = null
}

variable "drift_schedule" {
  description = "When the drift run is due, in UTC; empty for never. As long as there is no list it does nothing. A rate(...) is due at once when it is deployed."
  type        = string
  default     = null
}

variable "notification_email" {
  description = "Who is told what came of each run; empty for nobody. Others can subscribe to the topic."
  type        = string
  default     = null
}

variable "language" {
  description = "The language of messages and pages. Subjects are English."
  type        = string
  default     = null
}

variable "operator_arns" {
  description = "Roles and users of this account that may act as the administrator with the command and read lists, by their ARNs without wildcards; empty for none. A role of IAM Identity Center is named by the ARN of the role (.../aws-reserved/sso.amazonaws.com/...), not by that of its sessions (assumed-role/...)."
  type        = list(string)
  default     = null
}

variable "operator_mfa" {
  description = "Whether operators have to have signed in with MFA. Sessions of IAM Identity Center do not say so, and are refused then."
  type        = bool
  default     = null
}

variable "approver_arns" {
  description = "Roles and users of this account that may approve removals, by their ARNs as in OperatorArns; empty for none. With ApproveRemovals they can write nothing else to the bucket."
  type        = list(string)
  default     = null
}

variable "kms_key_arn" {
  description = "A KMS key of this Region for bucket, topic, queue and logs; its policy has to let them use it (docs/deploy.md). Empty for AWS's own keys."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "A policy that bounds every role of this stack; empty for none."
  type        = string
  default     = null
}

variable "access_log_bucket" {
  description = "A bucket of this account and Region that gets the server access log; it has to let S3 write there. Empty for none."
  type        = string
  default     = null
}

variable "documented_minimum" {
  description = "Whether those who start StackSet operations get all that AWS's documentation asks for, where less was refused: iam:GetRole and iam:PassRole on the StackSet administration role, and resource types of any account."
  type        = bool
  default     = null
}

variable "stack_set_administration_role" {
  description = "Path and name of that role (deploy/stackset-administration.yaml)."
  type        = string
  default     = null
}

variable "regions_per_pass" {
  description = "How many Regions one invocation works on; more than there are means all at once."
  type        = number
  default     = null
}

variable "max_concurrency" {
  description = "How many requests to AWS are under way at one time in one invocation. A function may have 1024 files and sockets open."
  type        = number
  default     = null
}

variable "patience_seconds" {
  description = "How long AWS is asked again for what it refuses and may not have heard of yet, such as a role that was made just now."
  type        = number
  default     = null
}

variable "wait_limit_minutes" {
  description = "How long a run waits for AWS to verify accounts, before it ends as StillWaiting."
  type        = number
  default     = null
}

variable "architecture" {
  description = "What the binary in the package was built for."
  type        = string
  default     = null
}

variable "memory_size" {
  description = "The function's memory in MB; its share of a processor grows with it."
  type        = number
  default     = null
}

variable "timeout" {
  description = "How many seconds an invocation may take; what is left goes on in the next."
  type        = number
  default     = null
}

variable "keep_days" {
  description = "How many days the results of runs are kept."
  type        = number
  default     = null
}

variable "list_days" {
  description = "How many days lists under disable/ and plan/ and plans under execute/ are kept, and former versions of lists under enable/."
  type        = number
  default     = null
}

variable "log_days" {
  description = "How many days the logs of the function and of the state machine are kept."
  type        = number
  default     = null
}

locals {
  # What is not given has the default of the template.
  parameters = {
    ArtifactBucket             = var.artifact_bucket
    FunctionKey                = var.function_key
    StateMachineKey            = var.state_machine_key
    MemberRoleName             = var.member_role_name
    ExternalId                 = var.external_id
    ManageMemberRoles          = var.manage_member_roles == null ? null : tostring(var.manage_member_roles)
    StackSetName               = var.stack_set_name
    Regions                    = var.regions
    ExcludeRegions             = var.exclude_regions
    Expected                   = var.expected
    Tags                       = var.tags
    Packages                   = var.packages
    SendEmail                  = var.send_email == null ? null : tostring(var.send_email)
    Message                    = var.message
    AuthoritativeKey           = var.authoritative_key
    DisableByUpload            = var.disable_by_upload
    InviteOnlyWithRole         = var.invite_only_with_role == null ? null : tostring(var.invite_only_with_role)
    MaxInvitations             = var.max_invitations == null ? null : tostring(var.max_invitations)
    AllowRemovals              = var.allow_removals == null ? null : tostring(var.allow_removals)
    Prune                      = var.prune == null ? null : tostring(var.prune)
    MaxRemovals                = var.max_removals
    RemovalWindowHours         = var.removal_window_hours == null ? null : tostring(var.removal_window_hours)
    ApproveRemovals            = var.approve_removals == null ? null : tostring(var.approve_removals)
    ApprovalHours              = var.approval_hours == null ? null : tostring(var.approval_hours)
    DriftSchedule              = var.drift_schedule
    NotificationEmail          = var.notification_email
    Language                   = var.language
    OperatorArns               = var.operator_arns == null ? null : join(",", var.operator_arns)
    OperatorMfa                = var.operator_mfa == null ? null : tostring(var.operator_mfa)
    ApproverArns               = var.approver_arns == null ? null : join(",", var.approver_arns)
    KmsKeyArn                  = var.kms_key_arn
    PermissionsBoundaryArn     = var.permissions_boundary_arn
    AccessLogBucket            = var.access_log_bucket
    DocumentedMinimum          = var.documented_minimum == null ? null : tostring(var.documented_minimum)
    StackSetAdministrationRole = var.stack_set_administration_role
    RegionsPerPass             = var.regions_per_pass == null ? null : tostring(var.regions_per_pass)
    MaxConcurrency             = var.max_concurrency == null ? null : tostring(var.max_concurrency)
    PatienceSeconds            = var.patience_seconds == null ? null : tostring(var.patience_seconds)
    WaitLimitMinutes           = var.wait_limit_minutes == null ? null : tostring(var.wait_limit_minutes)
    Architecture               = var.architecture
    MemorySize                 = var.memory_size == null ? null : tostring(var.memory_size)
    Timeout                    = var.timeout == null ? null : tostring(var.timeout)
    KeepDays                   = var.keep_days == null ? null : tostring(var.keep_days)
    ListDays                   = var.list_days == null ? null : tostring(var.list_days)
    LogDays                    = var.log_days == null ? null : tostring(var.log_days)
  }
}

resource "aws_cloudformation_stack" "this" {
  name          = var.stack_name
  template_body = file(var.template_file)
  capabilities  = ["CAPABILITY_NAMED_IAM"]
  parameters    = { for name, value in local.parameters : name => value if value != null }
  tags          = var.stack_tags
}

output "outputs" {
  description = "The outputs of the stack, by name."
  value       = aws_cloudformation_stack.this.outputs
}
