#!/usr/bin/env bash
# Runs a Gatling scenario and exits as Gatling does: 0 if every assertion holds.
#
# Without --url it starts a stub model and a gateway on free loopback ports, with the policy in load-tests/gatling.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run gatling [SCENARIO] [options]
       load-tests/run gatling compare REPORT REPORT [--threshold ttft_p99=10%,itl_p99=5ms,goodput=1%]
  SCENARIO      TokenBudget (default), HonestMix, SteadyRate, Burst, Streaming, ReloadStorm, SlowReaders, Blocked;
                Campaign: the same as "load-tests/run campaign drive"
  --seconds S   duration of the measured load
  --rate R      arrivals per second; they do not wait for earlier responses
  --p99 MS      upper bound of the 99th percentile of the response time
  --no-waking   no warm-up: send only the measured requests
  --reports     also write Gatling's charts to load-tests/gatling/target/gatling
against your own gateway (not TokenBudget, which must know the policy):
  --url URL     URL of the gateway
  --keys FILE   API keys, one per line
  --model M     name of the model
  --admin URL --policy FILE   ReloadStorm only: URL of the admin API, and the policy file that the gateway reads and this
                machine writes; not for the Helm chart. STILLGATE_ADMIN_TOKEN has the token, if the gateway needs one
with a report for models (Streaming, the default with it, and SteadyRate):
  --report DIR  writes records.jsonl, report.json and report.md; exits with 1 if a request failed or none is complete
  --slo LIST    objectives of a request in ms, such as ttft=500,itl=50,e2e=10000
  --arrivals A  constant:RATE or poisson:RATE
  --beside-direct         the same arrivals also straight to the model; needs --direct with --url
  --direct URL [--direct-keys FILE]   URL of the model, and its keys if they are not those of --keys
  --api A       messages, chat or both (both with the stub model, else messages)
  --seed N      seed of the arrivals (1)
for one scenario:
  --reloads N   ReloadStorm: number of policy changes, one in ten of them invalid (1000)
  --readers N   SlowReaders: number of slow readers (200)
  --from ADDR   Blocked: an address in a denied region (175.45.176.1)
TEXT
}

# shellcheck source=load-tests/lib/processes.sh
if [ "${1:-}" = compare ]; then
  shift
  . "$(dirname "$0")/../lib/processes.sh"
  build
  (load_tests_java dev.stillgate.loadtests.report.ReportCommand compare "$@") && exit 0 || exit $?
fi

REPORT='' LOAD=() DIRECT='' BESIDE='' P99='' ONLY='' WAKING=()
SIMULATION='' NO_REPORTS=true URL='' OPTIONS=() ADMIN_URL='' POLICY='' KEYS='' MODEL=stub-1
while [ $# -gt 0 ]; do
  case $1 in
    --seconds|--rate) OPTIONS+=("-D${1#--}=${2:?$1 needs a value}"); LOAD+=("$1" "$2"); shift ;;
    --report) REPORT=$(readlink -m "${2:?--report needs a directory}"); shift ;;
    --slo|--arrivals|--seed|--api) ONLY=$1; LOAD+=("$1" "${2:?$1 needs a value}"); shift ;;
    --direct) DIRECT=${2:?--direct needs a URL}; ONLY=$1; BESIDE=yes; shift ;;
    --direct-keys) LOAD+=("$1" "$(readlink -m "${2:?--direct-keys needs a file}")"); shift ;;
    --beside-direct) ONLY=$1; BESIDE=yes ;;
    --p99) P99=${2:?--p99 needs a value}; OPTIONS+=("-Dp99=$P99"); shift ;;
    --reloads|--readers) OPTIONS+=("-D${1#--}=${2:?$1 needs a value}"); shift ;;
    --model) MODEL=${2:?--model needs a name}; OPTIONS+=("-Dmodel=$MODEL"); shift ;;
    --keys) KEYS=${2:?--keys needs a file}; shift ;;
    --no-waking) OPTIONS+=(-Dwaking=false); WAKING=(--waking 0) ;;
    --from) OPTIONS+=("-DblockedFrom=${2:?--from needs an address}"); shift ;;
    --url) URL=${2:?--url needs a value}; shift ;;
    --admin) ADMIN_URL=${2:?--admin needs a value}; shift ;;
    --policy) POLICY=$(readlink -f "${2:?--policy needs a file}"); shift ;;
    --reports) NO_REPORTS=false ;;
    -h|--help) usage; exit 0 ;;
    Campaign) shift; exec "$(dirname "$0")/../run" campaign drive "$@" ;;
    TokenBudget|HonestMix|SteadyRate|Burst|Streaming|ReloadStorm|SlowReaders|Blocked) SIMULATION=$1 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
