# CPU time, memory and medians for the scripts that measure. To be sourced after processes.sh.
# shellcheck shell=bash

# User and system time of a process and all its descendants.
cpu_ticks() { # process -> clock ticks
  local pid sum=0 stat
  for pid in $(tree "$1"); do
    stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    sum=$((sum + ${12} + ${13} + ${14} + ${15}))
  done
  echo "$sum"
}

# Resident memory of a process.
rss_mb() { # process -> MB
  echo $(($(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status") / 1024))
}

median() { # file, column
  [ -s "$1" ] || { echo 0; return; }
  sort -g -k"$2,$2" "$1" \
    | awk -v k="$2" '{ v[NR] = $k } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# Warns when other work makes the figures useless.
check_two_idle_cores() {
  [ "$(nproc)" -ge 2 ] || die "needs two cores"
  awk -v now="$(cut -d' ' -f1 /proc/loadavg)" 'BEGIN { exit now < 0.5 }' \
    && say "warning: the machine is busy ($(cat /proc/loadavg)): not figures to quote"
  return 0
}

# Prints the load of the machine and its number of processors.
machine_load() { echo "the machine's load is $(cut -d' ' -f1 /proc/loadavg) on $(nproc) processors"; }
