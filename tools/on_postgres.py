"""Run a command against a PostgreSQL server made for it: `python tools/on_postgres.py pytest …`.

The server lives in a temporary folder, is reached through a socket in it, and is gone afterwards. The command finds its
address in ZHIHENG_DATABASE.
"""

from __future__ import annotations

import os
import subprocess
import sys

from zhiheng.measure.tests.postgres_server import programs, server


def main(command: list[str]) -> int:
    """Run `command`; give its exit code."""
    found = programs()
    if found is None:
        print("PostgreSQL is not installed. On Debian: apt-get install postgresql", file=sys.stderr)
        return 1
    with server(found) as connection:
        said = dict(part.split("=", 1) for part in connection.split())
        address = f"postgresql://{said['user']}@/{said['dbname']}?host={said['host']}"
        return subprocess.run(
            command, env={**os.environ, "ZHIHENG_DATABASE": address}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
