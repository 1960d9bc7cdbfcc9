"""What a weighting step did, in numbers a person can judge."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zhiheng.measure.design import Design


@dataclass(frozen=True)
class Target:
    """One population target and how it was met.

    Attributes
    ----------
    margin, level : what the target is for.
    rows : rows in the sample.
    before, target, after : weighted total before, wanted, after.
    """

    margin: str
    level: str
    rows: float
    before: float
    target: float
    after: float

    @property
    def gap(self) -> float:
        """Relative distance of the result from the target."""
        return abs(self.after - self.target) / max(abs(self.target), 1e-300)


@dataclass(frozen=True)
class Step:
    """One weighting step.

    Attributes
    ----------
    method : ``rake``, ``poststratify``, ``linear``, ``raking``, ``logit``, ``nonresponse`` or ``trim``.
    rows : rows.
    before, after : sums of weights.
    kish_before, kish_after : Kish's design effect of unequal weights n·Σw²/(Σw)² (Kish 1965, 11.2C).
    factor_low, factor_high : range of the factor on the weights.
    weight_low, weight_high : range of the weights after the step.
    iterations : iterations used.
    converged : whether the targets are met.
    targets : the targets, where there are any.
    note : what else is worth knowing.
    """

    method: str
    rows: int
    before: float
    after: float
    kish_before: float
    kish_after: float
    factor_low: float
    factor_high: float
    weight_low: float
    weight_high: float
    iterations: int
    converged: bool
    targets: tuple[Target, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Weighted:
    """A design with its new weights, and the report of all steps so far.

    Attributes
    ----------
    design : use this for estimation; standard errors take the last calibration into account.
    report : the steps, first to last.
    """

    design: Design
    report: tuple[Step, ...]

    def after(self, earlier: tuple[Step, ...]) -> Weighted:
        """Put earlier steps in front of the report."""
        return replace(self, report=earlier + self.report)

    def rows(self) -> list[dict[str, Any]]:
        """Give the targets of all steps as a list of dicts."""
        return [
            {"step": i + 1, "method": s.method, **asdict(t), "gap": t.gap}
            for i, s in enumerate(self.report)
            for t in s.targets
        ]


def kish(rows: float, weight: NDArray[np.float64] | float, square: NDArray[np.float64] | float) -> float:
    """Give Kish's design effect from n, Σw and Σw²; NaN where Σw is 0, or Σw² is no number that a float holds."""
    total, squares = float(np.sum(weight)), float(np.sum(square))
    if not (total and math.isfinite(total) and math.isfinite(squares)):
        return float("nan")
    return rows * (squares / total / total)  # Σw squared may be more than a float holds
