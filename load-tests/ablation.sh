#!/usr/bin/env bash
# What each signal of the fingerprint filter is worth: the same traffic replayed under the shipped numbers, and then again
# with one signal after the other switched off.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: load-tests/ablation.sh [--scenario NAME] [--seed N] [--log STEM] [--keep DIR] [SIGNAL...]
  --scenario NAME  who is there, as of campaign.sh; default "default"
  --seed N         default 1. A seed that was looked at while building says little.
  --log STEM       STEM.jsonl.gz and STEM.accounts.yaml are there already, and none are generated
  --keep DIR       where the reports are kept, one for each row
  SIGNAL           only these are switched off; else each of the filter's in turn
One replay of 300,000 exchanges takes a minute or two, and there are as many as signals and one more. Only the fingerprint
filter is in the policy, and nothing is marked: only what is refused or paced is not harvested. A count in brackets is the
share's upper bound at 95 %, one-sided (Clopper-Pearson), accounts taken as independent.
TEXT
}

SCENARIO=default SEED=1 LOG="" KEEP="" SIGNALS=()
while [ $# -gt 0 ]; do
    case $1 in
        -h|--help) usage; exit 0 ;;
        --scenario) SCENARIO=${2:?--scenario needs a value}; shift ;;
        --seed) SEED=${2:?--seed needs a value}; shift ;;
        --log) LOG=$(readlink -f "$(dirname "${2:?--log needs a value}")")/$(basename "$2"); shift ;;
        --keep) mkdir -p "${2:?--keep needs a value}"; KEEP=$(readlink -f "$2"); shift ;;
        -*) usage >&2; exit 2 ;;
        *) SIGNALS+=("$1") ;;
    esac
    shift
done
[ ${#SIGNALS[@]} -gt 0 ] || SIGNALS=(issued-context template elicitation sweep-shape topic-concentration under-dispersion interchangeability clock client-and-network roaming claimed-client)

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"

replay() { # name, the filter's config
    cat > "$RUN/$1.yaml" <<TEXT
version: 1
upstreams:
  - {name: model, endpoints: ["http://127.0.0.1:9000"]}
routes:
  - {path: /v1/, upstream: model}
accounts:
  credential: [x-api-key, bearer]
filters:
  - {name: behaviour, type: fingerprint, mode: enforce, config: $2}
TEXT
    say "$1"
    timeout 1800 "$ROOT/proxy/bin/stillgate" backtest --quiet --policy "$RUN/$1.yaml" --accounts "$LOG.accounts.yaml" \
        --out "${KEEP:-$RUN}/$1.json" "$LOG.jsonl.gz"
    python3 "$HERE/campaign/score.py" --name "$1" "${KEEP:-$RUN}/$1.json"
}

build
if [ -z "$LOG" ]; then
    LOG=$RUN/log
    (load_tests_java dev.stillgate.loadtests.campaign.CampaignCommand generate --scenario "$SCENARIO" --seed "$SEED" \
        --gzip yes --out "$RUN" --name log) >&2
fi
python3 "$HERE/campaign/score.py" --head
replay whole '{}'
for signal in "${SIGNALS[@]}"; do
    replay "no-$signal" "{signals: {$signal: 0}}"
done
