#!/usr/bin/env bash
# Simulates honest customers and extraction campaigns: writes logs, drives a gateway, or plays in virtual time.
#
# The same seed gives the same traffic. "generate" writes logs, "evaluate" replays one under a policy; "drive" sends the traffic
# to a gateway with time compressed; "play" runs clients, campaigns and the real filters in one process and virtual time.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run campaign generate [WHO] [--out DIR] [--name STEM] [--gzip yes|no]
       load-tests/run campaign evaluate --policy FILE --log LOG [--accounts FILE] --out REPORT.json
       load-tests/run campaign drive [WHO] [--minutes M] [--speedup X]
                                    [--gateways N] [--policy FILE | --url URL --model-port PORT]
       load-tests/run campaign play [WHO | --log LOG --accounts FILE] [--policy FILE] [--out REPORT.json]
                                   [--reviews N] [--errors S] [--confirm-verified yes|no]
                                   [--joins pool|mark|queue|none] [--promise S]
       load-tests/run campaign scenarios
WHO, the traffic:
  --scenario NAME  default "default"; `scenarios` lists all with their campaigns
  --seed N         default 1; the same seed gives the same bytes
  --days D         length of the run, default that of the scenario
  --honest H       number of honest accounts, default that of the scenario
  --scale F        campaigns with F times as many accounts, each at the same pace
  --facts yes|no   whether accounts have registration facts and exact times of creation; default "yes" for play, else "no"
  --farms KIND     what the accounts of a campaign's farms share: payment, device, network, nothing; default "mixed"
  --verified S     share of verified honest accounts; default that of the group
  --campaign-verified S   share of verified accounts of campaigns; default that of the campaign
generate:
  --out DIR        directory for STEM.jsonl.gz and STEM.accounts.yaml, default the current one
  --name STEM      default SCENARIO-SEED
  --gzip no        writes a plain STEM.jsonl
evaluate: replays a labelled log as `stillgate backtest` does, and reports each campaign and each group of honest accounts.
drive: prints the outcomes of each group's exchanges, the final standings of its accounts, and the clusters. Exits with 1 if an
honest customer got a 403 or an error that is not the model's. The gateway's calendar runs as fast as the traffic.
  --minutes M      duration, default 10
  --speedup X      factor by which time is compressed, default 1440: a day in a minute
  --policy FILE    policy of the gateway, default load-tests/detection/campaign/policy.yaml; @MODEL@ in it is replaced by the
                   port of the simulated model, which responds as in the log
  --gateways N     number of gateways, which share a valkey-server and get requests in turn; default 1, without a store
  --url URL        uses your gateway on loopback instead, whose upstream is 127.0.0.1:PORT of --model-port. It has to trust one
                   entry of X-Forwarded-For; the key of account a-1 is sk-a-1. Its calendar is the machine's, so accounts are
                   not compared within the first 20 hours. With --admin URL the final standings are read from it.
play: prints the tables of "evaluate", closed loop: clients retry as official SDKs do, campaigns send refused items again by
other accounts and replace accounts. The same options give the same report.
  --log LOG        plays an exchange log with its accounts.yaml instead, whose clients and campaigns react
  --policy FILE    policy of the gateway, default load-tests/detection/campaign/play.yaml
  --out FILE       writes the report as JSON
  --reviews N      items of the review queue that the operator judges a day, default 10; 0 for no operator
  --errors S       share of wrong judgements, default 0.05
  --confirm-verified yes   the operator confirms verified accounts of a campaign too
  --joins EFFECT   each confirmation of a group orders this for accounts that join the group later, default none
  --promise S      greatest share of honest newcomers of which the operator accepts that they join a pool, default 1
TEXT
}

MODE=${1:-} SPEEDUP=1440 GATEWAYS=1 POLICY="" GATEWAY="" ARGUMENTS=() WHO=()
case $MODE in
  generate|evaluate|drive|play|scenarios) shift ;;
  -h|--help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
