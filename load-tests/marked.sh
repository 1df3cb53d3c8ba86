#!/usr/bin/env bash
# An account is pinned to `marked` while the gateway runs. Its streamed answers must be, byte for byte, what
# `stillgate canary mark` makes of those that it got to the same prompts before; `canary trace` must name its key from 5,000
# words, and the ledger must be sound and hold a leaf for every answer.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"

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
    load_tests_java dev.stillgate.loadtests.canary.AskForProse "http://127.0.0.1:$PORT" sk-suspect "$ANSWERS" "$WORDS" > "$1"
}
(ask "$RUN/plain.jsonl")
sleep 2 # until the analysis has counted them: a pinned account has a quota by its own past use
admin /accounts/suspect/standing -d '{"standing":"marked","for":"1h","why":"a test"}' > /dev/null
(ask "$RUN/first.jsonl") # answers go out unmarked until the new key is committed to
for _ in $(seq 50); do admin /canary | grep -q '"committed":true' && break; sleep 0.1; done
(ask "$RUN/suspect.jsonl")

KEY=$(admin /canary | sed 's/.*"key":"\([^"]*\)".*/\1/')
cmp -s "$RUN/plain.jsonl" "$RUN/suspect.jsonl" && die "the marked answers are the plain ones"
stillgate canary mark --key "$KEY" --secret-file "$RUN/secret" --in "$RUN/plain.jsonl" --out "$RUN/expected.jsonl"
cmp "$RUN/expected.jsonl" "$RUN/suspect.jsonl" || die "the marked answers are not what the key makes of the plain ones"
say "the marked answers differ from the plain ones at the key's sites only"

{ echo "$KEY"; for i in $(seq 99); do echo "c$i/other"; done; } > "$RUN/keys"
stillgate canary trace --suspect "$RUN/suspect.jsonl" --keys "$RUN/keys" --secret-file "$RUN/secret" | tee "$RUN/trace"
grep -m1 -q "$KEY" "$RUN/trace" || die "trace does not name $KEY"
stillgate canary verify --key "$KEY" --suspect "$RUN/suspect.jsonl" --secret-file "$RUN/secret" \
    --ledger "$RUN/state/canary/ledger" --json > "$RUN/verify.json"
grep -q '"committed" *: *true' "$RUN/verify.json" || die "the key's commitment is not found: $(cat "$RUN/verify.json")"
cat "$RUN/verify.json"
stillgate ledger verify --dir "$RUN/state/canary/ledger"

[ -d "$HERE/sdk/node_modules/openai" ] || (cd "$HERE/sdk" && npm install --no-audit --no-fund >&2)
(cd "$HERE/sdk" && BASE_URL="http://127.0.0.1:$PORT" MARKED_KEY=sk-suspect PLAIN_KEY=sk-bystander node --test marked.mjs) \
    || die "the Node SDKs do not take marked answers for whole ones"

WITNESSED=$(admin /metrics | sed -n 's/^stillgate_canary_answers_total{.*result="witnessed".*} //p')
[ "${WITNESSED%.*}" -ge "$ANSWERS" ] || die "only $WITNESSED answers were witnessed"
say "all well: key $KEY, ${WITNESSED%.*} answers witnessed"
