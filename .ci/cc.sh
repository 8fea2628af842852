#!/usr/bin/env bash
# Makes sure of the C compiler that Go's race detector is linked with.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

compiler=$(go env CC)
there() { command -v "${compiler%% *}" >/dev/null; }
there && exit 0
apt_install gcc libc6-dev && there && exit 0
missing "a C compiler ($compiler), for go test -race" 'sudo apt-get install -y gcc libc6-dev'
