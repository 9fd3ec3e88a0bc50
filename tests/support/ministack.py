"""MiniStack as a process: everything of AWS but Detective, with its IAM switched on."""

import os
import subprocess

import boto3
from botocore.config import Config

from support import ROOT
from support.server import end, wait_until_it_answers

PYTHON = ROOT / ".venv-ministack" / "bin" / "python"
PROGRAM = ROOT / "tests" / "support" / "ministack_as_aws.py"
ADMINISTRATOR = "111111111111"


class MiniStack:
    """A running MiniStack, on 127.0.0.1 only.

    What it is started with reaches its Lambdas: so they find the sandbox as their Detective, and the
    template needs no variable for tests.
    """

    def __init__(self, folder, port, more):
        self.endpoint = f"http://127.0.0.1:{port}"
        self.log = open(folder / "ministack.log", "w+b")
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), "STATE_DIR": str(folder / "state"),
            "AUTH": "true", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "127.0.0.1", "GATEWAY_PORT": str(port),
            "MINISTACK_ACCOUNT_ID": ADMINISTRATOR, "MINISTACK_REGION": "us-east-1",
            # Its IoT would listen on all addresses.
            "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
            "AWS_ENDPOINT_URL": self.endpoint, "SFN_WAIT_SCALE": "0.02",
            **more,
        }
        self.process = subprocess.Popen(
            [str(PYTHON), "-P", str(PROGRAM)], env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        self.wait()

    def wait(self):
        wait_until_it_answers(f"{self.endpoint}/_ministack/health", self.process, self.said)

    def said(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-20000:]

    def stop(self):
        end(self.process)
        self.log.close()

    def client(self, service, account=ADMINISTRATOR, region="us-east-1", credentials=None):
        """A boto3 client of an account's root: such a key *is* the account."""
        keys = credentials or {"AccessKeyId": account, "SecretAccessKey": "test", "SessionToken": None}
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            config=Config(retries={"max_attempts": 2}, read_timeout=60, s3={"addressing_style": "path"}),
        )
