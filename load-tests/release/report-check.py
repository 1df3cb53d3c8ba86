#!/usr/bin/env python3
"""Reads records.jsonl of a load report on its own and compares its figures with report.json.

usage: report-check.py DIR     exits 1 if a figure differs by more than 0.01 ms
"""
import json
import statistics
import sys
from pathlib import Path

QUANTILES = {"p1": 1, "p5": 5, "p10": 10, "p25": 25, "p50": 50, "p75": 75, "p90": 90, "p95": 95, "p99": 99}


def figures(records):
    """Yields the name and the values of each figure, straight from the definitions in load-tests/README.md."""
    ok = [r for r in records if r["outcome"] == "completed"]
    streams = [r for r in ok if r["stream"] and r["output_events_ns"]]
    yield "time_to_first_token", [(r["output_events_ns"][0] - r["intended_ns"]) / 1e6 for r in streams]
    yield "request_latency", [
        ((r["output_events_ns"][-1] if r["stream"] and r["output_events_ns"] else r["last_event_ns"]) - r["intended_ns"])
        / 1e6
        for r in ok
    ]
    each = [
        (r["output_events_ns"][-1] - r["output_events_ns"][0]) / 1e6 / (r["output_tokens"] - 1)
        for r in streams
        if (r["output_tokens"] or 0) > 1 and len(r["output_events_ns"]) > 1
    ]
    yield "inter_token_latency", each
    yield "inter_chunk_latency", [
        (b - a) / 1e6 for r in streams for a, b in zip(r["output_events_ns"], r["output_events_ns"][1:])
    ]
    yield "start_lag", [(r["started_ns"] - r["intended_ns"]) / 1e6 for r in ok]


def check(folder, name, report):
    records = [json.loads(line) for line in (folder / name).read_text().splitlines()]
    wrong = compared = 0
    for figure, values in figures(records):
        if len(values) < 2:
            continue
        own = {"avg": statistics.fmean(values), "min": min(values), "max": max(values), "std": statistics.stdev(values)}
        cuts = statistics.quantiles(values, n=100, method="inclusive")
        own.update({key: cuts[percent - 1] for key, percent in QUANTILES.items()})
        for key, value in own.items():
            compared += 1
            if abs(report[figure][key] - value) > 0.01:
                print(f"{name}: {figure} {key} is {report[figure][key]} in the report, {value} in the records")
                wrong += 1
    counted = {outcome: sum(r["outcome"] == outcome for r in records) for outcome in ("completed", "refused", "failed")}
    ended = [r for r in records if r["outcome"] == "completed"] or records
    seconds = (max(r["last_event_ns"] for r in ended) - min(r["intended_ns"] for r in records)) / 1e9
    tokens = sum(r["output_tokens"] or 0 for r in records if r["outcome"] == "completed")
    for figure, value in (
        ("request_count", counted["completed"]),
        ("refused_request_count", counted["refused"]),
        ("failed_request_count", counted["failed"]),
        ("total_osl", tokens),
        ("output_token_throughput", tokens / seconds),
        ("request_throughput", counted["completed"] / seconds),
    ):
        compared += 1
        if abs(report[figure]["avg"] - value) > value / 1000:
            print(f"{name}: {figure} is {report[figure]['avg']} in the report, {value} in the records")
            wrong += 1
    print(f"{name}: {len(records)} records, {compared} figures compared, {wrong} differ")
    return wrong


def main():
    folder = Path(sys.argv[1])
    report = json.loads((folder / "report.json").read_text())
    wrong = check(folder, "records.jsonl", report)
    if "direct" in report:
        wrong += check(folder, "records-direct.jsonl", report["direct"])
    return 1 if wrong else 0


sys.exit(main())
