#!/bin/sh
# The Chinese fonts of the documents. Installed when we may, otherwise named in one line.
set -eu
for folder in /usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.fonts" "${HOME:-/}/.local/share/fonts" /Library/Fonts; do
    if [ -d "$folder" ] && [ -n "$(find -L "$folder" -name 'NotoSerifCJK*' -print -quit)" ]; then
        exit 0
    fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get update -qq > /dev/null && apt-get install -y -qq fonts-noto-cjk > /dev/null
else
    echo "The documents need the fonts Noto Serif CJK SC and Noto Sans CJK SC. On Debian: apt-get install fonts-noto-cjk" >&2
    exit 1
fi
