#!/usr/bin/env bash
# Checks the marked responses of a running gateway, its ledger and the Node SDKs.
# usage: load-tests/run marked
# An account is pinned to `marked` while the gateway runs. Its streamed responses must equal, byte for byte, what `stillgate
# canary mark` makes of the earlier responses to the same prompts. `canary trace` must find the key from 5,000 words, and the
# ledger must be valid and hold a leaf for every response.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"

ANSWERS=30
WORDS=200
stillgate() { "$ROOT/proxy/bin/stillgate" "$@"; }
admin() { curl -sS --fail-with-body -H 'content-type: application/json' "http://127.0.0.1:$ADMIN$1" "${@:2}"; }

build
start_stub
PORT=$(free_port)
ADMIN=$(free_port)
sed "s/@PORT@/$PORT/; s/@ADMIN@/$ADMIN/" "$HERE/canary/stillgate.yaml" > "$RUN/stillgate.yaml"
sed "s/@MODEL@/$STUB_PORT/" "$HERE/canary/policy.yaml" > "$RUN/policy.yaml"
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$RUN/secret"
list_accounts suspect:standard bystander:standard > "$RUN/accounts.yaml"
start_gateway gateway "$RUN/stillgate.yaml" "$ADMIN"

ask() { # file
  load_tests_java dev.stillgate.loadtests.canary.ProseClient "http://127.0.0.1:$PORT" sk-suspect "$ANSWERS" "$WORDS" > "$1"
}
(ask "$RUN/plain.jsonl")
sleep 2 # until the analysis has counted the responses: the quota of a pinned account depends on its past use
admin /accounts/suspect/standing -d '{"standing":"marked","for":"1h","why":"a test"}' > /dev/null
(ask "$RUN/first.jsonl") # responses are unmarked until the commitment to the new key is in the ledger
for _ in $(seq 50); do admin /canary | grep -q '"committed":true' && break; sleep 0.1; done
(ask "$RUN/suspect.jsonl")

KEY=$(admin /canary | sed 's/.*"key":"\([^"]*\)".*/\1/')
cmp -s "$RUN/plain.jsonl" "$RUN/suspect.jsonl" && die "the marked responses equal the plain ones"
stillgate canary mark --key "$KEY" --secret-file "$RUN/secret" --in "$RUN/plain.jsonl" --out "$RUN/expected.jsonl"
cmp "$RUN/expected.jsonl" "$RUN/suspect.jsonl" || die "the marked responses differ from those that the key makes of the plain ones"
say "the marked responses differ from the plain ones only at the sites of the key"

{ echo "$KEY"; for i in $(seq 99); do echo "c$i/other"; done; } > "$RUN/keys"
stillgate canary trace --suspect "$RUN/suspect.jsonl" --keys "$RUN/keys" --secret-file "$RUN/secret" | tee "$RUN/trace"
grep -m1 -q "$KEY" "$RUN/trace" || die "trace does not find $KEY"
stillgate canary verify --key "$KEY" --suspect "$RUN/suspect.jsonl" --secret-file "$RUN/secret" \
  --ledger "$RUN/state/canary/ledger" --json > "$RUN/verify.json"
grep -q '"committed" *: *true' "$RUN/verify.json" || die "the key's commitment is not found: $(cat "$RUN/verify.json")"
cat "$RUN/verify.json"
stillgate ledger verify --dir "$RUN/state/canary/ledger"

install_node_packages "$LOAD_TESTS/release/sdk"
(cd "$LOAD_TESTS/release/sdk" && BASE_URL="http://127.0.0.1:$PORT" MARKED_KEY=sk-suspect PLAIN_KEY=sk-bystander node --test marked.mjs) \
  || die "the Node SDKs do not accept marked responses"

WITNESSED=$(admin /metrics | sed -n 's/^stillgate_canary_answers_total{.*result="witnessed".*} //p')
[ "${WITNESSED%.*}" -ge "$ANSWERS" ] || die "only $WITNESSED responses were witnessed"
say "passed: key $KEY, ${WITNESSED%.*} responses witnessed"
