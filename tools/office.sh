#!/bin/sh
# What the tests of Word and PDF open their papers with. Installed when we may, otherwise named in one line.
set -eu

if command -v soffice > /dev/null && command -v pdftotext > /dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libreoffice-writer poppler-utils > /dev/null
else
    echo "The tests of papers need LibreOffice Writer and pdftotext. On Debian: apt-get install libreoffice-writer poppler-utils" >&2
    exit 1
fi
