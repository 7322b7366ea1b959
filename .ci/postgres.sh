#!/bin/sh
# A private PostgreSQL for the tests, on loopback, in a temporary folder, without any trace elsewhere.
#
#   export MONITOR_TEST_POSTGRESQL="$(sudo .ci/postgres.sh start)"
#   pytest
#   sudo .ci/postgres.sh stop
#
# `start` prints the URL of a running one if there is one. Must run as root: PostgreSQL refuses to run as root
# itself, so that the server is started as the user postgres, which Debian's package makes.
set -eu

state="${TMPDIR:-/tmp}/monitor-test-postgresql"

fail() { echo "$0: $1" >&2; exit 1; }

as_postgres() { su postgres -s /bin/sh -c "$1"; }

find_binaries() {
    for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V -r); do
        [ -x "$folder/initdb" ] && { echo "$folder"; return; }
    done
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start() {
    if [ -f "$state/url" ] && as_postgres "$(cat "$state/binaries")/pg_ctl -D $state/data status" >/dev/null; then
        cat "$state/url"
        return
    fi
    [ "$(id -u)" = 0 ] || fail "run it as root"
    if [ -z "$(find_binaries)" ]; then
        { apt-get update -q && apt-get install -q -y --no-install-recommends postgresql; } >&2 ||
            fail "Debian's package postgresql could not be installed"
    fi
    binaries="$(find_binaries)"
    rm -rf "$state"
    install -d -m 700 -o postgres "$state"
    port="$(free_port)"
    # Nothing here outlives the tests, so the disk need not be waited for.
    options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200"
    as_postgres "$binaries/initdb -D $state/data -U monitor -A trust -E UTF8 --locale=C.UTF-8" >&2
    as_postgres "$binaries/pg_ctl -D $state/data -l $state/log -w -t 60 -o '$options' start" >&2 ||
        { cat "$state/log" >&2; fail "the server did not start"; }
    echo "$binaries" > "$state/binaries"
    echo "postgresql://monitor@127.0.0.1:$port/postgres" | tee "$state/url"
}

stop() {
    [ -f "$state/binaries" ] || fail "there is no server in $state"
    as_postgres "$(cat "$state/binaries")/pg_ctl -D $state/data -m fast -w stop" >&2
    rm -rf "$state"
}

case "${1:-start}" in
    start) start ;;
    stop) stop ;;
    *) fail "usage: $0 [start|stop]" ;;
esac
