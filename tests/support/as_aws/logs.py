"""A function's log is written with its role; MiniStack writes it in any case."""

from ministack.services import lambda_svc

from as_aws.policies import may


def put_right():
    emit = lambda_svc._emit_lambda_logs

    def emit_as_role(function, *words, **more):
        config = function.get("config") or function
        account, group = config["FunctionArn"].split(":")[4], config["LoggingConfig"]["LogGroup"]
        stream = f"arn:aws:logs:us-east-1:{account}:log-group:{group}:log-stream:new"
        actions = ("logs:CreateLogStream", "logs:PutLogEvents")
        if all(may(config["Role"], action, stream) for action in actions):
            emit(function, *words, **more)

    lambda_svc._emit_lambda_logs = emit_as_role
