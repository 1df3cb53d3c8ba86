#!/usr/bin/env bash
# A seeded simulator of honest customers and of campaigns that harvest the model: writes exchange logs for backtests.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: load-tests/campaign.sh generate [--scenario NAME] [--seed N] [--days D] [--honest H] [--scale F]
                              [--out DIR] [--name STEM] [--gzip yes|no] [--after REPORT.json [--replace-at STANDING]]
       load-tests/campaign.sh scenarios
  --scenario NAME  who is there, default "default"; `scenarios` lists all with their campaigns
  --seed N         the same seed gives the same bytes, default 1
  --days D         length of the run, default the scenario's own
  --honest H       number of honest accounts, default the scenario's own
  --scale F        campaigns with F times as many accounts, each at the same pace
  --out DIR        where STEM.jsonl.gz and STEM.accounts.yaml go, default here; STEM is SCENARIO-SEED unless told
  --gzip no        a plain STEM.jsonl
  --after REPORT   a backtest's report on the same run: campaign accounts that it blocked are given up, and new ones take
                   their place within a day. Repeat with the next report until nothing changes.
  --replace-at S   the standing at which a campaign gives up an account, default blocked
TEXT
}

case ${1:-} in
    generate|scenarios) ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
esac

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"

build
(load_tests_java dev.stillgate.loadtests.campaign.CampaignCommand "$@")
