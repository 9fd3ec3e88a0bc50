"""Regions can be switched on and off (`account:EnableRegion`, `DisableRegion`); in MiniStack all are on for ever."""

import json

from ministack.core.responses import get_account_id
from ministack.services import account

off = set()


def put_right():
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
