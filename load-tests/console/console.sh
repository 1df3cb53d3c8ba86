#!/usr/bin/env bash
# Checks the console in a browser, on a gateway that plays a campaign.
# usage: load-tests/run console [--minutes M] [--keep]
# Starts a gateway whose calendar runs a day a minute, drives honest customers and campaigns through it, and opens every
# page in Chromium. Each page must show the numbers of the admin's JSON, without errors, violations of the content security
# policy, foreign requests and serious findings of axe-core. A second gateway is read-only, has a token and gets hostile
# names. Pictures of each page are written to target/console. --keep leaves the gateways running until Ctrl-C.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"

MINUTES=3 SPEEDUP=1440 KEEP=""
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

fill() { # directory, port, admin port, more of the admin's settings, model port
  mkdir -p "$1"
  sed -e "s|@PORT@|$2|; s|@ADMIN@|$3|; s|@CONSOLE@|$4|" "$HERE/stillgate.yaml" > "$1/stillgate.yaml"
  sed -e "s|@MODEL@|$5|; s|@ROOT@|$ROOT|g" "$HERE/policy.yaml" > "$1/policy.yaml"
  echo "a secret of 32 characters for tests" > "$1/secret"
}

say "1. a gateway that plays a campaign"
MODEL=$(free_port) PORT=$(free_port) ADMIN=$(free_port) SINCE=$(date +%s%3N)
fill "$RUN/played" "$PORT" "$ADMIN" ", console: write" "$MODEL"
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

say "2. a gateway that is read-only, has a token, and gets hostile names"
start_stub
PORT=$(free_port) ADMIN=$(free_port)
fill "$RUN/quiet" "$PORT" "$ADMIN" ", token: a-token-for-this-check-only" "$STUB_PORT"
echo "accounts: []" > "$RUN/quiet/accounts.yaml"
start_gateway quiet "$RUN/quiet/stillgate.yaml" "$ADMIN"
export QUIET=http://127.0.0.1:$ADMIN QUIET_PROXY=http://127.0.0.1:$PORT QUIET_PID=${STARTED[-1]}
export TOKEN=a-token-for-this-check-only PICTURES=$LOAD_TESTS/target/console
mkdir -p "$PICTURES"
[ -z "$KEEP" ] || env | grep -E '^(PLAYED|QUIET|TOKEN|PICTURES|CHROMIUM)' | sed 's/^/export /' >&2

say "3. the browser"
status=0
(cd "$HERE" && node --test --test-concurrency=1 --test-reporter=spec numbers.mjs access.mjs hostile.mjs capacity.mjs pictures.mjs offline.mjs) || status=$?
[ "$status" = 0 ] || say "output of the gateways: $(tail -n 5 "$RUN"/played.err "$RUN"/quiet.err)"
say "pictures are in $PICTURES"
if [ -n "$KEEP" ]; then say "the gateways run until Ctrl-C"; sleep infinity & wait $!; fi
exit "$status"
