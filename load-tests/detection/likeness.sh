#!/usr/bin/env bash
# Counts the accounts that resemble a few confirmed ones of each campaign.
#
# One log is replayed in virtual time with the fingerprint filter alone. Then the accounts are compared.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run likeness [--scenario NAME] [--seed N] [--honest N] [--verified S] [--log STEM] [--days D] [--confirm N]
  --scenario NAME  scenario of "load-tests/run campaign", default "default"
  --seed N         default 1
  --honest N       number of honest accounts, default 3000
  --verified S     share of verified honest accounts, which are the references, default 0.5. Campaigns have none.
  --log STEM       replay the existing STEM.jsonl.gz and STEM.accounts.yaml; generate nothing
  --days D         days of traffic, default 6
  --confirm N      confirmed accounts of each campaign, default 5
Prints a table: of the other accounts of the campaign and of the innocent accounts that are not vouched for, how many have enough
history to be compared, and how many are proposed, marked and close for their likeness.
TEXT
}

SCENARIO=default SEED=1 HONEST=3000 VERIFIED=0.5 LOG="" DAYS=6 CONFIRM=5
while [ $# -gt 0 ]; do
  case $1 in
    -h|--help) usage; exit 0 ;;
    --scenario) SCENARIO=${2:?--scenario needs a value} ;;
    --seed) SEED=${2:?--seed needs a value} ;;
    --honest) HONEST=${2:?--honest needs a value} ;;
    --verified) VERIFIED=${2:?--verified needs a value} ;;
    --log) LOG=$(readlink -f "$(dirname "${2:?--log needs a value}")")/$(basename "$2") ;;
    --days) DAYS=${2:?--days needs a value} ;;
    --confirm) CONFIRM=${2:?--confirm needs a value} ;;
    *) usage >&2; exit 2 ;;
  esac
  shift 2
done

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"

build
if [ -z "$LOG" ]; then
  LOG=$RUN/log
  (load_tests_java dev.stillgate.loadtests.campaign.CampaignCommand generate --scenario "$SCENARIO" --seed "$SEED" \
    --honest "$HONEST" --verified "$VERIFIED" --campaign-verified 0 --days "$((DAYS + 1))" --out "$RUN" --name log) >&2
fi
cat > "$RUN/policy.yaml" <<'TEXT'
version: 1
upstreams:
  - {name: model, endpoints: ["http://127.0.0.1:9"]}
routes:
  - {path: /v1/, upstream: model}
accounts:
  credential: [x-api-key, bearer]
filters:
  - {name: behaviour, type: fingerprint, mode: enforce, config: {}}
TEXT
(load_tests_java dev.stillgate.loadtests.campaign.logged.LikenessCommand --log "$LOG.jsonl.gz" \
  --accounts "$LOG.accounts.yaml" --policy "$RUN/policy.yaml" --days "$DAYS" --confirm "$CONFIRM")
