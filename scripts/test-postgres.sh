#!/usr/bin/env bash
# A throwaway PostgreSQL server for tests, alone in its directory.
#
#   test-postgres.sh start DIR [-c name=value ...]   makes the server on first use, starts it, prints its URL
#   test-postgres.sh standby DIR URL                 makes a streaming standby of the server at URL; then start DIR
#   test-postgres.sh stop DIR [fast|immediate]       stops it; the data stay
#   test-postgres.sh remove DIR                      stops it and removes the directory
#
# It listens on loopback only, on a free port that it keeps from start to start, and trusts whoever connects.
set -euo pipefail

readonly BIN="${PG_BIN:-/usr/lib/postgresql/15/bin}"
command=${1:?start, standby, stop or remove}
directory=${2:?the directory of the server}
shift 2

# PostgreSQL refuses to run as root.
as_server_user() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

create() {
  mkdir -p "$directory"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$directory"; fi
  as_server_user "$BIN/initdb" -D "$directory/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  free_port > "$directory/port"
}

standby() {
  mkdir -p "$directory"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$directory"; fi
  as_server_user "$BIN/pg_basebackup" -D "$directory/data" -d "$1" --write-recovery-conf --wal-method=stream --checkpoint=fast --no-sync
  free_port > "$directory/port"
}

running() { as_server_user "$BIN/pg_ctl" -D "$directory/data" status >/dev/null 2>&1; }

start() {
  [ -e "$directory/data/PG_VERSION" ] || create
  local port
  port=$(cat "$directory/port")
  # fsync guards against the machine's end, not the server's: killing the server loses nothing without it.
  running || as_server_user "$BIN/pg_ctl" -D "$directory/data" -l "$directory/log" -w -t 60 \
    -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c fsync=off $*" \
    start >/dev/null || { tail -n 20 "$directory/log" >&2; exit 1; }
  echo "postgresql://postgres@127.0.0.1:$port/postgres"
}

stop() {
  if running; then as_server_user "$BIN/pg_ctl" -D "$directory/data" -w -m "${1:-fast}" stop >/dev/null; fi
}

case "$command" in
  start) mkdir -p "$directory"; directory=$(cd "$directory" && pwd); start "$@" ;;
  standby) mkdir -p "$directory"; directory=$(cd "$directory" && pwd); standby "${1:?the URL of the primary}" ;;
  stop) stop "$@" ;;
  remove) stop immediate; rm -rf "$directory" ;;
  *) echo "unknown command $command" >&2; exit 2 ;;
esac
