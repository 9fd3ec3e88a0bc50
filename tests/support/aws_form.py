"""A security account in which `aws deploy`, `aws status` and `aws remove` are run on MiniStack."""

import itertools

REGION = "us-east-1"
NUMBERS = itertools.count(1)


class Desk:
    """The command in the name of a security account of its own."""

    def __init__(self, command, ministack, archive):
        self.command, self.ministack, self.archive = command, ministack, archive
        self.account = f"3333333333{next(NUMBERS):02}"
        self.env = {
            "AWS_ENDPOINT_URL": ministack.endpoint, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def words(self, operation, *more):
        found = ["aws", operation, "--admin-account", self.account]
        return [*found, *(["--function", self.archive] if operation == "deploy" else []), *more]

    def run(self, operation, *more):
        return self.command.run(*self.words(operation, *more), "--output", "json", env=self.env)

    def deploy(self, *parameters):
        given = itertools.chain.from_iterable(["--parameter", it] for it in parameters)
        return self.run("deploy", "--yes", *given)

    def answer(self, answer, operation, *more):
        return self.command.run_on_terminal(*self.words(operation, *more), answer=answer, env=self.env)

    def client(self, service):
        return self.ministack.client(service, self.account)

    def stack(self):
        return self.client("cloudformation").describe_stacks(StackName="detective-fleet")["Stacks"][0]

    def status(self):
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return [stack["StackStatus"] for stack in stacks]

    def parameters(self):
        return {it["ParameterKey"]: it["ParameterValue"] for it in self.stack()["Parameters"]}

    def change_sets(self):
        found = self.client("cloudformation").list_change_sets(StackName="detective-fleet")["Summaries"]
        return [it for it in found if it["ExecutionStatus"] == "AVAILABLE" or it["Status"] == "FAILED"]

    def buckets(self):
        return [it["Name"] for it in self.client("s3").list_buckets()["Buckets"]]

    def resource(self, logical):
        found = self.client("cloudformation").describe_stack_resource(StackName="detective-fleet", LogicalResourceId=logical)
        return found["StackResourceDetail"]["PhysicalResourceId"]
