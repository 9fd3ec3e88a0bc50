"""Variables in the resources of a policy, such as `${aws:userid}`, are filled in; MiniStack takes them for text.

A statement whose variable has no value does not apply
(docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
"""

import re
from dataclasses import replace

from ministack.core import iam_evaluator

VARIABLE = re.compile(r"\$\{([\w:/]+)\}")
first_match = iam_evaluator._first_match


class NoValue(Exception):
    """A variable has none."""


def filled(statement, context):
    def value(it):
        found = iam_evaluator._resolve_condition_key(it[1], context)
        if not found:
            raise NoValue(it[1])
        return found

    def fill(patterns):
        return [VARIABLE.sub(value, it) for it in patterns]

    return replace(statement, resources=fill(statement.resources), not_resources=fill(statement.not_resources))


def first_match_as_aws(context, statements, effect):
    there = []
    for statement in statements:
        try:
            there.append(filled(statement, context))
        except NoValue:
            continue
    return first_match(context, there, effect)


def put_right():
    iam_evaluator._first_match = first_match_as_aws
