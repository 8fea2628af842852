#!/usr/bin/env bash
# Fuzzes each fuzz test of the module in turn: fuzz.sh [TIME, 10m] [PATTERN of names]. What it finds lies in testdata/fuzz of
# its package then: keep it with the fix, and every test run tries it again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
time=${1:-10m}
pattern=${2:-.}
failed=()
while read -r package; do
  if ! listed=$(go test -list '^Fuzz' "$package"); then
    printf '%s\n' "$listed" >&2
    failed+=("$package: its tests cannot be listed")
    continue
  fi
  for name in $(grep '^Fuzz' <<<"$listed" | grep -E "$pattern" || true); do
    printf '%s %s\n' "$package" "$name"
    go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "$package" || failed+=("$package $name")
  done
done < <(grep -rl --include='*_test.go' '^func Fuzz' --exclude-dir=node_modules --exclude-dir=bench . | xargs -n1 dirname | sort -u)
if ((${#failed[@]})); then
  printf 'failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
