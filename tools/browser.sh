#!/bin/sh
# The browser of the journeys. Installed when we may, otherwise named in one line.
set -eu

if command -v chromium-headless-shell > /dev/null || command -v chromium > /dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get update -qq > /dev/null && { apt-get install -y -qq chromium-headless-shell > /dev/null 2>&1 ||
        apt-get install -y -qq chromium > /dev/null; }
else
    echo "The journeys need a browser. On Debian: apt-get install chromium-headless-shell" >&2
    exit 1
fi
