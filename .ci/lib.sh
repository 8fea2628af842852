# shellcheck shell=bash
# What the set-up scripts share. All they print to stdout is the path of the program they
# were asked for; everything for people goes to stderr.

say() { printf '%s\n' "$*" >&2; }

# missing WHAT LINE... ends the script: what is not there, and the lines to type.
missing() {
  say "missing: $1"
  shift
  local line
  for line in "$@"; do say "  type: $line"; done
  exit 1
}

# on_debian says whether this is Debian itself: elsewhere the package names and what is in
# them differ (Ubuntu's `chromium` only starts snap).
on_debian() { [[ -r /etc/os-release ]] && grep -qx 'ID=debian' /etc/os-release; }

# apt_install PACKAGE... installs on Debian as root, and fails anywhere else.
apt_install() {
  on_debian && [[ $(id -u) -eq 0 ]] || return 1
  say "installing by apt: $*"
  apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2
}

# cache_dir is where Go's os.UserCacheDir() points, so that the Go tests find the same files.
cache_dir() {
  if [[ $(uname -s) == Darwin ]]; then
    printf '%s\n' "$HOME/Library/Caches/roomstream"
  else
    printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/roomstream"
  fi
}
