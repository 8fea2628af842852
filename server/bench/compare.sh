#!/usr/bin/env bash
# Compares the benchmarks of the hot functions at another revision with those of the files as they stand:
#
#   compare.sh REV [RUNS]
#
# Both are compiled first and run in turn, so that what disturbs the machine disturbs both.
set -euo pipefail

# A version that is known to work; @latest would change under us.
BENCHSTAT='golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da'
PACKAGES='auth rooms rooms/embedded rooms/limits rooms/mongodb server/engineio server/socketio'
HOT='^Benchmark(Verify|TakeBoth|Send|AppendJSON|Append|AppendAndWatch|Arrived|DecodeArrival|EncodeBatch'
HOT+='|ReadFrames|EncodeRun|EventPackets|ReadSend|SentAck|Ready|FanOut|IdleConnection)$'
DURATION=200ms # of each benchmark in each run; benchstat wants many runs rather than long ones

revision=${1:?'say which revision to compare with: task bench:compare -- REV'}
runs=${2:-8}
root=$(git rev-parse --show-toplevel)
work=$(mktemp -d)
clean() {
  git -C "$root" worktree remove --force "$work/old-source" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
git -C "$root" worktree add --quiet --detach "$work/old-source" "$revision"

# compile NAME SOURCE: a test binary for each package that has one.
compile() {
  local package
  mkdir -p "$work/$1"
  for package in $PACKAGES; do
    [[ -d $2/$package ]] || continue
    (cd "$2" && go test -c -vet=off -o "$work/$1/${package//\//-}.test" "./$package")
  done
}

# run NAME SOURCE: every benchmark once. One that the revision does not have is no failure, one that fails ends it all, and of
# one that skips itself we are told.
run() {
  local package binary
  for package in $PACKAGES; do
    binary=$work/$1/${package//\//-}.test
    [[ -x $binary ]] || continue
    (cd "$2/$package" && "$binary" -test.run '^$' -test.bench "$HOT" -test.benchtime "$DURATION" -test.benchmem) >"$work/output" 2>&1 || {
      cat "$work/output" >&2
      echo "compare.sh: a benchmark of $package failed ($1)" >&2
      exit 1
    }
    grep -A 1 '^--- SKIP' "$work/output" >&2 || true
    echo "pkg: roomstream/$package" >>"$work/$1.txt"
    grep '^Benchmark' "$work/output" >>"$work/$1.txt" || true # it has none of them
  done
}

compile old "$work/old-source"
compile new "$root"
for ((i = 1; i <= runs; i++)); do
  echo "run $i of $runs" >&2
  run old "$work/old-source"
  run new "$root"
done
(cd "$work" && go run "$BENCHSTAT" old.txt new.txt)
