"""Rules and schedules start a state machine with the role of their target, or else leave the event in the dead letters.

MiniStack starts it in any case, and knows no dead letters. A rule's event gets there by the policy of the
queue, a schedule's by the role (docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html,
docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html).
"""

import json

from ministack.core import iam_evaluator
from ministack.core.arn import parse_arn
from ministack.services import eventbridge, scheduler, sqs

from as_aws.policies import may


def put_right():
    invoke = eventbridge._invoke_target

    def invoke_as_role(target, event, origin, view=None):
        arn = target["Arn"]
        if ":states:" not in arn or may(target["RoleArn"], "states:StartExecution", arn):
            return invoke(target, event, origin, view)
        return bury(target, event, origin)

    eventbridge._invoke_target = invoke_as_role
    # A sweep every 10 s is long to wait for.
    scheduler._SCHEDULE_TICK_INTERVAL = 0.2


def bury(target, event, origin):
    queue = target.get("DeadLetterConfig", {}).get("Arn")
    if queue and may_bury(queue, target, origin["Arn"]):
        eventbridge._dispatch_to_sqs(parse_arn(queue), target.get("Input") or json.dumps(event, default=str))


def may_bury(queue, target, origin):
    if ":scheduler:" in origin:
        return may(target["RoleArn"], "sqs:SendMessage", queue)
    policy, _ = sqs.queue_policy_for_arn(queue)
    context = iam_evaluator.EvalContext(
        principal_arn="events.amazonaws.com", principal_type="Service", principal_account="", action="sqs:SendMessage",
        resource_arn=queue, region="", service_context={"aws:sourcearn": origin},
    )
    answer = iam_evaluator.evaluate_resource_policy(policy, context, service="events.amazonaws.com")
    return answer.decision == "Allow"
