"""Draws how time and calls grow with the number of accounts."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

from figures import bound, extent, median, pick, sizes

OURS, BOUND = "#1f5fa8", "#888888"


def growth(results, file):
    # Text stays text, and neither date nor random ids make a new file of the same figures.
    plt.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "growth", "font.size": 9}
    figure, (times, calls) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    accounts = sizes(results)
    runs = [pick(results, "growth", "ours", accounts=size) for size in accounts]
    draw_times(times, accounts, runs)
    draw_calls(calls, accounts, runs)
    for axes in (times, calls):
        axes.set_xlabel("accounts, each in 21 Regions")
        axes.set_xticks(accounts)
        axes.set_xlim(0, accounts[-1] * 1.05)
        axes.set_ylim(0, axes.get_ylim()[1] * 1.05)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, metadata={"Date": None})
    # matplotlib ends lines of paths with blanks.
    file.write_text("\n".join(line.rstrip() for line in file.read_text().splitlines()) + "\n")


def draw_times(axes, accounts, runs):
    medians = [median(some) for some in runs]
    reach = [extent(some) for some in runs]
    errors = [[m - least for m, (least, _) in zip(medians, reach)], [most - m for m, (_, most) in zip(medians, reach)]]
    axes.errorbar(accounts, medians, yerr=errors, marker="o", color=OURS, capsize=3, label="enable, median and extent")
    axes.plot(accounts, [bound(size) for size in accounts], linestyle="--", color=BOUND, label="bound")
    axes.set_title("seconds", loc="left")
    axes.legend(frameon=False)


def draw_calls(axes, accounts, runs):
    axes.plot(accounts, [median(some, "calls") for some in runs], marker="o", color=OURS)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_title("calls", loc="left")
