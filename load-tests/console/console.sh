#!/usr/bin/env bash
# Checks the console in a browser, on a gateway that plays a campaign.
# usage: load-tests/run console [--minutes M] [--keep]
# Starts a gateway whose calendar runs a day a minute, drives honest customers and campaigns through it, and opens every
# page in Chromium. Each page must show the numbers of the admin's JSON, without errors, violations of the content security
# policy, foreign requests and serious findings of axe-core. A second gateway is read-only, has a token and gets hostile
# names. On a third one, the policy is changed and held against a part of the recording; on a fourth one, orders need two
# operators; a fifth one has operators with names. Pictures of each page are written to target/console. --keep leaves the
# gateways running until Ctrl-C.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"

MINUTES=2 SPEEDUP=1440 KEEP="" REPLAYED=2000
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) MINUTES=${2:?--minutes needs a value}; shift 2 ;;
    --keep) KEEP=yes; shift ;;
    *) bad_usage ;;
  esac
done
CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
[ -n "$CHROMIUM" ] || die "chromium is not installed"
export CHROMIUM
WHO=(--scenario default --seed 3 --honest 150 --days 5)

build
install_node_packages "$HERE"
campaign() { (load_tests_java -Dsun.net.httpserver.nodelay=true -Dsun.net.httpserver.idleInterval=3600 \
  -Dsun.net.httpserver.maxIdleConnections=100000 dev.stillgate.loadtests.campaign.CampaignCommand "$@"); }
compressed() { LOAD_CLASSES="$LOAD_TESTS/target/classes:$ROOT/proxy/target/dist/lib/*" load_tests_java "$@"; }

fill() { # directory, port, admin port, more of the admin's settings, model port, policy
  mkdir -p "$1"
  sed -e "s|@PORT@|$2|; s|@ADMIN@|$3|; s|@CONSOLE@|$4|" "$HERE/stillgate.yaml" > "$1/stillgate.yaml"
  sed -e "s|@MODEL@|$5|; s|@ROOT@|$ROOT|g" "$HERE/$6" > "$1/policy.yaml"
  echo "a secret of 32 characters for tests" > "$1/secret"
}

say "1. a gateway that is read-only, has a token, and gets hostile names"
start_stub
PORT=$(free_port) ADMIN=$(free_port)
fill "$RUN/quiet" "$PORT" "$ADMIN" ", token: a-token-for-this-check-only" "$STUB_PORT" policy.yaml
echo "accounts: []" > "$RUN/quiet/accounts.yaml"
start quiet "$ROOT/proxy/bin/stillgate" run --config "$RUN/quiet/stillgate.yaml" --drain-seconds 1
QUIET_ADMIN=$ADMIN
export QUIET=http://127.0.0.1:$ADMIN QUIET_PROXY=http://127.0.0.1:$PORT QUIET_PID=${STARTED[-1]}

say "2. a gateway that plays a campaign"
MODEL=$(free_port) PORT=$(free_port) ADMIN=$(free_port) SINCE=$(date +%s%3N)
fill "$RUN/played" "$PORT" "$ADMIN" ", console: write" "$MODEL" policy.yaml
campaign accounts "${WHO[@]}" --out "$RUN" --name listed
sed -n 's/^  - {id: \([^,]*\),.*/sk-\1/p' "$RUN/listed.accounts.yaml" > "$RUN/keys"
"$ROOT/proxy/bin/stillgate" hash-key --config "$RUN/played/stillgate.yaml" < "$RUN/keys" > "$RUN/hashes"
awk 'NR == FNR { hash[NR] = $0; next } FNR > 1 { sub(/keys: \[\]/, "keys: [\"" hash[FNR - 1] "\"]") } { print }' \
  "$RUN/hashes" "$RUN/listed.accounts.yaml" > "$RUN/played/accounts.yaml"
