#!/usr/bin/env bash
# Replays one log with each signal of the fingerprint filter switched off in turn.
#
# The first row has all signals on. The difference to the other rows is what a signal contributes.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run ablation [--scenario NAME] [--seed N] [--log STEM] [--keep DIR] [SIGNAL...]
  --scenario NAME  scenario of "load-tests/run campaign", default "default"
  --seed N         default 1. A seed that was used during development proves little.
  --log STEM       replay the existing STEM.jsonl.gz and STEM.accounts.yaml; generate nothing
  --keep DIR       directory for the reports, one for each row
  SIGNAL           signals to switch off, one after the other; default all
One replay of 300,000 exchanges takes a minute or two; there is one replay for each signal and one more. The policy has only the
fingerprint filter and marks nothing, so text is refused or free. A percentage in brackets is the one-sided upper bound of the
share at 95 % (Clopper-Pearson), with accounts taken as independent.
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
[ ${#SIGNALS[@]} -gt 0 ] || SIGNALS=(template sweep-shape under-dispersion client-and-network)

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"

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
  (LOAD_CLASSES="$LOAD_TESTS/target/classes:$ROOT/proxy/target/dist/lib/*" load_tests_java \
    dev.stillgate.loadtests.campaign.CampaignCommand evaluate --policy "$RUN/$1.yaml" --accounts "$LOG.accounts.yaml" \
    --log "$LOG.jsonl.gz" --out "${KEEP:-$RUN}/$1.json" > "$RUN/$1.txt")
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
