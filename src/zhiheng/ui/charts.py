"""A series of values over periods: what `c-chart` draws, and the line beside a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Point:
    """The value of one period, with the ends of its interval where it was measured."""

    period: str
    value: Decimal | float | None
    low: Decimal | float | None = None
    high: Decimal | float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Points in order, with the words around them in the language of the reader."""

    title: str
    unit: str
    points: tuple[Point, ...]
    decimals: int = 0
    kind: Literal["line", "bar"] = "line"

    @property
    def has_errors(self) -> bool:
        """Whether any point has an interval."""
        return any(point.low is not None for point in self.points)

    @property
    def data(self) -> dict[str, Any]:
        """Give what `front/drawing.js` reads."""
        return {
            "title": self.title,
            "unit": self.unit,
            "decimals": self.decimals,
            "kind": self.kind,
            "periods": [point.period for point in self.points],
            "values": [_float(point.value) for point in self.points],
            "low": [_float(point.low) for point in self.points],
            "high": [_float(point.high) for point in self.points],
        }


def _float(value: Decimal | float | None) -> float | None:
    return None if value is None else float(value)


def polyline(values: Sequence[Decimal | float]) -> str:
    """Give the points of a line through `values` in a box of 100 by 24, two units free at each side; none below two."""
    numbers = [float(value) for value in values]
    if len(numbers) < 2:
        return ""
    low, width = min(numbers), (max(numbers) - min(numbers)) or 1.0
    step = 96 / (len(numbers) - 1)
    return " ".join(
        f"{2 + at * step:.1f},{22 - (each - low) / width * 20:.1f}" for at, each in enumerate(numbers)
    )
