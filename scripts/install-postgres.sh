#!/usr/bin/env bash
# Puts PostgreSQL 15 and pgvector >= 0.8 on a Debian machine, for CI and development. Does nothing where both are there.
#
# pgvector comes from Debian's own source package: the release that ships PostgreSQL 15 has an older one. The mirror is
# the one this machine already uses, and the newer suite is known only to an apt configuration in a temporary directory.
set -euo pipefail

readonly MAJOR=15
readonly MINIMUM=0.8
readonly SUITE=trixie
readonly PREFIX="/usr/lib/postgresql/$MAJOR"
readonly CONTROL="/usr/share/postgresql/$MAJOR/extension/vector.control"

say() { printf '%s\n' "install-postgres: $*" >&2; }

installed_pgvector() { sed -n "s/^default_version = '\(.*\)'/\1/p" "$CONTROL" 2>/dev/null || true; }

has_pgvector() {
  local version
  version=$(installed_pgvector)
  [ -n "$version" ] && dpkg --compare-versions "$version" ge "$MINIMUM"
}

# The machine's Debian mirror and the keyring it trusts for it: the first source, deb822 or one-line, that names this
# machine's own release.
debian_source() {
  local release files
  release=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  mapfile -t files < <(ls /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null)
  awk -v release="$release" '
    function emit() { if (uri != "" && (" " suites " ") ~ (" " release " ")) { print uri; print key; exit } }
    /^deb[ \t]/ {
      line = $0; key = ""
      if (match(line, /signed-by=[^] \t]+/)) key = substr(line, RSTART + 10, RLENGTH - 10)
      sub(/^deb[ \t]+(\[[^]]*\][ \t]*)?/, "", line)
      split(line, part, /[ \t]+/); uri = part[1]; suites = part[2]
      emit(); uri = ""; suites = ""; key = ""
    }
    FNR == 1 || /^[ \t]*$/ { emit(); uri = ""; suites = ""; key = "" }
    /^URIs:/ { uri = $2 }
    /^Suites:/ { suites = $0; sub(/^Suites:[ \t]*/, "", suites) }
    /^Signed-By:/ { key = $2 }
    END { emit() }
  ' "${files[@]}"
}

install_packages() {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "$@" >&2
}

install_server() {
  say "installing PostgreSQL $MAJOR"
  # A machine needs no cluster of its own for a throwaway server.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  install_packages "postgresql-$MAJOR"
}

build_pgvector() (
  say "building pgvector from the source package of $SUITE"
  install_packages "postgresql-server-dev-$MAJOR" build-essential dpkg-dev
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  { read -r uri && read -r key; } < <(debian_source) || { say "no Debian mirror in /etc/apt names this release"; exit 1; }
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/source"
  echo "deb-src ${key:+[signed-by=$key] }$uri $SUITE main" > "$work/sources.list"
  apt=(apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
  "${apt[@]}" update
  (cd "$work/source" && "${apt[@]}" source pgvector >&2)
  # Without OPTFLAGS the makefile compiles for this very processor; the library picks its instructions when it runs.
  make -s -C "$work"/source/pgvector-*/ -j"$(nproc)" OPTFLAGS='' "PG_CONFIG=$PREFIX/bin/pg_config" install >&2
)

[ -x "$PREFIX/bin/postgres" ] || install_server
has_pgvector || build_pgvector
has_pgvector || { say "pgvector $(installed_pgvector) is older than $MINIMUM"; exit 1; }
say "PostgreSQL $MAJOR and pgvector $(installed_pgvector) are there"
