#!/usr/bin/env bash
# Turns an access log into Parquet with the statement in config/docs/metrics.md, by DuckDB from Maven.
# usage: load-tests/run parquet
# Exits with 1 if a line or a count of tokens is lost. Needs curl and Maven.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
[ $# -eq 0 ] || bad_usage

build
start_stub
PORT=$(free_port) ADMIN=$(free_port)
cat > "$RUN/stillgate.yaml" << YAML
listeners: [{address: "127.0.0.1:$PORT"}]
admin: {address: "127.0.0.1:$ADMIN"}
hashing: {h1: "a secret for this check only"}
accessLog: {path: access.log}
YAML
cat > "$RUN/policy.yaml" << YAML
version: 1
upstreams: [{name: model, endpoints: ["http://127.0.0.1:$STUB_PORT"]}]
routes: [{path: /v1/, upstream: model}]
YAML
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"

ask() { # path
  curl -sS -o /dev/null -m 10 -H 'x-api-key: sk-a' -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json' \
    -d '{"model":"stub-1","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}' "http://127.0.0.1:$PORT$1"
}
for _ in 1 2 3; do ask /v1/messages; done
ask /unknown
kill -TERM "${STARTED[-1]}"
for _ in $(seq 100); do kill -0 "${STARTED[-1]}" 2>/dev/null || break; sleep 0.1; done

mvn -B -ntp -q dependency:copy -Dartifact=org.duckdb:duckdb_jdbc:1.4.4.0 -DoutputDirectory="$RUN/lib"
sed -n '/^COPY (/,/;$/p' "$ROOT/config/docs/metrics.md" > "$RUN/statement.sql"
query() { # expression -> its value over all rows
  (cd "$RUN" && "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -cp "$RUN/lib/*" "$HERE/parquet/Query.java" \
    statement.sql "SELECT $1 FROM 'access.parquet'")
}
ROWS=$(query 'count(*)') TOKENS=$(query 'sum("gen_ai.usage.output_tokens")')
LINES=$(wc -l < "$RUN/access.log")
LOGGED=$(grep -o '"gen_ai.usage.output_tokens":[0-9]*' "$RUN/access.log" | awk -F: '{ sum += $2 } END { print sum }')
[ "$LINES" = 4 ] && [ "$ROWS" = 4 ] || die "$LINES lines and $ROWS rows of 4 requests"
[ "$TOKENS" = "$LOGGED" ] || die "$TOKENS output tokens in Parquet, $LOGGED in the log"
echo "parquet: $ROWS rows, $TOKENS output tokens"
