#!/bin/sh
# A PostgreSQL for the tests, which start a server of their own. Installed when we may; without it these tests say so.
set -eu

if command -v pg_ctl > /dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl > /dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get update -qq > /dev/null && apt-get install -y -qq postgresql > /dev/null
else
    echo "The tests of PostgreSQL need its server programs. On Debian: apt-get install postgresql" >&2
fi
