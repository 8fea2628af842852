#!/usr/bin/env bash
# The Go tests, under the race detector. A test that fails is run once more by itself; see
# web/docs/decisions/0045-failed-tests-run-twice.md.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
most=6 # tests that may fail; with more of them something is broken, and nothing is run again
events=$(mktemp)
trap 'rm -f "$events"' EXIT

# Three packages at once: two leave a third of two cores idle.
# vet has run already. A test that hangs says where; a slow machine may need half an hour for a package.
# The two that take longest begin first.
go run gotest.tools/gotestsum@v1.13.0 --format standard-quiet --hide-summary skipped --jsonfile "$events" \
	--rerun-fails=1 --rerun-fails-max-failures=$most --packages './server/app ./rooms/mongodb ./...' \
	-- -race -vet=off -p 3 -timeout 40m
code=$?
# What a second try could not show: a race that does not happen again, goroutines that the tests left, a hang.
if grep -qE 'WARNING: DATA RACE|goleak: Errors on|panic: test timed out' "$events"; then
	echo "a data race, a leak of goroutines or a hang was found (look for them above); it fails the run, whatever the second try said" >&2
	code=1
fi
exit $code
