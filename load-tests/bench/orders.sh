#!/usr/bin/env bash
# Measures operators' orders and a start of a gateway that knows many orders.
# usage: load-tests/run orders [--orders N] [--given N] [--starts N]
# Without known orders and with 50,000, the table has the median time until ready. Then it has median and maximum of N orders
# of each kind, given one after the other. Orders that need two operators are approved too.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
# shellcheck source=load-tests/lib/measure.sh
. "$LOAD_TESTS/lib/measure.sh"

ORDERS=50000 GIVEN=40 STARTS=3
while [ $# -gt 0 ]; do
  case $1 in
    --orders) ORDERS=$2 ;;
    --given) GIVEN=$2 ;;
    --starts) STARTS=$2 ;;
    *) bad_usage ;;
  esac
  shift 2
done
command -v curl > /dev/null || die "curl is not installed"
build
PORT=$(free_port) ADMIN=$(free_port)
cat > "$RUN/stillgate.yaml" << END
listeners:
  - {address: "127.0.0.1:$PORT"}
admin: {address: "127.0.0.1:$ADMIN"}
policy: policy.yaml
hashing: {h1: "load test, no secret"}
state: {directory: state}
END

await_ready() { # name, of a gateway that was just started
  local began=$EPOCHREALTIME
  start "$1" "$ROOT/proxy/bin/stillgate" run --config "$RUN/stillgate.yaml" --drain-seconds 0
  until curl -sf -o /dev/null -m 1 "http://127.0.0.1:$ADMIN/readyz"; do
    sleep 0.01
    kill -0 "${STARTED[-1]}" 2> /dev/null || die "the gateway did not start: $(cat "$RUN/$1.err" "$RUN/$1.out")"
  done
  awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", b - a }' >> "$RUN/$1.ready"
}

post() { # path, JSON -> time in ms; the body in $RUN/body
  local result
  result=$(curl -s -o "$RUN/body" -w '%{http_code} %{time_total}' -m 60 -H 'content-type: application/json' -d "$2" "http://127.0.0.1:$ADMIN$1")
  [ "${result% *}" = 200 ] || die "POST $1 is answered with ${result% *}: $(cat "$RUN/body")"
  awk -v s="${result#* }" 'BEGIN { print s * 1000 }'
}

last_order() { # account -> id
  curl -s "http://127.0.0.1:$ADMIN/orders?limit=1&account=$1" | grep -o '"id":"[0-9a-f]*"' | cut -d '"' -f 4
}

give() { # kind, times
  local i id
  for i in $(seq "$2"); do
    case $1 in
      standing) post "/accounts/b-$i/standing?create=true" '{"standing":"blocked","for":"30d","by":"ann","why":"a test"}' ;;
      judgement) post "/accounts/c-$i/refute?create=true" '{"for":"30d","by":"ann","why":"a test"}' ;;
      withdrawal) id=$(last_order "b-$i"); post "/orders/$id/withdraw" '{"by":"bob","why":"a test"}' ;;
      approval) id=$(last_order "b-$i"); post "/orders/$id/approve" '{"by":"bob","why":"a test"}' ;;
    esac
  done
}

measure() { # known orders, approvals
  local name=known-$1-$2 kind last line pid
  cat > "$RUN/policy.yaml" << END
version: 1
upstreams:
  - {name: model, endpoints: ["http://127.0.0.1:9"]}
routes:
  - {path: /v1/, upstream: model}
filters:
  - {name: behaviour, type: fingerprint, mode: enforce, config: {review: {approvals: $2}}}
END
  for run in $(seq "$STARTS"); do
    rm -rf "$RUN/state"
    mkdir -m 700 "$RUN/state"
    [ "$1" = 0 ] || "$JAVA_HOME/bin/java" "$HERE/orders/ManyOrders.java" "$RUN/state/orders.jsonl" "$1" "$2"
    await_ready "$name"
    pid=${STARTED[-1]}
    [ "$run" = "$STARTS" ] || { kill "$pid"; wait "$pid" 2> /dev/null || true; }
  done
  line="| $1 | $2 | $(median "$RUN/$name.ready" 1)"
  [ "$2" = 1 ] && last=withdrawal || last=approval
  for kind in standing judgement "$last"; do
    give "$kind" "$GIVEN" > "$RUN/$name.$kind"
    line+=" | $(median "$RUN/$name.$kind" 1 | xargs printf %.0f), $(sort -n "$RUN/$name.$kind" | tail -n 1 | xargs printf %.0f)"
  done
  echo "$line |"
  kill "$pid"
  wait "$pid" 2> /dev/null || true
}

echo "| known orders | operators that each needs | ready, s | standing, ms | judgement, ms | withdrawal or approval, ms |"
echo "|--:|--:|--:|--:|--:|--:|"
for approvals in 1 2; do
  measure 0 "$approvals"
  measure "$ORDERS" "$approvals"
done
