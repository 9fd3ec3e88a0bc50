"""From what was measured to what is said about it: medians, bounds, ratios. No text in here."""

import statistics

import world
from network import DISTANCES

# Calls that can only be made one after the other: GetCallerIdentity (with ListRegions beside it),
# ListGraphs, CreateGraph, CreateMembers, the ListMembers that sees INVITED, AcceptInvitation, the
# ListMembers that makes the report true; and one more because a look that is under way when the last
# e-mail is verified has to come back before the next can go out. Roles are assumed meanwhile.
CHAIN = 8
# What the product has in flight at most, by default.
IN_FLIGHT = 256


def pick(results, part, name, **wanted):
    """The runs of one program, by whatever tells them apart."""
    runs = results.get(part, {}).get("runs", [])
    return [run for run in runs if run["name"] == name and all(run[key] == value for key, value in wanted.items())]


def median(runs, what="wall"):
    return statistics.median(value(run, what) for run in runs)


def extent(runs, what="wall"):
    values = [value(run, what) for run in runs]
    return min(values), max(values)


def value(run, what):
    match what:
        case "calls":
            return sum(run["operations"].values())
        case "cpu":
            return run["user"] + run["system"]
        case "cpu_per_call":
            return value(run, "cpu") / value(run, "calls")
        case "roles":
            return run["operations"].get("sts:AssumeRole", 0)
        case _:
            return run[what]


def chain_bound(accounts, regions=world.REGIONS):
    """No program can be faster than the slowest verification and the calls around it."""
    return slowest_verification(accounts * regions) + CHAIN * latency()


def slowest_verification(memberships):
    """The expected largest of so many draws, each equally likely between least and most."""
    least, most = world.settings()["verification"]
    return least + (most - least) * memberships / (memberships + 1)


def latency():
    """How long a call takes on average."""
    return statistics.mean(world.settings()["latency"])


def flight_bound(memberships):
    """Nor faster than its acceptances, of which only so many are in flight: the first is possible
    after four calls, the quickest verification and a look; after the last comes the closing look."""
    least, _ = world.settings()["verification"]
    return 5 * latency() + least + memberships * latency() / IN_FLIGHT + latency()


def bound(accounts):
    return max(chain_bound(accounts), flight_bound(accounts * world.REGIONS))


def network_bound(origin, accounts):
    """As `chain_bound`, where a call takes a round trip more, and the first one on a connection two more: TCP's
    handshake and that of TLS 1.3. The Regions are known from the Account service, which is in us-east-1."""
    distances = {region: milliseconds / 1000 for region, milliseconds in DISTANCES.get(origin, {"us-east-1": 0}).items()}
    regions = 3 * distances["us-east-1"] + latency()
    farthest = max(2 * far + (CHAIN - 1) * (far + latency()) for far in distances.values())
    return regions + farthest + slowest_verification(accounts)


def network_flight_bound(origin, accounts):
    """As `flight_bound`: every acceptance takes its Region's round trip, and only so many are in flight."""
    distances = [milliseconds / 1000 for milliseconds in DISTANCES.get(origin, {"us-east-1": 0}).values()]
    least, _ = world.settings()["verification"]
    nearest = min(distances)
    acceptances = accounts * world.REGIONS * (statistics.mean(distances) + latency()) / IN_FLIGHT
    return 6 * (nearest + latency()) + least + acceptances


def bucket_bound(accounts):
    """With AssumeRole limited (see `run.THROTTLES`): two calls until the first can be sent, one role
    after the other, the answer to the last, its acceptance, and the look that makes the report true."""
    rate, burst = 10, 10
    return 2 * latency() + (accounts - burst) / rate + 3 * latency()


def sizes(results):
    return sorted({run["accounts"] for run in results["growth"]["runs"]})