while [ $# -gt 0 ]; do
  case $1 in
    -h|--help) usage; exit 0 ;;
    --policy) POLICY=$(readlink -f "${2:?--policy needs a value}") ;;
    --speedup) SPEEDUP=${2:?--speedup needs a value}; ARGUMENTS+=("$1" "$2") ;;
    --gateways) GATEWAYS=${2:?--gateways needs a value} ;;
    --url) GATEWAY=${2:?--url needs a value}; ARGUMENTS+=("$1" "$2") ;;
    --scenario|--seed|--days|--honest|--scale|--facts|--farms|--verified|--campaign-verified)
      WHO+=("$1" "${2:?$1 needs a value}") ;;
    *) ARGUMENTS+=("$1" "${2:?$1 needs a value}") ;;
  esac
  shift 2
done

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"

campaign() { (load_tests_java dev.stillgate.loadtests.campaign.CampaignCommand "$@"); }

# Writes the accounts of the run, with hashes of their keys, to $RUN/accounts.yaml.
accounts() {
  campaign accounts "${WHO[@]}" --out "$RUN" --name listed
  sed -n 's/^  - {id: \([^,]*\),.*/sk-\1/p' "$RUN/listed.accounts.yaml" > "$RUN/keys"
  "$ROOT/proxy/bin/stillgate" hash-key --config "$RUN/stillgate.yaml" < "$RUN/keys" > "$RUN/hashes"
  awk 'NR == FNR { hash[NR] = $0; next } FNR > 1 { sub(/keys: \[\]/, "keys: [\"" hash[FNR - 1] "\"]") } { print }' \
    "$RUN/hashes" "$RUN/listed.accounts.yaml" > "$RUN/accounts.yaml"
}

compressed() { LOAD_CLASSES="$LOAD_TESTS/target/classes:$ROOT/proxy/target/dist/lib/*" load_tests_java "$@"; }

start_store() { # -> STORE
  command -v valkey-server > /dev/null || die "valkey-server is not installed"
  STORE=$(free_port)
  start store valkey-server --bind 127.0.0.1 --port "$STORE" --save "" --appendonly no
  await_port store "$STORE"
}

build
if [ "$MODE" = drive ] && [ -z "$GATEWAY" ]; then
  MODEL=$(free_port) URLS="" ADMINS="" SINCE=$(date +%s%3N)
  sed "s|@MODEL@|$MODEL|" "${POLICY:-$HERE/campaign/policy.yaml}" > "$RUN/policy.yaml"
  [ "$GATEWAYS" = 1 ] || start_store
  for node in $(seq "$GATEWAYS"); do
    PORT=$(free_port) ADMIN=$(free_port)
    sed -e "s|@PORT@|$PORT|" -e "s|@ADMIN@|$ADMIN|" "$HERE/campaign/stillgate.yaml" > "$RUN/stillgate.yaml"
    [ "$GATEWAYS" = 1 ] || echo "fleet: {store: \"redis://127.0.0.1:$STORE\", node: n$node}" >> "$RUN/stillgate.yaml"
    cp "$RUN/stillgate.yaml" "$RUN/node-$node.yaml"
    [ "$node" != 1 ] || accounts
    start "gateway-$node" compressed dev.stillgate.loadtests.compressed.CompressedGateway \
      "$RUN/node-$node.yaml" "$SPEEDUP" "$SINCE"
    await_port "gateway-$node" "$ADMIN"
    say "admin on http://127.0.0.1:$ADMIN"
    URLS=${URLS:+$URLS,}http://127.0.0.1:$PORT ADMINS=${ADMINS:+$ADMINS,}http://127.0.0.1:$ADMIN
  done
  ARGUMENTS+=(--url "$URLS" --admin "$ADMINS" --calendar "$SINCE" --model-port "$MODEL")
fi
case $MODE in play|evaluate)
  [ "$MODE" = play ] && POLICY=${POLICY:-$HERE/campaign/play.yaml}
  ARGUMENTS+=(--policy "${POLICY:?--policy is needed}")
  LOAD_CLASSES="$LOAD_TESTS/target/classes:$ROOT/proxy/target/dist/lib/*" # with the plugins
  export STILLGATE_CANARY_SECRET=${STILLGATE_CANARY_SECRET:-load test, no secret}
esac
campaign "$MODE" "${WHO[@]}" "${ARGUMENTS[@]}"
