"""Writes RESULTS.md and growth.svg from what was measured."""

import world
from figures import (
    IN_FLIGHT,
    bound,
    bucket_bound,
    chain_bound,
    extent,
    median,
    network_bound,
    network_flight_bound,
    pick,
    sizes,
    value,
)
from network import ORIGINS

ACCOUNTS = 80
ALL = world.REGIONS
# What `--patience` is by default, in seconds.
PATIENCE = 15
PLACES = {"here": "beside AWS", "ap-northeast-1": "Tokyo", "eu-central-1": "Frankfurt", "us-east-1": "Northern Virginia"}
PROGRAMS = {
    "ours": "detective-fleet",
    "threaded --tuned": "boto3, threads, tuned",
    "threaded": "boto3, threads",
    "threaded --by-region": "boto3, a thread for each Region",
    "aws": "AWS's script",
}
# The one that most people would write; the better ones are measured to be fair, and to know how far they come.
COMMON = "threaded --by-region"


def write(results, folder):
    parts = [opening(results), *(section(results) for part, section in SECTIONS.items() if part in results)]
    parts += [goals(results), REPEAT]
    (folder / "RESULTS.md").write_text("\n".join(parts))
    if "growth" in results:
        # Late, because only what is being measured should be in memory meanwhile.
        import plot

        plot.growth(results, folder / "growth.svg")


def opening(results):
    dates = sorted({part["date"] for part in results.values()})
    machines = sorted({part["machine"] for part in results.values()})
    # Where only AWS's script was run, ours was but the sandbox.
    products = sorted({part["product"] for name, part in results.items() if name != "whole"})
    return OPENING.format(dates=", ".join(dates), machines="; ".join(machines), products="; ".join(products))


# Sections


def compare(results):
    ours = pick(results, "compare", "ours")
    rows = [row(name, pick(results, "compare", name), ours) for name in PROGRAMS if name != "aws"]
    rows += scaled(pick(results, "compare", "aws"), ours)
    rows += [row("aws", runs, ours) for runs in [pick(results, "whole", "aws")] if runs]
    load = "{:.0f} to {:.0f}".format(*extent(results["compare"]["runs"], "load"))
    return COMPARE.format(rows="\n".join(rows), chain=chain_bound(ACCOUNTS), load=load)


def row(name, runs, ours):
    time = spread(runs)
    ratios = f"{short(median(runs) / median(ours))} | {short(median(runs) / chain_bound(ACCOUNTS))}"
    return f"| {PROGRAMS[name]} | {ALL} | {len(runs)} | {time} | {ratios} | {rest(runs)} |"


def scaled(runs, ours):
    """AWS's script does one Region after the other, so what some Regions took says what all take."""
    if not runs:
        return []
    count = runs[0]["regions"]
    few = f"| {PROGRAMS['aws']} | {count} | {len(runs)} | {spread(runs)} | | | {rest(runs)} |"
    time, calls = (median(runs, what) * ALL / count for what in ("wall", "calls"))
    ratios = f"{time / median(ours):.0f} | {time / chain_bound(ACCOUNTS):.0f}"
    whole = f"| the same x {ALL / count:g} | {ALL} | *scaled* | {time:,.0f} s | {ratios} | | | {calls:,.0f} | |"
    return [few, whole]


def short(number):
    return f"{number:.0f}" if number > 100 else f"{number:.2f}"


def spread(runs):
    least, most = extent(runs)
    digits = 0 if most > 100 else 2
    text = f"{median(runs):,.{digits}f} s"
    return text if len(runs) == 1 else f"{text} ({least:,.{digits}f}–{most:,.{digits}f})"


def rest(runs):
    cpu, memory = median(runs, "cpu"), median(runs, "peak_mib")
    return f"{cpu:.1f} s | {memory:.0f} MiB | {median(runs, 'calls'):,.0f} | {median(runs, 'roles'):,.0f}"


def growth(results):
    rows = [growth_row(size, pick(results, "growth", "ours", accounts=size)) for size in sizes(results)]
    again = [again_row(size, pick(results, "growth", "ours, again", accounts=size)) for size in sizes(results)]
    runs = len(pick(results, "growth", "ours", accounts=sizes(results)[0]))
    return GROWTH.format(rows="\n".join(rows), again="\n".join(again), runs=runs, flight=IN_FLIGHT)


