#!/usr/bin/env bash
# The Go tests, under the race detector. A test that fails is run once more by itself; see
# web/docs/decisions/0045-failed-tests-run-twice.md. A data race is never forgiven.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
most=3 # tests that may fail; with more of them something is broken, and nothing is run again
events=$(mktemp)
trap 'rm -f "$events"' EXIT

# Three packages at once: two leave a third of two cores idle.
# vet has run already. A test that hangs says where; a slow machine may need half an hour for a package.
# The two that take longest begin first.
go run gotest.tools/gotestsum@v1.13.0 --format standard-quiet --hide-summary skipped --jsonfile "$events" \
	--rerun-fails=1 --rerun-fails-max-failures=$most --packages './server/app ./rooms/mongodb ./...' \
	-- -race -vet=off -p 3 -timeout 40m
code=$?
if grep -q 'WARNING: DATA RACE' "$events"; then
	echo "a data race was found; it fails the run, whatever the second try said" >&2
	code=1
fi
exit $code
