"""The result of an estimation: a table whose numbers never travel alone."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from zhiheng.measure.design import given
from zhiheng.measure.design.replication import drawn_again, normal_law
from zhiheng.measure.estimation.influence import Totals
from zhiheng.measure.estimation.intervals import of_proportion, symmetric
from zhiheng.measure.problems import Problem

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from zhiheng.measure.reduction.leaves import Left

    Array = NDArray[np.float64]


FIGURES = ("value", "se", "lower", "upper", "df", "n", "deff", "cv")
"""Columns of a result after the variable and the domains."""


@dataclass(frozen=True)
class Estimates:
    """Estimates, one row each: variables outermost, then domains in the order of their values.

    Attributes
    ----------
    names : (m,) variable, or name of the combination.
    categories : (m,) level for a proportion, else None.
    by : domain columns.
    domains : (m,) values of the domain columns.
    value, se, lower, upper, df, n, deff : (m,) floats; NaN where there is nothing to estimate from.
    method : what was done, in words.
    level : confidence level.
    passes : the statements that read all rows.
    glances : what was read of the first rows only.
    left : rows in no domain: outside `where`, or without a value in a domain column. They stay in the design. A row in
        a domain whose answer is missing is not among them: `n` counts the answers.
    """

    names: tuple[str, ...]
    categories: tuple[object, ...]
    by: tuple[str, ...]
    domains: tuple[tuple[Any, ...], ...]
    value: Array
    se: Array
    lower: Array
    upper: Array
    df: Array
    n: Array
    deff: Array
    method: str
    level: float
    left: Left
    passes: tuple[str, ...] = field(repr=False)
    totals: Totals = field(repr=False)
    gradients: Array = field(repr=False)
    matrix: Any = field(default=None, repr=False)
    chosen_df: float | None = field(default=None, repr=False)
    glances: tuple[str, ...] = field(default=(), repr=False)
    simple: Array | None = field(default=None, repr=False)
    """(m,) variance of a simple random sample as large, which `deff` compares with; NaN where it was not asked for."""
    relative: bool = field(default=False, repr=False)
    """Whether a value is relative to the size of its domain (a mean, a ratio, a proportion), not a total."""

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.names)

    @property
    def cv(self) -> Array:
        """(m,) standard error over value."""
        return np.divide(
            self.se, np.abs(self.value), out=np.full_like(self.se, np.nan), where=self.value != 0
        )

    def columns(self) -> dict[str, Any]:
        """Give the table as a dict of columns.

        Raises
        ------
        Problem : a domain column is named like a column of the table.
        """
        result: dict[str, Any] = {"variable": list(self.names)}
        if any(c is not None for c in self.categories):
            result["category"] = list(self.categories)
        if taken := [c for c in self.by if c in (*result, *FIGURES)]:
            raise Problem("column_taken", column="、".join(taken), columns="、".join((*result, *FIGURES)))
        for i, column in enumerate(self.by):
            result[column] = [d[i] if len(d) > i else None for d in self.domains]
        for name in FIGURES:
            result[name] = getattr(self, name)
        return result

    def rows(self) -> list[dict[str, Any]]:
        """Give the table as a list of dicts; NaN becomes None."""
        table = self.columns()
        plain = {k: [_plain(v) for v in column] for k, column in table.items()}
        return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]

    def to_arrow(self) -> pa.Table:
        """Give the table as a pyarrow table, with method and level in its metadata."""
        import pyarrow as pa  # noqa: PLC0415 - slow import

        table = self.columns()
        if "category" in table:
            table["category"] = [None if c is None else str(c) for c in table["category"]]
        arrays = {k: pa.array(v, from_pandas=True) for k, v in table.items()}
        return pa.table(arrays).replace_schema_metadata({"method": self.method, "level": repr(self.level)})

    def to_pandas(self) -> pd.DataFrame:
        """Give the table as a pandas frame."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame

    def explain(self) -> str:
        """Say what was done: method, design, each pass over the rows, and what was read of the first rows only.

        Also how many rows are in no domain, and why. Steps of weighting read the rows in passes of their own, before
        this; their `Step` tells what they did.
        """
        design = self.totals.design
        stages = [
            f"  stage {i + 1}: {s.cluster}" + (f" within {s.stratum}" if s.stratum else "")
            + (f", finite population {s.population or s.fraction}" if s.population or s.fraction else "")
            for i, s in enumerate(design.counted_stages)
        ]  # fmt: skip
        leaves, left = self.totals.leaves, self.left
        without = f", {left.without} without a value in {', '.join(left.by)}" if left.by else ""
        return "\n".join(
            [
                self.method,
                "design:",
                *stages,
                f"{left.rows} rows, of which in no domain: {left.outside} outside where{without}",
                f"{len(self.passes)} pass(es) over the rows → {len(leaves.rows)} leaves, "
                f"{self.totals.skeleton.nodes} units, {self.totals.domains} domain(s)",
                *(f"  {p}" for p in self.passes),
                *(f"the first rows alone, for {g}" for g in self.glances),
            ]
        )

    def _matrix(self) -> Any:
        from scipy.sparse import identity  # noqa: PLC0415 - slow import

        return identity(len(self), format="csr") if self.matrix is None else self.matrix

    def covariance(self) -> Array:
        """Give the (m, m) design covariance matrix of all rows, zero for rows without data.

        Raises
        ------
        Problem : the design's last unit is the row and the estimates were not made with ``joint=True``.
        """
        return self.totals.combined_covariance(self.gradients, self._matrix())

    def combine(self, matrix: Any, names: Sequence[str], domains: Sequence[tuple[Any, ...]] | None = None,
                by: Sequence[str] = ()) -> Estimates:  # fmt: skip
        """Combine rows linearly; influences are combined before the variance is taken.

        Parameters
        ----------
        matrix : (q, m) dense or scipy sparse coefficients. Smooth functions are combined with their Jacobian;
            the caller then replaces `value` (see `with_values`).
        names : (q,) names of the combinations.
        domains, by : domain values and columns of the combinations.

        Returns
        -------
        Estimates, q rows. `n` and `deff` are NaN: answers may be in several of the estimates that went in, which have
        theirs. `contrast` knows when they are not.

        Raises
        ------
        Problem : as in `covariance`, when rows of different variables are combined.
        """
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - slow import

        given = csr_matrix(matrix)
        given.eliminate_zeros()
        own = csr_matrix(given @ self._matrix())
        value = np.where(np.isnan(self.value), 0.0, self.value)
        missing = given @ np.isnan(self.value).astype(float) if np.isnan(self.value).any() else 0.0
        combined = np.where(np.asarray(missing) != 0, np.nan, given @ value)
        se = np.sqrt(self.totals.combined_variance(self.gradients, own))
        involved = np.zeros((len(names), self.totals.domains), dtype=bool)
        row = np.repeat(np.arange(len(names)), np.diff(own.indptr))
        involved[row, own.indices % self.totals.domains] = True
        if self.chosen_df is None:
            df = self.totals.degrees_of_freedom(None, involved)
        else:
            df = np.full(len(names), self.chosen_df)
        lower, upper = symmetric(combined, se, df, self.level)
        unknown = np.full(len(names), np.nan)
        return replace(
            self,
            names=tuple(names),
            categories=(None,) * len(names),
            by=tuple(by),
            domains=tuple(domains) if domains is not None else ((),) * len(names),
            value=combined, se=se, lower=lower, upper=upper, df=df, n=unknown, deff=unknown,
            method=f"combination of: {self.method}",
            matrix=own,
            simple=None,
        )  # fmt: skip

    def with_values(self, value: Array, method: str) -> Estimates:
        """Put the values of a smooth function in place of its linear part; intervals move along."""
        lower, upper = symmetric(value, self.se, self.df, self.level)
        return replace(self, value=value, lower=lower, upper=upper, method=method)

    def deviations(self, number: int, seed: int) -> Array:
        """Give how far all rows fall from their values in bootstrap replicates: (number, m).

        First-stage units are drawn again (`zhiheng.measure.design.replication`) and applied to the linearised
        estimates. What does not move then and has an error all the same (rows are the first-stage units, or these are
        all in the sample and the error comes from later stages) is drawn from the normal law with the estimated
        covariance. Every row is centred and scaled to its standard error: that of all stages and the lonely-unit rule.

        Parameters
        ----------
        number : of replicates, at least 2.
        seed : whole number that is not negative.

        Raises
        ------
        Problem : fewer than 2 are asked; as in `covariance`, where the normal law is needed.
        """
        given.whole("number", number, 2)
        given.whole("seed", seed, 0)
        totals, matrix = self.totals, self._matrix()
        rows_alone = totals.skeleton.rows_are_units and len(totals.skeleton.stages) == 1
        if rows_alone:
            drawn = np.zeros((number, len(self)))
        else:
            influence = totals.unit_influence(self.gradients, matrix)
            drawn = drawn_again(totals.skeleton, influence, number, seed)
        still = np.flatnonzero((drawn.std(axis=0) <= 1e-9 * self.se) & (self.se > 0))
        if len(still):
            covariance = np.nan_to_num(totals.combined_covariance(self.gradients, matrix[still]))
            # not by the random numbers that drew the units
            drawn[:, still] = normal_law(covariance, number, seed if rows_alone else (seed, 1))
        drawn -= drawn.mean(axis=0)
        spread = drawn.std(axis=0, ddof=1)
        # an error that is not known, as where there is no data, scales nothing
        drawn *= np.divide(
            self.se, spread, out=np.ones_like(spread), where=np.isfinite(self.se) & (spread > 0)
        )
        return drawn

    def replicates(self, number: int, seed: int) -> Array:
        """Give bootstrap replicates of all rows: (number, m), their values with `deviations`.

        Raises
        ------
        Problem : as in `deviations`.
        """
        return self.value + self.deviations(number, seed)