def growth_row(size, runs):
    calls = median(runs, "calls")
    cells = [f"{size:,}", f"{size * ALL:,}", spread(runs), f"{bound(size):.1f} s"]
    cells += [f"{median(runs) / bound(size):.2f}", f"{calls:,.0f}", f"{median(runs, 'cpu'):.2f} s"]
    cells += [f"{median(runs, 'cpu_per_call') * 1e6:.0f} µs", f"{median(runs, 'peak_mib'):.0f} MiB"]
    return f"| {' | '.join(cells)} |"


def again_row(size, runs):
    cells = [f"{size:,}", spread(runs), f"{median(runs, 'calls'):,.0f}", f"{median(runs, 'calls_in_one_region'):.0f}"]
    cells += [f"{2 + -(-size // 200)}", f"{median(runs, 'roles'):.0f}"]
    return f"| {' | '.join(cells)} |"


def large(results):
    (run,) = results["large"]["runs"]
    ours = pick(results, "growth", "ours", accounts=run["accounts"])
    cells = [f"{run['accounts']:,}", f"{run['wall']:.1f} s", f"{run['wall'] / median(ours):.1f}", rest([run])]
    return LARGE.format(row=f"| {' | '.join(cells)} |")


def throttled(results):
    runs = pick(results, "throttled", "ours")
    allowed = bucket_bound(ACCOUNTS)
    refused = median(runs, "calls") - median(pick(results, "compare", "ours"), "calls")
    return THROTTLED.format(
        time=spread(runs), allowed=allowed, ratio=median(runs) / allowed, calls=median(runs, "calls"), more=refused
    )


def troubled(results):
    rows = [troubled_row(*row) for row in in_trouble(results)]
    return TROUBLED.format(rows="\n".join(rows))


def troubled_row(accounts, name, runs, healthy):
    ratio = short(median(runs) / median(healthy))
    more = f"{median(runs) - median(healthy):+.1f} s"
    return f"| {accounts:,} | {name} | {len(runs)} | {spread(runs)} | {ratio} | {more} | {median(runs, 'calls'):,.0f} |"


def in_trouble(results):
    """Each trouble with its runs and the healthy ones beside them."""
    runs = results["troubled"]["runs"]
    for accounts in sorted({run["accounts"] for run in runs}):
        healthy = pick(results, "troubled", "healthy", accounts=accounts)
        for name in dict.fromkeys(run["name"] for run in runs):
            yield accounts, name, pick(results, "troubled", name, accounts=accounts), healthy


def network(results):
    rows = [network_row(accounts, origin, runs, bound) for accounts, origin, runs, bound in in_network(results)]
    return NETWORK.format(rows="\n".join(rows), flight=IN_FLIGHT)


def in_network(results):
    """The runs from each place, with what no program could be faster than."""
    for accounts in sorted({run["accounts"] for run in results["network"]["runs"]}):
        for origin in ORIGINS:
            runs = pick(results, "network", "ours", accounts=accounts, origin=origin)
            yield accounts, origin, runs, max(network_bound(origin, accounts), network_flight_bound(origin, accounts))


def network_row(accounts, origin, runs, bound):
    cells = [f"{accounts:,}", PLACES[origin], str(len(runs)), spread(runs), f"{bound:.1f} s", f"{median(runs) / bound:.2f}"]
    cells += [f"{median(runs, what):,.0f}" for what in ("calls", "handshakes")]
    cells += [f"{median(runs, 'cpu'):.2f} s", f"{median(runs, 'peak_mib'):.0f} MiB"]
    return f"| {' | '.join(cells)} |"


SECTIONS = {"compare": compare, "growth": growth, "large": large, "throttled": throttled, "troubled": troubled, "network": network}


# Goals


def goals(results):
    return GOALS.format(rows="\n".join(f"| {' | '.join(goal)} |" for goal in reached(results)))


def reached(results):
    """What was aimed at, what was measured, and whether that is enough."""
    if "compare" in results:
        yield from goals_of_comparison(results)
    if "growth" in results:
        yield from goals_of_growth(results)
    if "throttled" in results:
        ratio = median(results["throttled"]["runs"]) / bucket_bound(ACCOUNTS)
        yield goal("throttled: time to what the buckets allow", "at most 1.3", ratio, ratio <= 1.3, ".2f")
    if "troubled" in results:
        yield from goals_of_trouble(results)
    if "network" in results:
        for accounts, origin, runs, least in in_network(results):
            ratio = median(runs) / least
            yield goal(f"{accounts:,} accounts, {PLACES[origin]}: time to the bound", "at most 1.10", ratio, ratio <= 1.10, ".2f")