if [ -z "$SIMULATION" ]; then
  if [ -n "$REPORT" ]; then SIMULATION=Streaming; else SIMULATION=TokenBudget; fi
fi

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"

case "$REPORT:$SIMULATION" in :* | ?*:Streaming | ?*:SteadyRate) ;; *) die "--report works with Streaming and SteadyRate" ;; esac
[ -z "$REPORT" ] || [ -z "$P99" ] || die "--p99 is not for --report; state objectives with --slo, or compare two reports"
[ -n "$REPORT" ] || [ -z "$ONLY" ] || die "$ONLY needs --report"
[ -z "$BESIDE" ] || [ -z "$URL" ] || [ -n "$DIRECT" ] || die "--beside-direct with --url needs --direct, the URL of the model"

[[ $MODEL =~ ^[A-Za-z0-9._:/@-]+$ ]] || die "--model: \"$MODEL\" is not a model name"
if [ -n "$KEYS" ]; then
  { [ -f "$KEYS" ] && [ -r "$KEYS" ]; } || die "--keys: $KEYS is not a readable file"
  KEYS=$(readlink -f "$KEYS")
  FIRST_KEY=$(sed -n 's/^[[:space:]]*//; s/[[:space:]]*$//; /./{p;q;}' "$KEYS")
  [ -n "$FIRST_KEY" ] || die "--keys: $KEYS has no keys; expected one per line"
  [[ $FIRST_KEY =~ ^[!-~]+$ && $FIRST_KEY != *[\"\\]* ]] || die "--keys: the first line of $KEYS is not an API key"
  OPTIONS+=("-Dkeys=$KEYS")
fi

# Sends one request first, so that a wrong URL, key or model is reported at once.
probe() {
  local status
  status=$(printf 'header = "x-api-key: %s"\n' "${FIRST_KEY:-sk-load-0}" \
    | curl -sS -m 60 -K - -o "$RUN/probe.out" -w '%{http_code}' -H 'content-type: application/json' \
      -H 'anthropic-version: 2023-06-01' "$URL/v1/messages" \
      -d "{\"model\":\"$MODEL\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}" \
      2> "$RUN/probe.err") || die "$URL does not respond: $(cat "$RUN/probe.err"). No load was sent"
  [ "$status" = 200 ] \
    || die "one request to $URL/v1/messages got status $status: $(head -c 300 "$RUN/probe.out"). No load was sent"
}

if [ -z "$URL" ]; then
  build
  start_stub
  ADMIN=$(free_port) PORT=$(free_port)
  URL=http://127.0.0.1:$PORT ADMIN_URL=http://127.0.0.1:$ADMIN POLICY=$RUN/policy.yaml
  OPTIONS+=("-Dstub=http://127.0.0.1:$STUB_PORT")
  shown=policy.yaml
  [ "$SIMULATION" = TokenBudget ] || shown=open-policy.yaml
  sed -e "s|@STUB@|$STUB_PORT|" -e "s|@CONFIG@|$ROOT/config|g" "$LOAD_TESTS/gatling/$shown" > "$RUN/policy.yaml"
  sed -e "s|@PORT@|$PORT|" -e "s|@ADMIN@|$ADMIN|" "$LOAD_TESTS/gatling/stillgate.yaml" > "$RUN/stillgate.yaml"
  list_accounts modest:standard modest-gold:gold greedy:standard greedy-gold:gold long-prompts:standard \
    long-answers:standard many-at-once:narrow waking:standard > "$RUN/accounts.yaml"
  start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"
  GATEWAY=${STARTED[-1]} STUB=${STARTED[0]}
elif [ "$SIMULATION" = TokenBudget ]; then
  die "TokenBudget needs its own policy and cannot run against another gateway"
else
  URL=${URL%/}
  probe
fi

rss() { [ -z "${GATEWAY:-}" ] || say "the gateway's memory $1: $(rss_mb "$GATEWAY") MB"; }

# Processor time of gateway, stub and driver in hundredths of a second, to show which of them is the bottleneck.
BEGUN=$(date +%s%N)
cpu() { # process
  sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'
}
children() { # processor time of this shell's finished children
  sed 's/.*) //' /proc/$$/stat | awk '{print $14 + $15}'
}
shares() {
  [ -n "${GATEWAY:-}" ] || return 0
  local passed
  passed=$((($(date +%s%N) - BEGUN) / 10000000))
  say "processor time: gateway $(($(cpu "$GATEWAY") - CPU_GATEWAY)), stub $(($(cpu "$STUB") - CPU_STUB))," \
    "driver $(($(children) - CPU_DRIVER)) of $((passed * $(nproc))) available"
}
if [ -n "${GATEWAY:-}" ]; then
  CPU_GATEWAY=$(cpu "$GATEWAY") CPU_STUB=$(cpu "$STUB")
  CPU_DRIVER=$(children)
fi

# Counts the reasons of unserved requests in the access log of our own gateway.
reasons() {
  local counts
  [ -f "$RUN/access.log" ] || return 0
  sleep 1.2
  counts=$(sed -n 's/.*"response_code_details":"\([^"]*\)".*/\1/p' "$RUN/access.log" | sort | uniq -c)
  [ -z "$counts" ] || say "unserved requests by reason:"$'\n'"$counts"
}

if [ -n "$REPORT" ]; then
  LOAD+=(--out "$REPORT" --scenario "$SIMULATION" --url "$URL" --model "$MODEL" "${WAKING[@]}")
  [ -z "$KEYS" ] || LOAD+=(--keys "$KEYS")
  if [ -n "${GATEWAY:-}" ]; then LOAD+=(--stub ''); DIRECT=${DIRECT:-http://127.0.0.1:$STUB_PORT}; else build; fi
  [ -z "$BESIDE" ] || LOAD+=(--direct "$DIRECT")
  status=0
  (load_tests_java dev.stillgate.loadtests.report.ReportCommand run "${LOAD[@]}") || status=$?
  rss after
  shares
  reasons
  exit "$status"
fi

cd "$ROOT"
JAVA_HOME=$(find_java)
export JAVA_HOME
# Maven's own library warns on new JDKs, and Gatling's plugin of directories that it makes in the home directory.
mkdir -p "$RUN/.java/.userPrefs"
export MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow -Djava.util.prefs.userRoot=$RUN"
[ -d load-tests/gatling/target/test-classes ] || say "building the scenarios, once: half a minute, and longer if Maven has to download Gatling"
rss before
mvn -q -B -ntp -Pgatling -pl load-tests/gatling test-compile gatling:test \
  -Dgatling.simulationClass="dev.stillgate.loadtests.gatling.$SIMULATION" -Dgatling.noReports="$NO_REPORTS" \
  -Dtarget="$URL" -Dadmin="$ADMIN_URL" -Dpolicy="$POLICY" "${OPTIONS[@]}" \
  || { rss after; shares; reasons; exit 1; }
rss after
shares
