#!/usr/bin/env bash
# Follows the first hour of a new user step by step and checks each result.
#
# The steps: a response and a stream, a policy change, an invalid policy and its error message, a rollback, metrics, the audit
# log, one Gatling scenario, and SIGTERM during a stream.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run newcomer [--short]
  --short   runs the Gatling scenario for five seconds instead of thirty
TEXT
}

GATLING_SECONDS=30
while [ $# -gt 0 ]; do
  case $1 in
    --short) GATLING_SECONDS=5 ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"

ask() { # key, stream, curl arguments...
  local key=$1 stream=$2
  shift 2
  curl -sS -m 30 -H "x-api-key: $key" -H 'content-type: application/json' "$@" \
    -d "{\"model\":\"stub-1\",\"max_tokens\":60,\"stream\":$stream,\"messages\":[{\"role\":\"user\",\"content\":\"Why is the sky blue?\"}]}" \
    "http://127.0.0.1:$PORT/v1/messages"
}

metric() { # name with labels -> value
  curl -sS "http://127.0.0.1:$ADMIN/metrics" | awk -v name="$1" 'index($0, name " ") == 1 { print $NF }'
}

mutate() { # path -> status; the response body is in $RUN/said.out
  curl -sS -o "$RUN/said.out" -w '%{http_code}' -X POST "http://127.0.0.1:$ADMIN$1"
}

expect() { # check, expected, actual
  [ "$2" = "$3" ] || die "$1: expected $2, got $3"
  say "$1: $3"
}

refused_of() { # number of requests -> number of 429 responses
  local refused=0 key="sk-$RANDOM$RANDOM"
  for _ in $(seq "$1"); do
    [ "$(ask "$key" false -o /dev/null -w '%{http_code}')" != 429 ] || refused=$((refused + 1))
  done
  echo "$refused"
}

command -v curl > /dev/null || die "curl is not installed"
build
say "1. the shipped configuration, in front of a stub model"
start_stub
ADMIN=$(free_port) PORT=$(free_port)
mkdir "$RUN/config"
cp -r "$ROOT/config/." "$RUN/config"
sed -i "s|http://127.0.0.1:9000|http://127.0.0.1:$STUB_PORT|" "$RUN/config/policy.yaml"
sed -i -e "s|127.0.0.1:8080|127.0.0.1:$PORT|" -e "s|127.0.0.1:9090|127.0.0.1:$ADMIN|" -e "s|path: \"-\"|path: $RUN/access.log|" -e 's|^watch: true|watch: false|' \
  "$RUN/config/stillgate.yaml"
echo "audit: {path: $RUN/audit.log}" >> "$RUN/config/stillgate.yaml"
export STILLGATE_HASH_SECRET="a secret of a newcomer"
"$ROOT/proxy/bin/stillgate" validate --config "$RUN/config/stillgate.yaml" > /dev/null || die "the shipped files are invalid"
DRAIN_SECONDS=20 start_gateway gateway "$RUN/config/stillgate.yaml" "$ADMIN"
GATEWAY=${STARTED[-1]}
expect "   a response" 200 "$(ask sk-new false -o "$RUN/answer.json" -w '%{http_code}')"
grep -q '"output_tokens"' "$RUN/answer.json" || die "the response has no usage"
ask sk-new true > "$RUN/stream.out"
expect "   a stream ends with" 'event: message_stop' "$(grep '^event:' "$RUN/stream.out" | tail -1)"

say "2. another limit while the gateway runs: 4 requests, and one more for a new key"
expect "   of 10 requests refused" 0 "$(refused_of 10)"
cp "$RUN/config/policy.yaml" "$RUN/good.yaml"
sed -i 's|capacity: 50, refill: 50/1m|capacity: 4, refill: 1/1m|' "$RUN/config/policy.yaml"
expect "   reload" 200 "$(mutate /reload)"
expect "   of 10 requests refused" 5 "$(refused_of 10)"

say "3. a policy with a typing error"
sed -i 's|mode: shadow|mode: shadwo|' "$RUN/config/policy.yaml"
expect "   reload" 422 "$(mutate /reload)"
grep -Eq 'policy\.yaml:[0-9]+:[0-9]+: ' "$RUN/said.out" || die "no file:line:column in: $(cat "$RUN/said.out")"
say "   the response: $(head -1 "$RUN/said.out")"
expect "   stillgate_config_synchronized" 0.0 "$(metric stillgate_config_synchronized)"
expect "   the old policy stays active: of 10 requests refused" 5 "$(refused_of 10)"

say "4. a valid policy that is a mistake, and its rollback"
sed -e 's|capacity: 50, refill: 50/1m|capacity: 1, refill: 1/1h|' "$RUN/good.yaml" > "$RUN/config/policy.yaml"
expect "   reload" 200 "$(mutate /reload)"
expect "   of 10 requests refused" 8 "$(refused_of 10)"
expect "   rollback" 200 "$(mutate /rollback)"
say "   the response: $(head -1 "$RUN/said.out")"
expect "   of 10 requests refused" 5 "$(refused_of 10)"
expect "   the file differs from the active policy: stillgate_config_synchronized" 0.0 "$(metric stillgate_config_synchronized)"
expect "   a reload of the rolled-back file" 409 "$(mutate /reload)"
cp "$RUN/good.yaml" "$RUN/config/policy.yaml"
expect "   reload of the corrected file" 200 "$(mutate /reload)"
expect "   stillgate_config_synchronized" 1.0 "$(metric stillgate_config_synchronized)"
expect "   of 10 requests refused" 0 "$(refused_of 10)"

say "5. metrics and logs"
expect "   rejected by the filter limits" 23.0 \
  "$(metric 'stillgate_filter_decisions_total{filter="limits",mode="enforce",verdict="reject"}')"
answers=$(metric 'gen_ai_client_inference_duration_seconds_count{api="messages",error_type="",gen_ai_operation_name="chat",gen_ai_provider_name="anthropic",gen_ai_response_model="stub-1"}')
expect "   responses of the model stub-1" 39 "$answers"
sleep 1.2 # lines are written within a second
expect "   access log lines that name the filter" 23 "$(grep -c '"filter":"limits"' "$RUN/access.log" || true)"
grep -q '"type":"admin.request".*"path":"/rollback".*"status":200' "$RUN/audit.log" || die "the audit log has no rollback: $(cat "$RUN/audit.log")"
expect "   refused policies in the audit log" 1 "$(grep -c '"type":"policy.refused"' "$RUN/audit.log" || true)"

say "6. one Gatling scenario"
"$LOAD_TESTS/run" gatling Streaming --seconds "$GATLING_SECONDS" --rate 10 --p99 20000 > "$RUN/gatling.out" 2>&1 || die "$(tail -30 "$RUN/gatling.out")"

say "7. SIGTERM during a stream"
ask sk-last true -N -H 'x-stub: pace=100,events=30' > "$RUN/last.out" &
STREAM=$!
for _ in $(seq 100); do
  [ ! -s "$RUN/last.out" ] || break
  sleep 0.1
done
kill -TERM "$GATEWAY"
wait "$STREAM" || die "the stream was cut"
expect "   the stream ends with" 'event: message_stop' "$(grep '^event:' "$RUN/last.out" | tail -1)"
for _ in $(seq 200); do
  kill -0 "$GATEWAY" 2>/dev/null || break
  sleep 0.1
done
if kill -0 "$GATEWAY" 2>/dev/null; then die "the gateway does not exit"; fi
say "passed"
