# Made of deploy/member-role.yaml by `UPDATE_TERRAFORM=1 pytest tests/test_terraform.py -k made_of`; the same test compares the two.

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
  default     = "detective-fleet-member"
}

variable "stack_tags" {
  description = "Tags of the stack, and of what is in it."
  type        = map(string)
  default     = {}
}

variable "administrator_account" {
  description = "The security account, whose behavior graphs the invitations are for."
  type        = string
}

variable "administrator_role" {
  description = "Path and name of the role in the security account that may assume this one."
  type        = string
  default     = null
}

variable "also_trusted" {
  description = "Roles and users that may assume this one as well, by their ARNs without wildcards, with commas between them: of the security account, or of the second one. Empty for none. A role of IAM Identity Center is named by the ARN of the role."
  type        = list(string)
  default     = null
}

variable "second_administrator" {
  description = "Another security account, while behavior graphs move there: its role of the same name may assume this one as well, and invitations to its graphs are accepted. Empty for none."
  type        = string
  default     = null
}

variable "role_name" {
  description = "The name of the role; its path is always /detective-fleet/."
  type        = string
  default     = null
}

variable "external_id" {
  description = "What has to be presented as the external id; empty for none. The security account's stack has to say the same."
  type        = string
  default     = null
}

variable "boundary" {
  description = "Path and name of the policy that bounds what the role may do; empty for none. A StackSet's role may make no other."
  type        = string
  default     = null
}

variable "allow_guard_duty_reads" {
  description = "Whether `check --guardduty` may ask this account whether GuardDuty is on, and since when."
  type        = bool
  default     = null
}

locals {
  # What is not given has the default of the template.
  parameters = {
    AdministratorAccount = var.administrator_account
    AdministratorRole    = var.administrator_role
    AlsoTrusted          = var.also_trusted == null ? null : join(",", var.also_trusted)
    SecondAdministrator  = var.second_administrator
    RoleName             = var.role_name
    ExternalId           = var.external_id
    Boundary             = var.boundary
    AllowGuardDutyReads  = var.allow_guard_duty_reads == null ? null : tostring(var.allow_guard_duty_reads)
  }
}

resource "aws_cloudformation_stack" "this" {
  name          = var.stack_name
  template_body = file("${path.module}/../../deploy/member-role.yaml")
  capabilities  = ["CAPABILITY_NAMED_IAM"]
  parameters    = { for name, value in local.parameters : name => value if value != null }
  tags          = var.stack_tags
}

output "outputs" {
  description = "The outputs of the stack, by name."
  value       = aws_cloudformation_stack.this.outputs
}
