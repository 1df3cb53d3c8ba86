#!/usr/bin/env bash
# Makes the files of a release from a new clone: archive, SBOM, provenance and checksums.
# usage: load-tests/run release --out DIR [--commit REV] [--fast]
#   --out DIR      where the files are written; created if missing
#   --commit REV   the commit that is built (default: HEAD)
#   --fast         without static analysis
# The provenance names $STILLGATE_BUILDER as builder, and the URL of the remote "origin" as source. Needs git, Maven and python3.
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
OUT="" COMMIT=HEAD PROFILES=dist
while [ $# -gt 0 ]; do
  case $1 in
    --out) OUT=$2; shift 2 ;;
    --commit) COMMIT=$2; shift 2 ;;
    --fast) PROFILES=dist,fast; shift ;;
    *) bad_usage ;;
  esac
done
[ -n "$OUT" ] || bad_usage
for tool in git mvn python3 sha256sum; do command -v "$tool" > /dev/null || die "$tool is not installed"; done

umask 022 # modes of the archive's entries
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)
COMMIT=$(git -C "$ROOT" rev-parse --verify "$COMMIT^{commit}")
SOURCE=$(git -C "$ROOT" config --get remote.origin.url | sed 's|//[^/@]*@|//|' || true) # without credentials
git clone -q --no-checkout "$ROOT" "$RUN/source"
git -C "$RUN/source" checkout -q --detach "$COMMIT"

COMMAND="mvn -q -B -ntp -T 2 -P$PROFILES -Dmaven.test.skip=true -pl proxy -am package"
STARTED_ON=$(date -u +%Y-%m-%dT%H:%M:%SZ)
say "building $COMMIT"
# shellcheck disable=SC2086
(cd "$RUN/source" && $COMMAND > "$RUN/build.out" 2>&1) || die "the build failed: $(tail -20 "$RUN/build.out")"

ARCHIVE=$(basename "$RUN"/source/proxy/target/stillgate-*.tar.gz)
NAME=${ARCHIVE%.tar.gz}
cp "$RUN/source/proxy/target/$ARCHIVE" "$OUT/$ARCHIVE"
cp "$RUN/source/proxy/target/sbom.cdx.json" "$OUT/$NAME.cdx.json"
python3 "$HERE/provenance.py" write --source "${SOURCE:-unknown}" --commit "$COMMIT" --command "$COMMAND" \
  --java "$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$(find_java)/release")" --maven "$(mvn -v | sed -n '1s/^Apache Maven \([^ ]*\).*/\1/p')" \
  --builder "${STILLGATE_BUILDER:-tag:stillgate.dev,2026:builder/local}" --started "$STARTED_ON" \
  --sbom "$OUT/$NAME.cdx.json" "$OUT/$ARCHIVE" "$OUT/$NAME.cdx.json" > "$OUT/$NAME.intoto.json"
(cd "$OUT" && sha256sum "$ARCHIVE" "$NAME.cdx.json" "$NAME.intoto.json" > SHA256SUMS)
say "$(cat "$OUT/SHA256SUMS")"
