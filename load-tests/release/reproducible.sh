#!/usr/bin/env bash
# Builds the distribution twice, in two directories, and requires equal bytes; checks SBOM, provenance and checksums.
# usage: load-tests/run reproducible [--commit REV] [--whole]
#   --commit REV   the commit that is built (default: HEAD)
#   --whole        with static analysis, as a release is built; takes minutes longer
set -euo pipefail

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"
help_if_asked "$@"
COMMIT=HEAD FAST=--fast
while [ $# -gt 0 ]; do
  case $1 in
    --commit) COMMIT=$2; shift 2 ;;
    --whole) FAST=""; shift ;;
    *) bad_usage ;;
  esac
done
COMMIT=$(git -C "$ROOT" rev-parse --verify "$COMMIT^{commit}")

for build in first second; do
  # shellcheck disable=SC2086
  TMPDIR="$RUN" "$HERE/release.sh" --out "$RUN/$build" --commit "$COMMIT" $FAST 2> "$RUN/$build.err" || die "$(cat "$RUN/$build.err")"
done

# Prints the digest, mode and name of each entry of an archive.
entries() { # archive
  mkdir "$1.d"
  tar -xpzf "$1" -C "$1.d"
  (cd "$1.d" && find . -type f -exec sha256sum {} + | sort -k 2; find . -printf '%m %P\n' | sort -k 2)
}

ARCHIVE=$(basename "$RUN"/first/stillgate-*.tar.gz)
NAME=${ARCHIVE%.tar.gz}
for file in "$ARCHIVE" "$NAME.cdx.json"; do
  cmp -s "$RUN/first/$file" "$RUN/second/$file" && continue
  say "$file differs"
  case $file in
    *.json) diff "$RUN/first/$file" "$RUN/second/$file" | head -20 >&2 || true ;;
    *) diff <(entries "$RUN/first/$file") <(entries "$RUN/second/$file") | head -20 >&2 || true ;;
  esac
  exit 1
done

checked() { python3 "$HERE/provenance.py" check "$@" "$RUN/first/$NAME.intoto.json" "$RUN/first/$NAME.cdx.json"; }
(cd "$RUN/first" && sha256sum --quiet -c SHA256SUMS) || die "the checksums are wrong"
checked --commit "$COMMIT" --archive "$RUN/first/$ARCHIVE" || die "the provenance is wrong"
if checked --commit "${COMMIT//[0-9a-f]/0}" --archive "$RUN/first/$ARCHIVE" 2> /dev/null; then die "the check accepts another commit"; fi
say "passed: $ARCHIVE is equal in two builds, $(sha256sum < "$RUN/first/$ARCHIVE" | cut -c 1-64)"
