#!/usr/bin/env bash
# Runs the official Node SDKs, libraries and agents through a gateway.
# usage: load-tests/run sdk [--official-only]
# Starts a stub model and a gateway with two filters on free ports and runs check.mjs and inputs.mjs. Then runs
# realtime.mjs through a gateway with a small limit of tokens; unverified.mjs, clouds.mjs and gemini.mjs through one
# that marks every response; and libraries.mjs (Vercel AI SDK, LangChain JS) and agents.mjs (Claude Code, Codex, Gemini
# CLI, opencode) through one with all filters, unless only the official ones are wanted.
# Exits with 1 if one fails.
# Needs Node 20.15.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
OTHERS_TOO=1
while [ $# -gt 0 ]; do
  case $1 in
    --official-only) OTHERS_TOO=0 ;;
    *) bad_usage ;;
  esac
  shift
done

build
install_node_packages "$HERE/sdk"
start_stub
STUB_URL=http://127.0.0.1:$STUB_PORT PORT=$(free_port) ADMIN=$(free_port)
cat > "$RUN/stillgate.yaml" << YAML
listeners:
  - {address: "127.0.0.1:$PORT"}
admin: {address: "127.0.0.1:$ADMIN"}
hashing: {h1: "a secret for this check only"}
accessLog: {path: access.log}
YAML
cat > "$RUN/policy.yaml" << YAML
version: 1
upstreams:
  - {name: model, endpoints: ["$STUB_URL"]}
routes:
  - {path: /v1/, upstream: model, opaque: [/v1/models], keepAlive: 1s}
filters:
  - name: regions
    type: geo-restriction
    config:
      oldAfter: off
      databases: {country: "$ROOT/config/geo/GeoLite2-Country.mmdb", asn: "$ROOT/config/geo/GeoLite2-ASN.mmdb"}
      deny: {countries: [KP, IR, SY, CU]}
  - name: limits
    type: token-bucket
    config:
      limits:
        - {name: requests, measure: requests, capacity: 100000, refill: 100000/1m}
YAML
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"

say "SDKs -> http://127.0.0.1:$PORT -> $STUB_URL"
status=0
(cd "$HERE/sdk" && BASE_URL="http://127.0.0.1:$PORT" STUB_URL=$STUB_URL node --test check.mjs) || status=$?
(cd "$HERE/sdk" && BASE_URL="http://127.0.0.1:$PORT" ADMIN_URL="http://127.0.0.1:$ADMIN" node --test inputs.mjs) || status=$?
if [ "$status" != 0 ]; then
  say "output of the gateway:"
  tail -n 20 "$RUN/gateway.out" "$RUN/gateway.err" "$RUN/access.log" >&2
fi

SESSIONS=$(free_port) SESSIONS_ADMIN=$(free_port) SESSIONS_PORT=$(free_port)
mkdir "$RUN/sessions"
cat > "$RUN/sessions/stillgate.yaml" << YAML
listeners:
  - {address: "127.0.0.1:$SESSIONS"}
admin: {address: "127.0.0.1:$SESSIONS_ADMIN"}
hashing: {h1: "a secret for this check only"}
YAML
cat > "$RUN/sessions/policy.yaml" << YAML
version: 1
upstreams:
  - {name: sessions, endpoints: ["http://127.0.0.1:$SESSIONS_PORT"]}
routes:
  - {path: /v1/realtime, upstream: sessions, upgrade: [realtime]}
filters:
  - name: limits
    type: token-bucket
    config:
      limits:
        - {name: tokens, measure: total-tokens, models: [gpt-realtime-small], capacity: 200, refill: 200/1d}
YAML
start_gateway sessions "$RUN/sessions/stillgate.yaml" "$SESSIONS_ADMIN"

say "OpenAI's SDK in sessions -> http://127.0.0.1:$SESSIONS"
(cd "$HERE/sdk" && BASE_URL="http://127.0.0.1:$SESSIONS" ADMIN_URL="http://127.0.0.1:$SESSIONS_ADMIN" SESSIONS_PORT=$SESSIONS_PORT \
  node --test realtime.mjs) || { status=1; tail -n 20 "$RUN/sessions.out" "$RUN/sessions.err" >&2; }

MARKED=$(free_port) MARKED_ADMIN=$(free_port) RECORDER_PORT=$(free_port)
mkdir "$RUN/marked"
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$RUN/marked/secret"
cat > "$RUN/marked/stillgate.yaml" << YAML
listeners:
  - {address: "127.0.0.1:$MARKED"}
