"""Prints a table row for each backtest report: the fate of the campaigns' text and the effect on honest accounts."""
import argparse
import json
import math


RUNGS = ("marked", "pooled", "blocked")


def upper(count, of):
    """One-sided upper bound of a share at 95 %: C. Clopper and E. Pearson, Biometrika 26, 1934."""
    if of == 0 or count >= of:
        return 1.0
    low, high = count / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        chance = sum(
            math.exp(
                math.lgamma(of + 1)
                - math.lgamma(k + 1)
                - math.lgamma(of - k + 1)
                + k * math.log(middle)
                + (of - k) * math.log1p(-middle)
            )
            for k in range(count + 1)
        ) if 0 < middle < 1 else 0.0
        low, high = (middle, high) if chance > 0.05 else (low, middle)
    return high


def share(value):
    return "-" if value is None else "%.1f %%" % (100 * value)


def row(name, report):
    campaigns = [v for k, v in report["labels"].items() if k.startswith("campaign:") and "/" not in k]
    honest = [v for k, v in report["labels"].items() if k.startswith("honest:")]
    accounts = sum(v["accounts"] for v in honest)
    cells = [name]
    if campaigns:
        overall = report["overall"]
        cells += [share(overall["byTokens"]["shares44d"][fate]) for fate in ("refused", "marked", "free")]
        cells.append(share(overall["mean"]["shares44d"]["free"]))
        cells.append(share(max(v["shares44d"]["free"] or 0 for v in campaigns)))
        members = sum(v["accounts"] for v in campaigns)
        cells.append("%d of %d" % (sum(v["rungs"]["marked"]["accounts"] for v in campaigns), members))
    else:
        cells += [""] * 6
    cells.append("{:,}".format(accounts))
    refused, requests = (sum(v[key] for v in honest) for key in ("refusedForStanding", "exchanges"))
    cells.append("%d of %s (%.4f %%)" % (refused, "{:,}".format(requests), 100 * upper(refused, requests)))
    for rung in RUNGS:
        count = sum(v["rungs"][rung]["accounts"] for v in honest)
        cells.append("%d (%.2f %%)" % (count, 100 * upper(count, accounts)))
    return "| " + " | ".join(cells) + " |"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--head", action="store_true", help="print the head of the table")
    options.add_argument("--name", help="name of the row, default the file name")
    options.add_argument("reports", nargs="*", metavar="REPORT")
    given = options.parse_args()
    if given.head:
        print("| policy | 44 days: refused | marked | free | free, mean of campaigns | free, worst campaign"
              " | campaign accounts `marked` or above | honest | requests refused for a standing"
              " | " + " | ".join("`%s`" % rung for rung in RUNGS) + " |")
        print("|---" * (9 + len(RUNGS)) + "|", flush=True)
    for path in given.reports:
        with open(path, encoding="utf-8") as file:
            print(row(given.name or path, json.load(file)), flush=True)


main()
