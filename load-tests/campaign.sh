#!/usr/bin/env bash
# A seeded simulator of honest customers and of campaigns that harvest the model: writes exchange logs for backtests, or
# sends the same traffic to a gateway, with time compressed.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: load-tests/campaign.sh generate [WHO] [--out DIR] [--name STEM] [--gzip yes|no]
                                       [--after REPORT.json [--replace-at STANDING]]
       load-tests/campaign.sh drive [WHO] [--minutes M] [--speedup X]
                                    [--gateways N] [--policy FILE | --url URL --model-port PORT]
       load-tests/campaign.sh scenarios
who is there, and for how long:
  --scenario NAME  default "default"; `scenarios` lists all with their campaigns
  --seed N         the same seed gives the same bytes, default 1
  --days D         length of the run, default the scenario's own
  --honest H       number of honest accounts, default the scenario's own
  --scale F        campaigns with F times as many accounts, each at the same pace
generate:
  --out DIR        where STEM.jsonl.gz and STEM.accounts.yaml go, default here; STEM is SCENARIO-SEED unless told
  --gzip no        a plain STEM.jsonl
  --after REPORT   a backtest's report on the same run: campaign accounts that it blocked are given up, and new ones take
                   their place within a day. Repeat with the next report until nothing changes.
  --replace-at S   the standing at which a campaign gives up an account, default blocked
drive: prints what became of each group's exchanges, how its accounts stand in the end, and the clusters; exits 1 when an honest
customer was forbidden anything or saw an error. The gateway's calendar runs as fast as the traffic.
  --minutes M      how long, default 10
  --speedup X      how much faster time goes, default 1440: a day in a minute
  --policy FILE    of the gateway that is started for it, default load-tests/campaign/policy.yaml; in it, @MODEL@ stands
                   for the port of the model. The model is played too: it answers what the log would have.
  --gateways N     so many, with a valkey-server that they share, asked in turn; default 1, without one
  --url URL        a gateway of yours on loopback instead, whose upstream is 127.0.0.1:PORT of --model-port. It has to
                   believe one entry of X-Forwarded-For; the key of account a-1 is sk-a-1. Its calendar is the machine's, so
                   in it nobody is compared within 20 hours. --admin URL asks it how accounts stand.
TEXT
}

MODE=${1:-} SPEEDUP=1440 GATEWAYS=1 POLICY="" GATEWAY="" ARGUMENTS=() WHO=()
case $MODE in
    generate|drive|scenarios) shift ;;
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
        --scenario|--seed|--days|--honest|--scale) WHO+=("$1" "${2:?$1 needs a value}") ;;
        *) ARGUMENTS+=("$1" "${2:?$1 needs a value}") ;;
    esac
    shift 2
done

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"

# The model that is played leaves idle connections open: it would close some just when the gateway uses them again.
campaign() { (load_tests_java -Dsun.net.httpserver.nodelay=true -Dsun.net.httpserver.idleInterval=3600 \
    -Dsun.net.httpserver.maxIdleConnections=100000 dev.stillgate.loadtests.campaign.CampaignCommand "$@"); }

# The accounts of the run, with hashes of their keys.
accounts() {
    campaign accounts "${WHO[@]}" --out "$RUN" --name listed
    sed -n 's/^  - {id: \([^,]*\),.*/sk-\1/p' "$RUN/listed.accounts.yaml" > "$RUN/keys"
    "$ROOT/proxy/bin/stillgate" hash-key --config "$RUN/stillgate.yaml" < "$RUN/keys" > "$RUN/hashes"
    awk 'NR == FNR { hash[NR] = $0; next } FNR > 1 { sub(/keys: \[\]/, "keys: [\"" hash[FNR - 1] "\"]") } { print }' \
        "$RUN/hashes" "$RUN/listed.accounts.yaml" > "$RUN/accounts.yaml"
}

compressed() { LOAD_CLASSES="$HERE/target/classes:$ROOT/proxy/target/dist/lib/*" load_tests_java "$@"; }

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
campaign "$MODE" "${WHO[@]}" "${ARGUMENTS[@]}"