def goals_of_trouble(results):
    for accounts, name, runs, healthy in in_trouble(results):
        time, well = median(runs), median(healthy)
        where = f"{accounts:,} accounts, {name}: seconds"
        if name == "one Region dead":
            most = max(1.5 * well, well + 5)
            yield goal(where, f"1.5 x healthy, or 5 s more: {most:.1f}", time, time <= most, ".1f")
        elif name != "healthy":
            most = 1.5 * well + PATIENCE
            yield goal(where, f"1.5 x healthy and {PATIENCE} s of patience: {most:.1f}", time, time <= most, ".1f")


def goals_of_comparison(results):
    ours = median(pick(results, "compare", "ours"))
    ratio = ours / chain_bound(ACCOUNTS)
    yield goal(f"{ACCOUNTS} accounts: time to the bound", "at most 1.25", ratio, ratio <= 1.25, ".2f")
    if runs := pick(results, "compare", "aws"):
        times = median(runs) * ALL / runs[0]["regions"] / ours
        yield goal("faster than AWS's script (scaled)", "at least 230 x", times, times >= 230, ".0f")
    times = median(pick(results, "compare", COMMON)) / ours
    yield goal(f"faster than {PROGRAMS[COMMON]}", "at least 8 x", times, times >= 8, ".1f")


def goals_of_growth(results):
    ours = {size: pick(results, "growth", "ours", accounts=size) for size in sizes(results)}
    if 1200 in ours:
        time, memory, cpu = (median(ours[1200], what) for what in ("wall", "peak_mib", "cpu_per_call"))
        yield goal("1,200 accounts: seconds", "at most 20", time, time <= 20, ".1f")
        yield goal("1,200 accounts: MiB", "at most 100", memory, memory <= 100, ".0f")
        yield goal("1,200 accounts: µs of CPU per call", "at most 250", cpu * 1e6, cpu <= 250e-6, ".0f")
    if {80, 800} <= ours.keys():
        calls, time = (median(ours[800], what) / median(ours[80], what) for what in ("calls", "wall"))
        yield goal("80 to 800 accounts: calls", "at most 10 x", calls, calls <= 10, ".2f")
        yield goal("80 to 800 accounts: time", "less than 10 x", time, time < 10, ".2f")
    yield from goals_of_repetition(results, ours)


