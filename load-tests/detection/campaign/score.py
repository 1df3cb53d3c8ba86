"""Prints a table row for each backtest report: the campaigns' harvest and the effect on honest accounts."""
import argparse
import json
import math


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


def row(name, report):
    campaigns = [v for k, v in report["labels"].items() if k.startswith("campaign:") and "/" not in k]
    honest = [v for k, v in report["labels"].items() if k.startswith("honest:")]
    accounts = sum(v["accounts"] for v in honest)
    cells = [name]
    if campaigns:
        for key in ("harvestFraction", "harvestFraction44d"):
            cells.append("%.1f %%" % (100 * sum(v[key] for v in campaigns) / len(campaigns)))
        cells.append("%.1f %%" % (100 * max(v["harvestFraction44d"] for v in campaigns)))
        cells.append("%d of %d" % (sum(v["caught"] for v in campaigns), sum(v["accounts"] for v in campaigns)))
    else:
        cells += ["", "", "", ""]
    cells.append("{:,}".format(accounts))
    for rung in ("tightened", "marked", "blocked"):
        count = sum(v[rung] for v in honest)
        cells.append("%d (%.2f %%)" % (count, 100 * upper(count, accounts)))
    return "| " + " | ".join(cells) + " |"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--head", action="store_true", help="print the head of the table")
    options.add_argument("--name", help="name of the row, default the file name")
    options.add_argument("reports", nargs="*", metavar="REPORT")
    given = options.parse_args()
    if given.head:
        print("| policy | harvest | 44 days | worst campaign, 44 days | campaign accounts `marked` or above | honest"
              " | `tightened` | `marked` | `blocked` |")
        print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for path in given.reports:
        with open(path, encoding="utf-8") as file:
            print(row(given.name or path, json.load(file)), flush=True)


main()
