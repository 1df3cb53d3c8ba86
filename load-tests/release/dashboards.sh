#!/usr/bin/env bash
# Checks the Grafana dashboard and the alert rules against a real Prometheus.
# usage: load-tests/run dashboards
# Prometheus scrapes a gateway under a little load. Every query of the dashboard must return data, every metric of an alert rule
# must exist, and promtool must accept the rules. Needs prometheus, promtool, node and curl.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
[ $# -eq 0 ] || bad_usage

for tool in prometheus promtool node curl; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
promtool check rules "$ROOT/config/dashboards/alerts.yaml" > "$RUN/promtool.out" || die "$(cat "$RUN/promtool.out")"
cp "$ROOT/config/dashboards/alerts.yaml" "$HERE/dashboards/alerts.test.yaml" "$RUN"
promtool test rules "$RUN/alerts.test.yaml" > "$RUN/promtool.out" 2>&1 || die "$(cat "$RUN/promtool.out")"
build
start_stub
ADMIN=$(free_port) PORT=$(free_port) SCRAPER=$(free_port)
mkdir "$RUN/config"
cp -r "$ROOT/config/." "$RUN/config"
sed -i "s|http://127.0.0.1:9000|http://127.0.0.1:$STUB_PORT|" "$RUN/config/policy.yaml"
cat > "$RUN/config/stillgate.yaml" <<YAML
listeners: [{address: "127.0.0.1:$PORT", trustedHops: 1}]
admin: {address: "127.0.0.1:$ADMIN"}
hashing: {h1: "load test, no secret"}
accessLog: {path: "$RUN/access.log", decisions: "$RUN/decisions.log"}
webhook: {url: "http://127.0.0.1:$STUB_PORT/hook", secret: "load test, no secret"}
otlp: {url: "http://127.0.0.1:$STUB_PORT"}
audit: {path: "$RUN/audit.log"}
YAML
start_gateway gateway "$RUN/config/stillgate.yaml" "$ADMIN"

cat > "$RUN/prometheus.yaml" <<YAML
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ["$ROOT/config/dashboards/alerts.yaml"]
scrape_configs:
  - job_name: stillgate
    static_configs: [{targets: ["127.0.0.1:$ADMIN"]}]
YAML
start prometheus prometheus --config.file="$RUN/prometheus.yaml" --storage.tsdb.path="$RUN/tsdb" \
  --web.listen-address="127.0.0.1:$SCRAPER" --log.level=warn
await_port prometheus "$SCRAPER"

ask() { # path, key, address, x-stub, body
  curl -s -o /dev/null -m 5 -H "x-api-key: $2" -H "x-forwarded-for: $3" -H "x-stub: $4" -H 'content-type: application/json' \
    -d "$5" "http://127.0.0.1:$PORT$1" || true
}

# Sends a little of everything: responses, streams, a denied region, an empty bucket, model errors, refusals, a truncated stream, a reload.
load() {
  local prompt='{"model":"stub-1","max_tokens":60,"stream":%s,"messages":[{"role":"user","content":"Why is the sky blue?"}]}'
  local whole stream round
  # shellcheck disable=SC2059
  whole=$(printf "$prompt" false) stream=$(printf "$prompt" true)
  for round in $(seq 100000); do
    ask /v1/messages "sk-$((round % 20))" 198.51.100.7 "" "$whole"
    ask /v1/chat/completions "sk-$((round % 20))" 198.51.100.7 pace=5 "$stream"
    ask /v1/messages sk-far 175.45.176.1 "" "$whole"
    ask /v1/messages sk-busy 198.51.100.7 "" "$whole"
    ask /v1/messages "sk-e$((round % 20))" 198.51.100.7 status=529 "$whole"
    ask /v1/messages "sk-r$((round % 20))" 198.51.100.7 refuse "$whole"
    ask /v1/messages "sk-c$((round % 20))" 198.51.100.7 "pace=5,cut=3" "$stream"
    curl -s -o /dev/null -m 5 -X POST "http://127.0.0.1:$ADMIN/reload" || true
  done
}
start load load
node "$HERE/dashboards/check.mjs" "http://127.0.0.1:$SCRAPER" "$ROOT/config/dashboards/stillgate.json" \
  "$ROOT/config/dashboards/alerts.yaml" 60 || die "see above"
