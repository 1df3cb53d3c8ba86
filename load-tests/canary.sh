#!/usr/bin/env bash
# The canary's experiment: marks texts, trains students on them, audits the students, alters leaks, and prints how small p is
# and whether it is uniform for those who never saw a key. Exits 1 when it is not.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: load-tests/canary.sh [--data DIR] [--table FILE] [--parts P,...] [--keys N] [--student-keys N] [--shares S,...]
                            [--answers N]
  --data DIR        where the texts are, default ../shared/data beside the repository; without them it says so and exits 0
  --table FILE      the classes, default config/canary/english.yaml
  --parts P,...     of leaks,deep,altered,calibration,oracle,ngram,neural; default all
  --half HALF       of each set of texts: held-out (default), development (constants were chosen on it), or all
  --keys N          keys for leaked text and students of known learning, default 100
  --student-keys N  students for each share that is marked, each under its own key, default 5
  --shares S,...    per cent of the corpus that is marked, default 0,1,5,25,100
  --answers N       the largest audit, default 4000 answers of 300 tokens
TEXT
}

case ${1:-} in -h|--help) usage; exit 0 ;; esac

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=load-tests/processes.sh
. "$HERE/processes.sh"

build
# BLAS is five times as fast with the JVM's vectors.
(load_tests_java --add-modules jdk.incubator.vector dev.stillgate.loadtests.canary.CanaryExperiment \
    --data "$ROOT/../shared/data" --table "$ROOT/config/canary/english.yaml" "$@")
