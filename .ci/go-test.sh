#!/usr/bin/env bash
# The Go tests, under the race detector. A test that fails is run once more by itself; see
# web/docs/decisions/0045-failed-tests-run-twice.md.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
most=6 # tests that may fail; with more of them something is broken, and nothing is run again
gotestsum="go run gotest.tools/gotestsum@v1.13.0"
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT
events=$kept/events.json
again=$kept/again.txt # which tests were run once more

# Three packages at once: two leave a third of two cores idle.
# vet has run already. A test that hangs says where; a slow machine may need half an hour for a package.
# The two that take longest begin first.
$gotestsum --format pkgname --hide-summary skipped,failed,output --jsonfile "$events" \
	--rerun-fails=1 --rerun-fails-max-failures=$most --rerun-fails-report "$again" --packages './server/app ./rooms/mongodb ./...' \
	-- -race -vet=off -p 3 -timeout 40m
code=$?
# What all tries said, test by test. Of a run that passes only where the first try stood is worth a reader's time.
told() { $gotestsum --raw-command --format standard-quiet --hide-summary skipped -- cat "$events"; }
if [ $code -ne 0 ]; then
	told
elif [ -s "$again" ]; then
	echo "these passed at the second try only:"
	cat "$again"
	told | grep -E '_test\.go:[0-9]+: ' | cut -c 1-500 | head -40
fi
# What a second try could not show: a race that does not happen again, goroutines that the tests left, a hang.
if grep -qE 'WARNING: DATA RACE|goleak: Errors on|panic: test timed out' "$events"; then
	[ $code -ne 0 ] || told
	echo "a data race, a leak of goroutines or a hang was found; it fails the run, whatever the second try said" >&2
	code=1
fi
exit $code
