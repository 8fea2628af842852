#!/usr/bin/env bash
# Prints the path of an nginx that runs: NGINX, else the one on the PATH, else Debian's,
# installed by apt when this is root. The tests start it themselves; Debian's service is not needed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

runs() { "$1" -v >/dev/null 2>&1; }

found() {
  local at
  at=$(PATH=$PATH:/usr/sbin command -v nginx) && runs "$at" && printf '%s\n' "$at"
}

if [[ -n ${NGINX:-} ]]; then
  runs "$NGINX" || missing "NGINX=$NGINX does not run" 'export NGINX=/path/to/nginx'
  printf '%s\n' "$NGINX"
  exit 0
fi
found && exit 0
apt_install nginx-light && found && exit 0
missing 'nginx on the PATH' \
  'sudo apt-get install -y --no-install-recommends nginx-light' \
  'or: export NGINX=/path/to/nginx'
