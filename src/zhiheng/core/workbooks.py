"""A workbook is read in a process of its own: a crafted one that takes all memory ends that process, not the site.

A file of 5 kB may say that its last cell is XFD1048576; the reader then asks for 400 GB, and the process that asked is
ended at once. `rows` starts the process, `main` is what runs in it; it knows nothing of the web.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from typing import Any, Final

MEMORY: Final = 2**30
SECONDS: Final = 60


def rows(content: bytes) -> list[list[str]] | None:
    """Give the rows of the first sheet, every cell as text; none where it cannot be read."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "zhiheng.core.workbooks"],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        return None
    found: list[list[str]] = json.loads(done.stdout)
    return found


def main() -> None:
    """Read a workbook from the standard input and write its rows as JSON; whatever goes wrong ends in an exit code."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows, where the process has no limit

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except ImportError:
        pass
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - slow import

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
    read = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    sys.stdout.buffer.write(json.dumps(read).encode())


def _text(cell: Any) -> str:
    match cell:
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case dt.datetime() if cell.time() == dt.time():
            return cell.date().isoformat()
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)


if __name__ == "__main__":
    main()
