#!/usr/bin/env bash
# Runs a Gatling scenario and exits as Gatling does: 0 when every assertion holds. Without --url it runs against a stub model
# and a gateway of its own on free loopback ports, whose policy is in load-tests/gatling.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: load-tests/gatling.sh [SCENARIO] [options]
  SCENARIO      TokenBudget (default), HonestMix, SteadyRate, Burst, Streaming, ReloadStorm, SlowReaders, Blocked;
                Campaign: what load-tests/campaign.sh drive does
  --seconds S   how long it asks
  --rate R      arrivals a second, whether or not earlier ones were answered
  --p99 MS      what the slowest of a hundred may take
  --no-waking   send only the requests that are measured; else others come first, so that both ends have compiled their code
  --reports     also make Gatling's pages of charts, in load-tests/gatling/target/gatling
against a gateway of yours (not TokenBudget, which must know the policy):
  --url URL     where callers reach it
  --keys FILE   API keys, one a line
  --model M     what to ask for
  --admin URL --policy FILE   ReloadStorm only: the admin port, and the policy file that the gateway reads
of one scenario:
  --reloads N   ReloadStorm: how many changes of policy, one in ten of them wrong (1000)
  --readers N   SlowReaders: how many (200)
  --from ADDR   Blocked: an address of a refused region (175.45.176.1)
TEXT
}

SIMULATION=TokenBudget NO_REPORTS=true URL='' OPTIONS=() ADMIN_URL='' POLICY='' KEYS='' MODEL=stub-1
while [ $# -gt 0 ]; do
    case $1 in
        --seconds|--rate|--p99|--reloads|--readers) OPTIONS+=("-D${1#--}=${2:?$1 needs a value}"); shift ;;
        --model) MODEL=${2:?--model needs a name}; OPTIONS+=("-Dmodel=$MODEL"); shift ;;
        --keys) KEYS=${2:?--keys needs a file}; shift ;;
        --no-waking) OPTIONS+=(-Dwaking=false) ;;
        --from) OPTIONS+=("-DblockedFrom=${2:?--from needs an address}"); shift ;;
        --url) URL=${2:?--url needs a value}; shift ;;
        --admin) ADMIN_URL=${2:?--admin needs a value}; shift ;;
        --policy) POLICY=$(readlink -f "${2:?--policy needs a file}"); shift ;;
        --reports) NO_REPORTS=false ;;
        -h|--help) usage; exit 0 ;;
        Campaign) shift; exec "$(dirname "$0")/campaign.sh" drive "$@" ;;
        TokenBudget|HonestMix|SteadyRate|Burst|Streaming|ReloadStorm|SlowReaders|Blocked) SIMULATION=$1 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"

[[ $MODEL =~ ^[A-Za-z0-9._:/@-]+$ ]] || die "--model: \"$MODEL\" is no name of a model"
if [ -n "$KEYS" ]; then
    { [ -f "$KEYS" ] && [ -r "$KEYS" ]; } || die "--keys: $KEYS is no file that can be read"
    KEYS=$(readlink -f "$KEYS")
    FIRST_KEY=$(sed -n 's/^[[:space:]]*//; s/[[:space:]]*$//; /./{p;q;}' "$KEYS")
    [ -n "$FIRST_KEY" ] || die "--keys: $KEYS has no keys; expected one a line"
    [[ $FIRST_KEY =~ ^[!-~]+$ && $FIRST_KEY != *[\"\\]* ]] || die "--keys: the first line of $KEYS is no key"
    OPTIONS+=("-Dkeys=$KEYS")
fi

# Sends one request first, so that a wrong URL, key or model is told at once and in plain words.
probe() {
    local status
    status=$(printf 'header = "x-api-key: %s"\n' "${FIRST_KEY:-sk-load-0}" \
        | curl -sS -m 60 -K - -o "$RUN/probe.out" -w '%{http_code}' -H 'content-type: application/json' \
            -H 'anthropic-version: 2023-06-01' "$URL/v1/messages" \
            -d "{\"model\":\"$MODEL\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}" \
            2> "$RUN/probe.err") || die "$URL does not answer: $(cat "$RUN/probe.err"). No load was sent"
    [ "$status" = 200 ] \
        || die "one request to $URL/v1/messages was answered with $status: $(head -c 300 "$RUN/probe.out"). No load was sent"
}

if [ -z "$URL" ]; then
    build
    start_stub
    ADMIN=$(free_port) PORT=$(free_port)
    URL=http://127.0.0.1:$PORT ADMIN_URL=http://127.0.0.1:$ADMIN POLICY=$RUN/policy.yaml
    OPTIONS+=("-Dstub=http://127.0.0.1:$STUB_PORT")
    shown=policy.yaml
    [ "$SIMULATION" = TokenBudget ] || shown=open-policy.yaml
    sed -e "s|@STUB@|$STUB_PORT|" -e "s|@CONFIG@|$ROOT/config|g" "$HERE/gatling/$shown" > "$RUN/policy.yaml"
    sed -e "s|@PORT@|$PORT|" -e "s|@ADMIN@|$ADMIN|" "$HERE/gatling/stillgate.yaml" > "$RUN/stillgate.yaml"
    list_accounts modest:standard modest-gold:gold greedy:standard greedy-gold:gold long-prompts:standard \
        long-answers:standard many-at-once:narrow waking:standard > "$RUN/accounts.yaml"
    start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"
    GATEWAY=${STARTED[-1]} STUB=${STARTED[0]}
elif [ "$SIMULATION" = TokenBudget ]; then
    die "TokenBudget computes what its own policy refuses, and runs against no other"
else
    URL=${URL%/}
    probe
fi

rss() { [ -z "${GATEWAY:-}" ] || say "the gateway's memory $1: $(($(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$GATEWAY/status") / 1024)) MB"; }

# How much processor time each took from then on, in hundredths of a second: who it is that stands at the limit.
BEGUN=$(date +%s%N)
cpu() { # process
    sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'
}
children() { # of this shell, that have ended
    sed 's/.*) //' /proc/$$/stat | awk '{print $14 + $15}'
}
shares() {
    [ -n "${GATEWAY:-}" ] || return 0
    local passed
    passed=$((($(date +%s%N) - BEGUN) / 10000000))
    say "processor time: gateway $(($(cpu "$GATEWAY") - CPU_GATEWAY)), stub $(($(cpu "$STUB") - CPU_STUB))," \
        "driver $(($(children) - CPU_DRIVER)) of $((passed * $(nproc))) that there were"
}
if [ -n "${GATEWAY:-}" ]; then
    CPU_GATEWAY=$(cpu "$GATEWAY") CPU_STUB=$(cpu "$STUB")
    CPU_DRIVER=$(children)
fi

# Why what was not served was not, when the gateway is one of ours.
reasons() {
    local counts
    [ -f "$RUN/access.log" ] || return 0
    sleep 1.2
    counts=$(sed -n 's/.*"response_code_details":"\([^"]*\)".*/\1/p' "$RUN/access.log" | sort | uniq -c)
    [ -z "$counts" ] || say "by reason, of what was not served:"$'\n'"$counts"
}

cd "$ROOT"
rss before
mvn -q -B -ntp -Pgatling -pl load-tests/gatling test-compile gatling:test \
    -Dgatling.simulationClass="dev.stillgate.loadtests.gatling.$SIMULATION" -Dgatling.noReports="$NO_REPORTS" \
    -Dtarget="$URL" -Dadmin="$ADMIN_URL" -Dpolicy="$POLICY" "${OPTIONS[@]}" \
    || { rss after; shares; reasons; exit 1; }
rss after
shares
