"""A PostgreSQL server of its own for the tests: a new cluster in a temporary folder, reached through a socket in it."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

PASSWORD = "t0p@/secret"
"""Carol's; an address would have to write it as t0p%40%2Fsecret."""

HBA = """
local all carol scram-sha-256
local all all trust
"""


def programs() -> Path | None:
    """Find the folder with `initdb` and `pg_ctl`: on the path, or where Debian keeps them."""
    found = shutil.which("pg_ctl")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[-3]))
    if found is not None:
        return Path(found).resolve().parent
    return debian[-1].parent if debian else None


def _account() -> str | None:
    """PostgreSQL refuses to run as root: give another account, or none where we are not root."""
    if os.geteuid() != 0:
        return None
    names = {p.pw_name for p in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextlib.contextmanager
def server(bin_: Path) -> Iterator[str]:
    """Start a server, give how to connect to it as its owner, stop it and remove its folder."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    data = folder / "data"

    def run(*command: str) -> None:
        done = subprocess.run(
            command, user=account, cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        if account is not None:
            shutil.chown(folder, account)
        run(str(bin_ / "initdb"), "-D", str(data), "-U", "alice", "--auth=trust", "-E", "UTF8", "--no-sync")
        (data / "pg_hba.conf").write_text(HBA)
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c full_page_writes=off"
        run(str(bin_ / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"host={folder} dbname=postgres user=alice"
        finally:
            run(str(bin_ / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
