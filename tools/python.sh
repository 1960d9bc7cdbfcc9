#!/bin/sh
# Make the virtual environment in $1 with a Python from 3.11 on; leave a working one alone.
set -eu
venv=$1
good='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
newer='import sys; sys.exit(sys.version_info[:2] < (3, 11))'

if "$venv/bin/python" -c "$good" 2> /dev/null && "$venv/bin/python" -m pip --version > /dev/null 2>&1; then
    exit 0
fi

find_python() {
    for test in "$good" "$newer"; do  # a version we test with first, then any newer one
        for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
            if "$name" -c "$test" 2> /dev/null; then
                echo "$name"
                return
            fi
        done
    done
    echo "zhiheng needs Python 3.11, 3.12 or 3.13; none was found. Install one, or name it: make PYTHON=/path/to/python3" >&2
    exit 1
}

python=$(find_python)
if "$python" -m venv --clear "$venv" 2> /dev/null; then
    exit 0
fi
# Debian keeps `venv` in a package of its own
package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get update -qq > /dev/null && apt-get install -y -qq "$package" > /dev/null
    "$python" -m venv --clear "$venv"
else
    echo "$python has no working venv module. On Debian: apt-get install $package" >&2
    exit 1
fi