def _plain(value: Any) -> Any:
    if isinstance(value, np.floating | float):
        return None if math.isnan(value) else float(value)
    return value.item() if isinstance(value, np.generic) else value


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and math.isfinite(value)


def contrast(
    estimates: Estimates, contrasts: Mapping[str, Sequence[tuple[float, Mapping[str, Any]]]]
) -> Estimates:
    """Compare estimates: linear combinations with the covariance between domains taken into account.

    Parameters
    ----------
    estimates : what is compared.
    contrasts : name → list of (coefficient, {"variable": …, domain column: value, …}). Keys left out match
        when only one row fits.

    Returns
    -------
    Estimates, one row a contrast. Where no two of its estimates are of the same domain, no answer is in two of them:
    then `n` is the sum of theirs, and `deff` compares with simple random samples of the domains, which do not vary
    together (means, ratios and proportions; NaN for several totals, which do). Else both are NaN.

    Raises
    ------
    Problem : an entry matches no row, or more than one; a coefficient is no finite number.

    Examples
    --------
    >>> contrast(m, {"E - H": [(1, {"stype": "E"}), (-1, {"stype": "H"})]})  # doctest: +SKIP
    """
    table = estimates.columns()
    matrix = np.zeros((len(contrasts), len(estimates)))
    given = np.zeros_like(matrix)
    for q, (name, parts) in enumerate(contrasts.items()):
        for coefficient, wanted in parts:
            if not _is_number(coefficient):
                raise Problem("coefficient_not_finite", name=name, found=repr(coefficient))
            unknown = [k for k in wanted if k not in table]
            rows = [] if unknown else [
                i for i in range(len(estimates)) if all(table[k][i] == v for k, v in wanted.items())
            ]  # fmt: skip
            if len(rows) != 1:
                raise Problem("estimate_not_found", found=dict(wanted), fits=len(rows))
            matrix[q, rows[0]] += coefficient
            given[q, rows[0]] += abs(coefficient)
    matrix[np.abs(matrix) <= 1e-12 * given] = 0.0  # 0.1 + 0.2 - 0.3 takes an estimate out again
    found = estimates.combine(matrix, list(contrasts))
    if estimates.simple is None:  # of combinations
        return found
    met, domains = matrix != 0, estimates.totals.domains
    of_domain = met.reshape(len(contrasts), len(estimates) // domains, domains).sum(axis=1)
    known = (of_domain <= 1).all(axis=1) & ~np.isnan(found.value)
    n = np.where(met, estimates.n, 0).sum(axis=1)
    simple = np.where(met, matrix**2 * estimates.simple, 0).sum(axis=1)
    compared = known & (estimates.relative | (of_domain.sum(axis=1) == 1)) & (simple > 0)
    deff = np.divide(found.se**2, simple, out=np.full_like(simple, np.nan), where=compared)
    return replace(found, n=np.where(known, n, np.nan), deff=deff)


def interval_for(
    interval: str | None, value: Array, se: Array, df: Array, n: Array, level: float
) -> tuple[Array, Array]:
    """Give lower and upper: symmetric t, or a proportion's method."""
    if interval is None:
        return symmetric(value, se, df, level)
    return of_proportion(interval, value, se, df, n, level)
