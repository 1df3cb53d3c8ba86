#!/usr/bin/env bash
# Measures the canary: p-values of marked texts and of models trained on them.
#
# Marks texts, trains n-gram models on them and audits the models. Prints how small the p-values are.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: load-tests/run canary [--data DIR] [--table FILE] [--parts P,...] [--half HALF] [--keys N]
                            [--student-keys N] [--shares S,...] [--answers N]
  --data DIR        directory of the texts, default $STILLGATE_CANARY_TEXTS or load-tests/data; without texts the
                    test prints a message and exits with 0
  --table FILE      table of word classes, default config/canary/english.yaml
  --parts P,...     default all: leaks, groups (n-gram students of text marked with one key), seen (without the key)
  --half HALF       half of each set of texts: held-out (default), development (used to choose constants), or all
  --keys N          number of keys for leaked text, default 100
  --student-keys N  students for each marked share, each with its own key, default 5
  --shares S,...    per cent of the corpus that is marked, default 0,1,5,25,100
  --answers N       the largest audit, default 4000 answers of 300 tokens, at most 10000
TEXT
}

case ${1:-} in -h|--help) usage; exit 0 ;; esac

# shellcheck source=load-tests/lib/processes.sh
. "$(dirname "$0")/../lib/processes.sh"

build
(load_tests_java dev.stillgate.loadtests.canary.CanaryExperiment \
  --data "${STILLGATE_CANARY_TEXTS:-$LOAD_TESTS/data}" --table "$ROOT/config/canary/english.yaml" "$@")
