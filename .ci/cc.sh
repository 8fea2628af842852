#!/usr/bin/env bash
# Prints the C compiler that Go's race detector is linked with.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

compiler=$(go env CC)
command -v "${compiler%% *}" && exit 0
apt_install gcc libc6-dev && command -v "${compiler%% *}" && exit 0
missing "a C compiler ($compiler), for go test -race" 'sudo apt-get install -y gcc libc6-dev'
