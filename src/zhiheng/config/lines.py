"""What is installed, in the order of the menu. Adding a line of work is one word here and one line in `urls.py`."""

from __future__ import annotations

from typing import Final

LINES: Final = [
    "zhiheng.gatherings",
    "zhiheng.lines.members",
]