admin: {address: "127.0.0.1:$MARKED_ADMIN"}
hashing: {h1: "a secret for this check only"}
state: {directory: state}
YAML
cat > "$RUN/marked/policy.yaml" << YAML
version: 1
upstreams:
  - {name: model, endpoints: ["http://127.0.0.1:$RECORDER_PORT"]}
routes:
  - {path: /v1/, upstream: model}
  - {path: /model/, upstream: model, host: preserve}
  - {path: /v1beta/, upstream: model, keepAlive: 1s}
  - {path: /v1beta1/, upstream: model}
accounts:
  credential: [x-api-key, bearer, aws-access-key, x-goog-api-key]
filters:
  - {name: canary, type: canary, config: {from: unverified, secretFile: secret}}
YAML
start_gateway marked "$RUN/marked/stillgate.yaml" "$MARKED_ADMIN"

say "SDKs -> http://127.0.0.1:$MARKED, which marks everybody -> $STUB_URL"
(cd "$HERE/sdk" && BASE_URL="http://127.0.0.1:$MARKED" STUB_URL=$STUB_URL RECORDER_PORT=$RECORDER_PORT node --test unverified.mjs) \
  || { status=1; tail -n 20 "$RUN/marked.out" "$RUN/marked.err" >&2; }
say "SDKs of clouds -> http://127.0.0.1:$MARKED, which marks everybody -> $STUB_URL"
(cd "$HERE/sdk" && BASE_URL="http://127.0.0.1:$MARKED" STUB_URL=$STUB_URL RECORDER_PORT=$RECORDER_PORT node --test clouds.mjs) \
  || { status=1; tail -n 20 "$RUN/marked.out" "$RUN/marked.err" >&2; }
say "Google's SDK -> http://127.0.0.1:$MARKED, which marks everybody -> $STUB_URL"
(cd "$HERE/sdk" && BASE_URL="http://127.0.0.1:$MARKED" STUB_URL=$STUB_URL RECORDER_PORT=$RECORDER_PORT node --test gemini.mjs) \
  || { status=1; tail -n 20 "$RUN/marked.out" "$RUN/marked.err" >&2; }

[ "$OTHERS_TOO" = 1 ] || exit "$status"

CLIENTS=$(free_port) CLIENTS_ADMIN=$(free_port) CLIENTS_PORT=$(free_port)
mkdir "$RUN/clients"
cp "$RUN/marked/secret" "$RUN/clients/secret"
sed "s/$MARKED_ADMIN/$CLIENTS_ADMIN/; s/$MARKED/$CLIENTS/; \$a accessLog: {path: access.log}" "$RUN/marked/stillgate.yaml" \
  > "$RUN/clients/stillgate.yaml"
cat > "$RUN/clients/policy.yaml" << YAML
version: 1
upstreams:
  - {name: model, endpoints: ["http://127.0.0.1:$CLIENTS_PORT"]}
routes:
  - {path: /v1/, upstream: model, keepAlive: 1s}
  - {path: /v1beta/, upstream: model, keepAlive: 1s}
accounts: {credential: [x-api-key, bearer, x-goog-api-key]}
filters:
  - name: regions
    type: geo-restriction
    config:
      oldAfter: off
      databases: {country: "$ROOT/config/geo/GeoLite2-Country.mmdb", asn: "$ROOT/config/geo/GeoLite2-ASN.mmdb"}
      deny: {countries: [KP, IR, SY, CU]}
  - {name: behaviour, type: fingerprint, config: {}}
  - {name: canary, type: canary, config: {from: unverified, secretFile: secret}}
  - name: limits
    type: token-bucket
    config:
      limits:
        - {name: seconds, measure: requests, models: [agent-seconds], capacity: 1, refill: 1/20s}
        - {name: hours, measure: requests, models: [agent-hours], capacity: 1, refill: 1/4h}
YAML
start_gateway clients "$RUN/clients/stillgate.yaml" "$CLIENTS_ADMIN"

# Runs a script of a folder with its packages through the gateway with all filters.
through_all_filters() { # folder
  install_node_packages "$HERE/sdk/$1"
  say "$1 -> http://127.0.0.1:$CLIENTS, which marks everybody -> $STUB_URL"
  (cd "$HERE/sdk/$1" && BASE_URL="http://127.0.0.1:$CLIENTS" STUB_URL=$STUB_URL RECORDER_PORT=$CLIENTS_PORT \
    ACCESS_LOG="$RUN/clients/access.log" node --test "$1.mjs") ||
    { status=1; tail -n 20 "$RUN/clients.out" "$RUN/clients.err" >&2; }
}

through_all_filters libraries
through_all_filters agents
exit "$status"
