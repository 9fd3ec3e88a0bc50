# Made of deploy/stackset-execution.yaml by `UPDATE_TERRAFORM=1 pytest tests/test_terraform.py -k made_of`; the same test compares the two.

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
  default     = "detective-fleet-execution"
}

variable "stack_tags" {
  description = "Tags of the stack, and of what is in it."
  type        = map(string)
  default     = {}
}

variable "administrator_account" {
  description = "The security account, which has the StackSet."
  type        = string
}

variable "second_administrator" {
  description = "Another security account, whose invitations the member role may accept as well. Empty for none."
  type        = string
  default     = null
}

variable "administration_role" {
  description = "Path and name of the security account's StackSet administration role (deploy/stackset-administration.yaml)."
  type        = string
  default     = null
}

variable "role_name" {
  description = "The name of the role; the security account has to know it. It has no path, since StackSets know of none."
  type        = string
  default     = null
}

variable "member_role_name" {
  description = "The name of the member role; its path is always /detective-fleet/."
  type        = string
  default     = null
}

variable "boundary_name" {
  description = "The name of the boundary; its path is always /detective-fleet/."
  type        = string
  default     = null
}

variable "stack_set_name" {
  description = "The one StackSet whose stacks the role may change."
  type        = string
  default     = null
}

variable "documented_minimum" {
  description = "Whether the role gets all that AWS's documentation asks for, where less was refused: cloudformation:* and s3:* on everything in this account. What it may do with roles stays as it is."
  type        = bool
  default     = null
}

locals {
  # What is not given has the default of the template.
  parameters = {
    AdministratorAccount = var.administrator_account
    SecondAdministrator  = var.second_administrator
    AdministrationRole   = var.administration_role
    RoleName             = var.role_name
    MemberRoleName       = var.member_role_name
    BoundaryName         = var.boundary_name
    StackSetName         = var.stack_set_name
    DocumentedMinimum    = var.documented_minimum == null ? null : tostring(var.documented_minimum)
  }
}

resource "aws_cloudformation_stack" "this" {
  name          = var.stack_name
  template_body = file("${path.module}/../../deploy/stackset-execution.yaml")
  capabilities  = ["CAPABILITY_NAMED_IAM"]
  parameters    = { for name, value in local.parameters : name => value if value != null }
  tags          = var.stack_tags
}

output "outputs" {
  description = "The outputs of the stack, by name."
  value       = aws_cloudformation_stack.this.outputs
}
