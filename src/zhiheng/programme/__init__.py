"""A measuring programme as a folder of plain files: read it, check it, run it.

`check` reads everything and tells all problems at once; `measure` runs a programme and gives a `Run`. The command
line is `zhiheng.programme.command_line`. This room composes the others; it computes no statistic of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhiheng.programme.preparation import check, prepare
    from zhiheng.programme.run import Run, measure

__all__ = ["Run", "check", "measure", "prepare"]

_HOMES = {"check": "preparation", "prepare": "preparation", "Run": "run", "measure": "run"}


def __getattr__(name: str) -> Any:
    """Import on first use, so that `zhiheng --help` does not wait for the engine."""
    if name not in _HOMES:
        raise AttributeError(name)
    import importlib  # noqa: PLC0415 - slow import: the engine behind it

    return getattr(importlib.import_module(f"zhiheng.programme.{_HOMES[name]}"), name)
