"""One indicator of an index, and how it is read from a row of ``indicators.csv``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from zhiheng.measure.indices.problems import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Aggregate = Literal["arithmetic", "geometric", "harmonic"]
Method = Literal["none", "scale", "goalposts", "minmax", "zscore", "rank", "percentile"]
Transform = Literal["log", "sqrt"]

T = TypeVar("T")

AGGREGATES: tuple[Aggregate, ...] = get_args(Aggregate)
METHODS: tuple[Method, ...] = get_args(Method)
TRANSFORMS: tuple[Transform, ...] = get_args(Transform)
#: methods that need ``low`` and ``high``
WITH_ENDS = ("scale", "goalposts")
#: methods whose end points come from the units compared, unless declared fixed
FROM_DATA = ("minmax", "zscore", "rank", "percentile")


@dataclass(frozen=True)
class Indicator:
    """A leaf (measured) or a node (aggregate of its children) of an index.

    Attributes
    ----------
    code, parent
        Own code and that of the node it belongs to; the root has no parent.
    name_zh, name_en, unit, source
        For people.
    weight
        Among the children of its parent. Not used for the root.
    direction
        1 when more is better, -1 when less is better.
    transform
        Applied to the values and to ``low`` and ``high`` alike before normalising.
    normalise
        ``scale``: ``low`` and ``high`` are the ends of the answer scale and no value may lie outside.
        ``goalposts``: they are the stated worst and best (for direction -1: best and worst).
        The others take their end points from the units compared. ``none``: the value is on the scale of the index.
    low, high
        In raw units, ``low < high``; a reversed indicator has direction -1.
    cap
        Values beyond the ends count as the end.
    optional
        A missing value is no problem even where the rule for missing values is ``fail``.
    aggregate
        For a node: which mean of its children.
    """

    code: str
    parent: str | None = None
    name_zh: str = ""
    name_en: str = ""
    weight: float = 1.0
    direction: int = 1
    transform: Transform | None = None
    normalise: Method = "none"
    low: float | None = None
    high: float | None = None
    cap: bool = False
    unit: str = ""
    optional: bool = False
    source: str = ""
    aggregate: Aggregate = "arithmetic"


def from_rows(
    rows: Iterable[Mapping[str, object]], first_row: int = 2
) -> tuple[list[Indicator], list[int], list[Finding]]:
    """Read indicators from the rows of a table; columns that are not ours are left alone.

    Empty cells take the default of `Indicator`. Cells may be text or values of a spreadsheet.

    Parameters
    ----------
    rows
        One mapping a row, column name to cell.
    first_row
        Number of the first row, for messages; 2 below a header.

    Returns
    -------
    indicators, row numbers, findings
        Cells that cannot be read are findings; the indicator keeps the default, so that the tree can still be
        checked and all problems are told at once.
    """
    indicators: list[Indicator] = []
    numbers: list[int] = []
    findings: list[Finding] = []
    for number, row in enumerate(rows, start=first_row):
        cells = {key: "" if _is_empty(cell) else str(cell).strip() for key, cell in row.items()}
        if number == first_row:
            findings += [
                Finding("column_missing", "", 1, name, "", name)
                for name in ("code", "parent")
                if name not in cells
            ]
        if not any(cells.values()):
            continue
        reader = _Reader(cells, number, findings)
        indicators.append(
            Indicator(
                code=reader.code,
                parent=cells.get("parent") or None,
                name_zh=cells.get("name_zh", ""),
                name_en=cells.get("name_en", ""),
                weight=1.0 if (weight := reader.number("weight")) is None else weight,
                direction=reader.choice("direction", _DIRECTIONS, 1),
                transform=reader.choice("transform", _TRANSFORMS, None),
                normalise=reader.choice("normalise", {name: name for name in METHODS}, "none"),
                low=reader.number("low"),
                high=reader.number("high"),
                cap=reader.flag("cap"),
                unit=cells.get("unit", ""),
                optional=reader.flag("optional"),
                source=cells.get("source", ""),
                aggregate=reader.choice("aggregate", {name: name for name in AGGREGATES}, "arithmetic"),
            )
        )
        numbers.append(number)
    return indicators, numbers, findings


_DIRECTIONS = {"1": 1, "1.0": 1, "+1": 1, "-1": -1, "-1.0": -1}
_TRANSFORMS: dict[str, Transform | None] = {"log": "log", "sqrt": "sqrt", "none": None}
_FLAGS = {"1": True, "1.0": True, "true": True, "yes": True, "是": True}
_FLAGS |= {"0": False, "0.0": False, "false": False, "no": False, "否": False}


class _Reader:
    """Cells of one row; what cannot be read becomes a finding."""

    def __init__(self, cells: Mapping[str, str], row: int, findings: list[Finding]) -> None:
        self.cells = cells
        self.row = row
        self.findings = findings
        self.code = cells.get("code", "")

    def number(self, field: str) -> float | None:
        text = self.cells.get(field, "")
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            return value
        self.findings.append(Finding("not_a_number", self.code, self.row, field, text, "0.25"))
        return None

    def choice(self, field: str, choices: Mapping[str, T], default: T) -> T:
        text = self.cells.get(field, "").lower()
        if not text:
            return default
        if text in choices:
            return choices[text]
        expected = ", ".join(name for name in choices if not name.endswith(".0") and not name.startswith("+"))
        self.findings.append(Finding("not_allowed", self.code, self.row, field, text, expected))
        return default

    def flag(self, field: str) -> bool:
        return self.choice(field, _FLAGS, default=False)


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and math.isnan(cell))
