#!/bin/sh
# The Chinese fonts of the documents. Installed when we may, otherwise named in one line. $1: the environment's Python.
set -eu
check='from zhiheng.documents.fonts import check_fonts; check_fonts()'

if "$1" -c "$check" 2> /dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get update -qq > /dev/null && apt-get install -y -qq fonts-noto-cjk > /dev/null
    "$1" -c "$check"
else
    echo "The documents need the fonts Noto Serif CJK SC and Noto Sans CJK SC. On Debian: apt-get install fonts-noto-cjk" >&2
    exit 1
fi
