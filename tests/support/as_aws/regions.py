"""Account Management: Regions can be switched on and off, and only who may ask is told.

In MiniStack all Regions are on for ever, and everybody is told
(docs.aws.amazon.com/service-authorization/latest/reference/list_awsaccountmanagement.html).
"""

import json

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id
from ministack.services import account

from as_aws.policies import refusal

off = set()


def put_right():
    add_switches()
    answer = app.SERVICE_HANDLERS["account"]

    async def answer_those_who_may(method, path, headers, body, query):
        name = path.strip("/")
        action = f"account:{name[:1].upper()}{name[1:]}"
        resource = f"arn:aws:account::{get_account_id()}:account"
        if iam_evaluator.enforce(extract_access_key_id(headers, query), action, "account", "us-east-1", resource):
            head = {"Content-Type": "application/json", "x-amzn-errortype": "AccessDeniedException"}
            return 403, head, json.dumps({"message": refusal("the caller", action, resource)}).encode()
        return await answer(method, path, headers, body, query)

    app.SERVICE_HANDLERS["account"] = answer_those_who_may


def add_switches():
    listed, told = account._list_regions, account._get_region_opt_status

    def switch(change):
        def switched(request):
            change((get_account_id(), request["RegionName"]))
            return account._json(200, {})

        return switched

    def list_regions(request):
        status, head, content = listed({})
        regions = [as_switched(region) for region in json.loads(content)["Regions"]]
        wanted = request.get("RegionOptStatusContains") or []
        return account._json(status, {"Regions": [it for it in regions if not wanted or it["RegionOptStatus"] in wanted]})

    def tell(request):
        status, head, content = told(request)
        return (status, head, content) if status != 200 else account._json(status, as_switched(json.loads(content)))

    account._DISPATCH.update({
        "/disableRegion": switch(off.add), "/enableRegion": switch(off.discard), "/listRegions": list_regions, "/getRegionOptStatus": tell,
    })


def as_switched(region):
    is_off = (get_account_id(), region["RegionName"]) in off
    return {**region, "RegionOptStatus": "DISABLED"} if is_off else region
