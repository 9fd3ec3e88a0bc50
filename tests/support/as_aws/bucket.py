"""An object that is not there is denied to those who may not list the bucket; MiniStack says "not found".

docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions".
"""

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.router import extract_access_key_id

DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def put_right():
    answer = app.SERVICE_HANDLERS["s3"]

    async def answer_as_aws(method, path, headers, body, query):
        status, head, content = await answer(method, path, headers, body, query)
        bucket, _, key = path.lstrip("/").partition("/")
        if status == 404 and method in ("GET", "HEAD") and key and not may_list(bucket, headers, query):
            return 403, {"Content-Type": "application/xml"}, b"" if method == "HEAD" else DENIED
        return status, head, content

    app.SERVICE_HANDLERS["s3"] = answer_as_aws


def may_list(bucket, headers, query):
    key = extract_access_key_id(headers, query)
    return not iam_evaluator.enforce(key, "s3:ListBucket", "s3", "us-east-1", f"arn:aws:s3:::{bucket}")
