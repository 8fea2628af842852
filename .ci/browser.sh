#!/usr/bin/env bash
# Prints the path of a Chromium or Chrome that runs: CHROME_PATH, else one on the PATH,
# else Debian's chromium, installed by apt when this is root.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

runs() { "$1" --version >/dev/null 2>&1; }

on_path() {
  local name found
  for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
    if found=$(command -v "$name") && runs "$found"; then
      printf '%s\n' "$found"
      return
    fi
  done
  return 1
}

if [[ -n ${CHROME_PATH:-} ]]; then
  runs "$CHROME_PATH" || missing "CHROME_PATH=$CHROME_PATH does not run" 'export CHROME_PATH=/path/to/chrome'
  printf '%s\n' "$CHROME_PATH"
  exit 0
fi
on_path && exit 0
apt_install chromium && on_path && exit 0
missing 'a browser: Chromium or Chrome on the PATH' \
  'sudo apt-get install -y --no-install-recommends chromium' \
  'or: export CHROME_PATH=/path/to/chrome'
