#!/usr/bin/env bash
# Prints the folder of a PostgreSQL's initdb and postgres: ROOMSTREAM_POSTGRES, else that of the initdb on the PATH, else
# the newest of Debian's, installed by apt when this is root. The tests start it themselves, in temporary folders.
#
# It is wanted even where POSTGRES_URL is set: the tests that stop a server must not do that to yours.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

runs() { "$1/initdb" --version >/dev/null 2>&1 && "$1/postgres" --version >/dev/null 2>&1; }

find_programs() {
  local found dir
  if found=$(command -v initdb) && found=$(dirname "$(readlink -f "$found")") && runs "$found"; then
    printf '%s\n' "$found"
    return
  fi
  while read -r dir; do
    if runs "$dir"; then
      printf '%s\n' "$dir"
      return
    fi
  done < <(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr)
  return 1
}

# Debian's package would start a cluster of its own, which nobody here needs.
no_cluster() {
  on_debian && [[ $(id -u) -eq 0 && ! -e /etc/postgresql-common/createcluster.conf ]] || return 0
  mkdir -p /etc/postgresql-common/createcluster.d
  printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.d/roomstream.conf
}

if [[ -n ${ROOMSTREAM_POSTGRES:-} ]]; then
  runs "$ROOMSTREAM_POSTGRES" || missing "initdb and postgres do not run in ROOMSTREAM_POSTGRES=$ROOMSTREAM_POSTGRES" 'export ROOMSTREAM_POSTGRES=/folder/of/them'
  printf '%s\n' "$ROOMSTREAM_POSTGRES"
  exit 0
fi
find_programs && exit 0
no_cluster
apt_install postgresql && find_programs && exit 0
missing "PostgreSQL's server programs, initdb and postgres" \
  'sudo apt-get install -y --no-install-recommends postgresql' \
  'or: export ROOMSTREAM_POSTGRES=/folder/of/them'