start played compressed dev.stillgate.loadtests.compressed.CompressedGateway "$RUN/played/stillgate.yaml" "$SPEEDUP" "$SINCE"
await_port played "$ADMIN"
say "console on http://127.0.0.1:$ADMIN/console/"
campaign drive "${WHO[@]}" --minutes "$MINUTES" --speedup "$SPEEDUP" --url "http://127.0.0.1:$PORT" \
  --admin "http://127.0.0.1:$ADMIN" --calendar "$SINCE" --model-port "$MODEL" > "$RUN/drive.out" || say "$(tail -n 5 "$RUN/drive.out")"
export PLAYED=http://127.0.0.1:$ADMIN PLAYED_PROXY=http://127.0.0.1:$PORT
await_port quiet "$QUIET_ADMIN"

say "3. a gateway whose policy is changed"
PORT=$(free_port) ADMIN=$(free_port)
fill "$RUN/edited" "$PORT" "$ADMIN" ", console: write" "$STUB_PORT" edited.yaml
(umask 077 && head -n "$REPLAYED" "$RUN/played/exchanges.jsonl" > "$RUN/edited/exchanges.jsonl")
start_gateway edited "$RUN/edited/stillgate.yaml" "$ADMIN"
export EDITED=http://127.0.0.1:$ADMIN EDITED_FILES=$RUN/edited STILLGATE=$ROOT/proxy/bin/stillgate
export TOKEN=a-token-for-this-check-only PICTURES=$LOAD_TESTS/target/console
mkdir -p "$PICTURES"

say "4. a gateway at which two operators must ask"
PORT=$(free_port) ADMIN=$(free_port)
fill "$RUN/ordered" "$PORT" "$ADMIN" ", console: write" "$STUB_PORT" orders.yaml
{ echo accounts: && printf 'sk-%s\n' a-1 a-2 | "$ROOT/proxy/bin/stillgate" hash-key --config "$RUN/ordered/stillgate.yaml" |
  awk '{ print "  - {id: a-" NR ", keys: [\"" $0 "\"]}" }'; } > "$RUN/ordered/accounts.yaml"
start_gateway ordered "$RUN/ordered/stillgate.yaml" "$ADMIN"
export ORDERED=http://127.0.0.1:$ADMIN

say "5. a gateway with named operators"
PORT=$(free_port) ADMIN=$(free_port) NAMED_TOKEN=$(openssl rand -hex 32) NAMED_ADMIN_TOKEN=$(openssl rand -hex 32)
mapfile -t HASHES < <(printf '%s\n' "$NAMED_TOKEN" "$NAMED_ADMIN_TOKEN" | "$ROOT/proxy/bin/stillgate" hash-key --operator)
OPERATORS="{name: ben, role: review, token: '${HASHES[0]}'}, {name: ann, role: admin, token: '${HASHES[1]}'}"
fill "$RUN/named" "$PORT" "$ADMIN" ", console: write, operators: [$OPERATORS]" "$STUB_PORT" edited.yaml
echo "accounts: []" > "$RUN/named/accounts.yaml"
start_gateway named "$RUN/named/stillgate.yaml" "$ADMIN"
export NAMED=http://127.0.0.1:$ADMIN NAMED_TOKEN NAMED_ADMIN_TOKEN
[ -z "$KEEP" ] || env | grep -E '^(PLAYED|QUIET|EDITED|ORDERED|NAMED|STILLGATE|TOKEN|PICTURES|CHROMIUM)' | sed 's/^/export /' >&2

say "6. the browser"
status=0
# Node runs the files in the order of their names: sources.mjs sees what backtests.mjs and policy.mjs left.
(cd "$HERE" && node --test --test-concurrency=1 --test-reporter=spec access.mjs backtests.mjs capacity.mjs hostile.mjs \
  judge.mjs markdown.mjs numbers.mjs offline.mjs operators.mjs orders.mjs pictures.mjs policy.mjs sources.mjs) || status=$?
[ "$status" = 0 ] || say "output of the gateways: $(tail -n 5 "$RUN"/{played,quiet,edited,ordered,named}.err)"
say "pictures are in $PICTURES"
if [ -n "$KEEP" ]; then say "the gateways run until Ctrl-C"; start pause sleep infinity; wait "${STARTED[-1]}"; fi
exit "$status"
