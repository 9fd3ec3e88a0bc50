# Made of deploy/stackset-administration.yaml by `UPDATE_TERRAFORM=1 pytest tests/test_terraform.py -k made_of`; the same test compares the two.

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
  default     = "detective-fleet-stackset"
}

variable "stack_tags" {
  description = "Tags of the stack, and of what is in it."
  type        = map(string)
  default     = {}
}

variable "role_name" {
  description = "The name of the role; its path is always /detective-fleet/. The execution roles have to trust it."
  type        = string
  default     = null
}

variable "execution_role_name" {
  description = "The name of the role in every member account (deploy/stackset-execution.yaml)."
  type        = string
  default     = null
}

variable "stack_set_name" {
  description = "The one StackSet that the role is for."
  type        = string
  default     = null
}

variable "opt_in_region" {
  description = "The Region of the StackSet, or of its stacks, where it is one that needs opt-in; empty for none."
  type        = string
  default     = null
}

variable "documented_minimum" {
  description = "Whether people get all that AWS's documentation asks for, where less was refused: iam:GetRole on the role, and resource types of any account."
  type        = bool
  default     = null
}

locals {
  # What is not given has the default of the template.
  parameters = {
    RoleName          = var.role_name
    ExecutionRoleName = var.execution_role_name
    StackSetName      = var.stack_set_name
    OptInRegion       = var.opt_in_region
    DocumentedMinimum = var.documented_minimum == null ? null : tostring(var.documented_minimum)
  }
}

resource "aws_cloudformation_stack" "this" {
  name          = var.stack_name
  template_body = file("${path.module}/../../deploy/stackset-administration.yaml")
  capabilities  = ["CAPABILITY_NAMED_IAM"]
  parameters    = { for name, value in local.parameters : name => value if value != null }
  tags          = var.stack_tags
}

output "outputs" {
  description = "The outputs of the stack, by name."
  value       = aws_cloudformation_stack.this.outputs
}
