"""The specification of a sample design: frozen, replayable, knows nothing about data."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from zhiheng.measure.design.given import condition, unknown
from zhiheng.measure.problems import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROW = "*"
"""As the last cluster: the row of the table is the sampled unit of that stage."""

LonelyRule: TypeAlias = Literal["fail", "remove", "adjust", "average", "certainty"]
LONELY_RULES = ("fail", "remove", "adjust", "average", "certainty")


@dataclass(frozen=True)
class CellCalibration:
    """Weights multiplied by one factor a cell: post-stratification and raking.

    Attributes
    ----------
    columns : columns that define the cells.
    cells : values of these columns, one tuple a cell.
    factors : (cells,) what the base weight is multiplied with.
    base : (cells,) sum of base weights.
    margins : for each margin, the level each cell belongs to, (margins, cells); one margin that
        tells all cells apart is post-stratification.
    by_rows : regress residuals with every row counting once, ten rounds over the margins, as R's `rake` does, instead
        of with the base weights to convergence; `base` then counts rows (see docs/decisions/0004).
    within : SQL condition of the rows that are calibrated. The others are the last cell, whatever its values, with a
        factor of 1 and a level of its own in every margin; None where there are no others.
    """

    columns: tuple[str, ...]
    cells: tuple[tuple[object, ...], ...]
    factors: NDArray[np.float64]
    base: NDArray[np.float64]
    margins: NDArray[np.int64]
    by_rows: bool = False
    within: str | None = None

    @property
    def level_starts(self) -> NDArray[np.int64]:
        """(margins + 1,) where each margin's levels begin when all levels are put in one row."""
        import numpy as np  # noqa: PLC0415 - slow import

        return np.concatenate([[0], np.cumsum([int(m.max()) + 1 for m in self.margins])]).astype(np.int64)

    @property
    def levels(self) -> NDArray[np.float64]:
        """(cells, levels) 1 where the cell lies in the level: the calibration variables x of each cell."""
        import numpy as np  # noqa: PLC0415 - slow import

        starts = self.level_starts
        result = np.zeros((len(self.factors), int(starts[-1])))
        for start, margin in zip(starts, self.margins, strict=False):
            result[np.arange(len(margin)), start + margin] = 1.0
        return result

    def by_level(
        self, group: NDArray[np.int64], cell: NDArray[np.int64], values: NDArray[np.float64], groups: int
    ) -> NDArray[np.float64]:
        """Add up values by group and level of each margin: (entries,) arrays in, (groups, levels) out."""
        import numpy as np  # noqa: PLC0415 - slow import

        starts = self.level_starts
        levels = int(starts[-1])
        result = np.zeros(groups * levels)
        for start, margin in zip(starts, self.margins, strict=False):
            result += np.bincount(group * levels + start + margin[cell], values, groups * levels)
        return result.reshape(groups, levels)

    @cached_property
    def _gram(self) -> NDArray[np.float64]:
        """(levels, levels) sum of `base` by two levels."""
        x = self.levels
        return x.T @ (self.base[:, None] * x)

    @cached_property
    def _inverse(self) -> NDArray[np.float64]:
        """(levels, levels) generalised inverse of it: margins share their total."""
        import numpy as np  # noqa: PLC0415 - slow import

        return np.asarray(np.linalg.pinv(self._gram, rcond=1e-12, hermitian=True))

    def regress(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Regress on the levels of the margins.

        Parameters
        ----------
        sums : (estimates, levels) sums of the influence in each level, weighted like `base`.

        Returns
        -------
        (estimates, levels) coefficients; the fitted value of a cell is the sum over its levels.
        """
        import numpy as np  # noqa: PLC0415 - slow import

        if not self.by_rows:
            return np.asarray(sums @ self._inverse)
        starts, rest, gram = self.level_starts, sums.copy(), self._gram
        result = np.zeros(sums.shape)
        for _ in range(10):
            for start, stop in itertools.pairwise(starts):
                step = rest[:, start:stop] / gram.diagonal()[start:stop]
                result[:, start:stop] += step
                rest -= step @ gram[start:stop]
        return result


@dataclass(frozen=True)
class RegressionCalibration:
    """Weights multiplied by a function of calibration variables: GREG, raking or logit calibration.

    Attributes
    ----------
    terms : row expressions of the calibration variables x, in SQL.
    factor : row expression of the g-weight, in SQL.
    gram : (p, p) sum of base weight times x x'.
    """

    terms: tuple[str, ...]
    factor: str
    gram: NDArray[np.float64]

    def regress(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Regress on x with the base weights: (estimates, p) sums in, (estimates, p) coefficients out."""
        import numpy as np  # noqa: PLC0415 - slow import

        return np.asarray(np.linalg.solve(self.gram, sums.T).T)


Calibration: TypeAlias = CellCalibration | RegressionCalibration


def _names(value: str | Sequence[str | None] | None) -> tuple[str | None, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


@dataclass(frozen=True)
class Stage:
    """One stage of sampling: which columns tell strata and units apart and how many there are."""

    stratum: str | None
    cluster: str
    population: str | None
    fraction: str | None


@dataclass(frozen=True)
class Design:
    """A sample design.

    Parameters
    ----------
    strata : column of the first-stage strata, or one entry a stage (None for a stage without strata). Strata that
        cross several columns are one column made of them.
    clusters : columns of the sampled units, first stage first. ``"*"`` as the last entry, or no entry at
        all, means that the row is the unit.
    weights : column of the base weights. Without it weights follow from the population sizes or
        fractions; without these too they are 1.
    population : cluster column (``"*"`` for rows) to the column with the number of such units in its parent
        (stratum or higher unit). A plain string stands for the first stage. Enters the variance as the finite
        population correction of that stage, for every estimator.
    fractions : the same with sampling fractions; a stage has one or the other.
    nest : cluster codes are unique only within their stratum.
    lonely : what to do with a stratum that has one sampled unit.
        ``fail`` names them; ``remove`` and ``certainty`` let them add nothing; ``adjust`` measures from zero
        (the overall mean of an influence); ``average`` gives them the average of the others that meet the domain.
    domain_lonely : apply ``adjust`` and ``average`` also where only one unit of a stratum meets a domain. Not for
        designs whose last counted unit is the row, nor for calibrated weights.
    responded : SQL condition that a row is a respondent, set by `zhiheng.measure.nonresponse`. The other rows stay in
        the sample, and count in no estimate and no weighting step.

    Notes
    -----
    Variances of a stage count where the populations (or fractions) of all stages before it are given: a stage without
    one is treated as drawn with replacement, and carries what lies below it (Särndal, Swensson & Wretman 1992, 4.6;
    Lumley 2010, section 3.1). R survey takes the stages after the last one with a population to be complete instead.
    Checked against R survey 4.1.1.
    """

    strata: str | Sequence[str | None] | None = None
    clusters: str | Sequence[str] = ()
    weights: str | None = None
    population: str | Mapping[str, str] | None = None
    fractions: str | Mapping[str, str] | None = None
    nest: bool = False
    lonely: LonelyRule = "fail"
    domain_lonely: bool = False
    calibration: Calibration | None = field(default=None, repr=False)
    weight_expression: str | None = field(default=None, repr=False)
    responded: str | None = None

    def __post_init__(self) -> None:
        self._check_kinds()
        if self.lonely not in LONELY_RULES:
            raise Problem("option_unknown", option="lonely", found=self.lonely, legal=", ".join(LONELY_RULES))
        stages, strata = self.stages, _names(self.strata)
        if len(strata) > len(stages):
            told = ", ".join(str(s) for s in strata)
            raise Problem("strata_beyond_stages", count=len(strata), found=told, stages=len(stages))
        known = {stage.cluster for stage in stages}
        for name, given in (("population", self.population), ("fractions", self.fractions)):
            if isinstance(given, Mapping):
                for cluster in given:
                    if cluster not in known:
                        raise Problem("option_unknown", option=name, found=cluster, legal=", ".join(known))
        for number, stage in enumerate(stages, 1):
            if stage.population is not None and stage.fraction is not None:
                raise Problem(
                    "population_and_fraction",
                    stage=number,
                    population=stage.population,
                    fraction=stage.fraction,
                )
        if self.tells_domains_apart and (self.rows_are_units or self.calibration is not None):
            raise Problem("domain_lonely_refused")

    def _check_kinds(self) -> None:
        """Fail on what names no column."""
        for option, given in (("strata", self.strata), ("clusters", self.clusters)):
            each = given if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
            if not all(isinstance(c, str | None) for c in each):
                raise unknown(option, given, "a column name, or one a stage")
        for option, sizes in (("population", self.population), ("fractions", self.fractions)):
            named = sizes.values() if isinstance(sizes, Mapping) else () if sizes is None else (sizes,)
            if not all(isinstance(c, str) for c in named):
                raise unknown(option, sizes, "a column name, or {cluster column: column name}")
        if not isinstance(self.weights, str | None):
            raise unknown("weights", self.weights, "a column name")
        condition("responded", self.responded)

    @property
    def tells_domains_apart(self) -> bool:
        """Whether a unit that is alone in a domain is treated as one that is alone in its stratum."""
        return self.domain_lonely and self.lonely in ("adjust", "average")

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages, first to last."""
        clusters = tuple(c for c in _names(self.clusters) if c is not None) or (ROW,)
        strata = _names(self.strata)
        return tuple(
            Stage(
                stratum=strata[i] if i < len(strata) else None,
                cluster=cluster,
                population=_stage_column(self.population, cluster, first=i == 0),
                fraction=_stage_column(self.fractions, cluster, first=i == 0),
            )
            for i, cluster in enumerate(clusters)
        )

    @property
    def counted_stages(self) -> tuple[Stage, ...]:
        """The stages that contribute to the variance: up to the first one drawn from an unlimited population."""
        stages = self.stages
        for i, stage in enumerate(stages):
            if stage.population is None and stage.fraction is None:
                return stages[: i + 1]
        return stages

    @property
    def rows_are_units(self) -> bool:
        """Whether the unit of the last counted stage is the row."""
        return self.counted_stages[-1].cluster == ROW

    def counting(self, where: str | None) -> str | None:
        """Give the condition that a row counts where only those of a condition shall."""
        both = [c for c in (self.responded, where) if c]
        return " AND ".join(f"({c})" for c in both) if len(both) > 1 else next(iter(both), None)

    def with_calibration(self, calibration: Calibration | None) -> Design:
        """Give the same design with calibrated weights."""
        return replace(self, calibration=calibration)


def check_design(given: object) -> None:
    """Fail on what is no design."""
    if not isinstance(given, Design):
        raise unknown("design", given, "Design(…)")


def _stage_column(given: str | Mapping[str, str] | None, cluster: str, *, first: bool) -> str | None:
    if given is None:
        return None
    if isinstance(given, str):
        return given if first else None
    return given.get(cluster)