def goals_of_repetition(results, ours):
    again = [run for run in results["growth"]["runs"] if run["name"] == "ours, again"]
    over = max(run["calls_in_one_region"] - (2 + -(-run["accounts"] // 200)) for run in again)
    yield goal("nothing to do: calls in one Region, beyond 2 + 1 for each page", "at most 0", over, over <= 0, "d")
    roles = max(value(run, "roles") for run in again)
    yield goal("nothing to do: AssumeRole", "0", roles, roles == 0, "d")
    each = max(value(run, "roles") / run["accounts"] for runs in ours.values() for run in runs)
    yield goal("AssumeRole for each member and run", "at most 1", each, each <= 1, ".2f")


def goal(what, aim, found, met, form):
    return what, aim, format(found, form), "yes" if met else "**no**"


# Texts

OPENING = """# Results

Written by `bench/run.py`; do not edit. Measured {dates} on {machines}. Product: {products}.

Everything runs against `detective-fleet sandbox` on the same machine, which it shares: a new one for each run, in which each call
takes 75 to 125 ms and each membership is verified for 1 to 3 s (`world.toml`; the same seeds for all programs). A figure is the
median of so many runs, with the least and the most in brackets; time is that of a whole process, CPU is user and system, memory is
the peak of what is resident. A run counts only if the sandbox itself has every member ENABLED afterwards. Calls are counted by the
sandbox. How fast AWS answers and verifies is not known: the figures compare programs, they do not promise durations.
"""

COMPARE = """## 80 accounts, side by side

| program | Regions | runs | time | to ours | to the bound | CPU | memory | calls | AssumeRole |
|---|---|---|---|---|---|---|---|---|---|
{rows}

- **The bound** is {chain:.2f} s, less than which no program can take: the slowest of the verifications (the expected largest of
  1,680 draws between 1 and 3 s) and 8 calls of 100 ms that depend on each other: GetCallerIdentity, ListGraphs, CreateGraph,
  CreateMembers, a look that is under way when the last e-mail is verified, the ListMembers that sees it, AcceptInvitation, and
  the ListMembers that makes the report true.
- **detective-fleet**: `enable accounts.csv --yes --admin-account 555555555555 --report report.json`, all else by default.
- **boto3, a thread for each Region**: `bench/threaded.py --by-region`, our own: what most people write first. AWS's script's
  steps, all Regions side by side: in each, the role of one member after the other is assumed, and accepts.
- **boto3, threads**: the same without `--by-region`, 128 threads: all accounts side by side, too, with one AssumeRole and one
  session for each. **Tuned**: `--tuned`, all clients from one session, which saves most of boto3's CPU. None of the three handles failures, throttling or expiring credentials.
- **AWS's script**: `enableDetective.py` of amazon-detective-multiaccount-scripts at 8dfb97a, unmodified, with boto3 1.43 (the version
  that it pins knows no other endpoint). It does one Region after the other, so a few Regions are measured and scaled; 20 s in
  each Region are its own sleeps. The row with 21 Regions and one run, where there is one, is not scaled.
- **The machine**'s load average was {load} before each run, on 2 cores. Programs that wait for AWS hardly notice. The threaded ones are held up by their own CPU time instead, so a busy machine makes them slower, and a quiet one
  makes the ratio to them smaller.
"""

GROWTH = """## From 80 to 1,200 accounts, 21 Regions

`detective-fleet enable` as above, {runs} runs of each size in turn. The bound is the larger one of that above and of what
{flight} calls in flight, the default, allow: 4 calls of 100 ms, the quickest verification (1 s) and a look before the first
acceptance, the acceptances, {flight} at a time, and the closing look.

| accounts | memberships | time | bound | to the bound | calls | CPU | CPU per call | memory |
|---|---|---|---|---|---|---|---|---|
{rows}

![Time and calls by number of accounts](growth.svg)

The same command again, when there is nothing to do (a page of ListMembers has 200 members):

| accounts | time | calls | most in one Region | allowed there: 2 + pages | AssumeRole |
|---|---|---|---|---|---|
{again}
"""

LARGE = """The better one of the threaded programs, with as many accounts as a graph can have, one run:

| accounts | time | to ours | CPU | memory | calls | AssumeRole |
|---|---|---|---|---|---|---|
{row}
"""

THROTTLED = """## Where AWS throttles

80 accounts in 21 Regions, with AssumeRole limited to 10 a second and ListMembers to 2 a second in each Region (token buckets that
hold a second's worth): {time}. The bucket of AssumeRole alone allows {allowed:.1f} s (two calls before the first role, 70 roles
beyond the first 10 at 10 a second, and the last one's answer, acceptance and closing look): {ratio:.2f} times that. {calls:,.0f} calls,
{more:+,.0f} compared with no limits.
"""

TROUBLED = """## Where something is wrong for good

`detective-fleet enable` with default flags, and a healthy run beside each in the same round. Accounts without the role are asked for it
again for 15 s (`--patience`), beside everything else; a Region that never answers is waited for by what the others needed.

| accounts | what is wrong | runs | time | to healthy | more | calls |
|---|---|---|---|---|---|---|
{rows}
"""

NETWORK = """## In a network of the real one's shape

`detective-fleet enable` with AWS's own host names, TLS 1.3, and each of the 21 Regions as far as `distances.toml` has it from
where the command runs: the 50th percentile of cloudping.co, mid-2025. What is sent arrives half a round trip later, and a new
connection costs one round trip for TCP and one for TLS. nginx speaks TLS before the sandbox, and `distance.py` keeps back the
bytes; both run on the same 2 cores.

| accounts | from | runs | time | bound | to the bound | calls | connections | CPU | memory |
|---|---|---|---|---|---|---|---|---|---|
{rows}

- **The bound** is the larger one of two: the calls that depend on each other, as above, with the distances: ListRegions in
  us-east-1 on a new connection, then in the farthest Region a new connection, the seven calls, and the slowest of that Region's
  verifications; and what {flight} calls in flight allow: the mean distance and 100 ms for each acceptance.
- **Connections**: all that were opened, each with a handshake.
"""

GOALS = """## Goals

| | goal | measured | met |
|---|---|---|---|
{rows}
"""

REPEAT = """## Repeat it

    make bench                                      # 80 to 1,200 accounts, and the threaded programs
    make bench ARGS='--aws-scripts PATH'            # and AWS's script, from a checkout of its repository
    make bench ARGS='--parts network'                # from other continents: as root, with nginx and openssl
    make bench ARGS='--aws-scripts PATH --parts whole'    # that in all 21 Regions, once: 20 minutes
    make bench ARGS='--parts none'                  # the tables again, from results.json

It builds the release, and installs the Python packages of `bench/requirements.txt` into `.venv-bench`.
"""
