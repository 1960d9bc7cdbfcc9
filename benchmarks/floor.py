"""Fixed hand-written floors: value, se and n of the same design, by DuckDB + NumPy and by Polars + NumPy.

They know this file (small whole-number codes, nothing missing, no zero weights) and check nothing: that is what makes
them a floor. The engine must agree with them to 1e-9.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
    Result: TypeAlias = dict[str, Array]
    Rows: TypeAlias = Callable[[str, Sequence[str], Mapping[str, str]], dict[str, Array]]

SCORES = tuple(f"y{k}" for k in range(1, 13))
CELLS = ("age", "sex", "edu", "channel")
MARGINS = (("age",), ("sex", "edu"), ("channel",))

# ── reading: one grouped pass, sums of products of columns ("w*y1" is Σ w·y1, "" counts rows) ─────────────────────────


def duckdb_sums(file: str, keys: Sequence[str], sums: Mapping[str, str]) -> dict[str, Array]:
    """Group the file by keys with DuckDB."""
    import duckdb  # noqa: PLC0415 - each floor runs without the other's library

    parts = [*keys, *(f"sum({s}) AS {n}" if s else f"count(*) AS {n}" for n, s in sums.items())]
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        sql = f"SELECT {', '.join(parts)} FROM read_parquet('{file}') GROUP BY {', '.join(keys)}"
        return dict(connection.execute(sql).fetchnumpy())


def polars_sums(file: str, keys: Sequence[str], sums: Mapping[str, str]) -> dict[str, Array]:
    """Group the file by keys with Polars, streaming."""
    import polars as pl  # noqa: PLC0415 - each floor runs without the other's library

    def product(text: str) -> pl.Expr:
        first, *rest = (pl.col(c) for c in text.split("*"))
        for factor in rest:
            first *= factor
        return first

    parts = [product(s).sum().alias(n) if s else pl.len().alias(n) for n, s in sums.items()]
    table = pl.scan_parquet(file).group_by(keys).agg(parts).collect(engine="streaming")
    return {c: table[c].to_numpy() for c in table.columns}


# ── finishing: NumPy alone ────────────────────────────────────────────────────────────────────────────────────────────


def _index(sums: Mapping[str, Array], *keys: str) -> tuple[list[Array], list[int]]:
    codes = [sums[k].astype(np.int64) for k in keys]
    return codes, [int(c.max()) + 1 for c in codes]


def cluster(rows: Rows, file: str, by: str) -> Result:
    """Stratified first-stage units drawn with replacement, rows weighted by w."""
    sums = rows(file, ["stratum", "psu", by], {"n": "", "w": "w"} | {y: f"w*{y}" for y in SCORES})
    (stratum, unit, domain), (strata, units, domains) = _index(sums, "stratum", "psu", by)
    return _between(sums, stratum, domain, domains, _units_in(stratum, unit, strata, units))[0]


def _units_in(stratum: Array, unit: Array, strata: int, units: int) -> Array:
    """Count the units of each stratum."""
    stratum_of = np.full(units, -1)
    stratum_of[unit] = stratum
    return np.bincount(stratum_of[stratum_of >= 0], minlength=strata)


def _between(
    sums: Mapping[str, Array], stratum: Array, domain: Array, domains: int, units: Array
) -> tuple[Result, list[Array]]:
    """Give the estimates and the influence of each unit × domain, one array a score.

    Σ over strata of n/(n-1) (Σu² - (Σu)²/n), absent units counting as zero.
    """
    scale = units / (units - 1.0)
    n = np.bincount(domain, weights=sums["n"], minlength=domains)
    weight = np.bincount(domain, weights=sums["w"], minlength=domains)
    key = stratum * domains + domain
    value, se, influence = [], [], []
    for y in SCORES:
        mean = np.bincount(domain, weights=sums[y], minlength=domains) / weight
        u = (sums[y] - mean[domain] * sums["w"]) / weight[domain]
        square = np.bincount(domain, weights=scale[stratum] * u * u, minlength=domains)
        sum_ = np.bincount(key, weights=u, minlength=len(units) * domains).reshape(len(units), domains)
        variance = square - (scale / units) @ (sum_ * sum_)
        value.append(mean)
        se.append(np.sqrt(variance))
        influence.append(u)
    return {"value": np.array(value), "se": np.array(se), "n": n}, influence


def element(rows: Rows, file: str, by: str) -> Result:
    """Stratified rows drawn with replacement, weighted by w."""
    sums = rows(
        file,
        ["stratum", by],
        {"n": "", "w": "w", "ww": "w*w"}
        | {y: f"w*{y}" for y in SCORES}
        | {f"ww{y}": f"w*w*{y}" for y in SCORES}
        | {f"ww{y}{y}": f"w*w*{y}*{y}" for y in SCORES},
    )
    (stratum, domain), (strata, domains) = _index(sums, "stratum", by)
    units = np.bincount(stratum, weights=sums["n"], minlength=strata)
    scale = (units / (units - 1.0))[stratum]
    n = np.bincount(domain, weights=sums["n"], minlength=domains)
    weight = np.bincount(domain, weights=sums["w"], minlength=domains)
    value, se = [], []
    for y in SCORES:
        mean = np.bincount(domain, weights=sums[y], minlength=domains) / weight
        m = mean[domain]
        square = sums[f"ww{y}{y}"] - 2 * m * sums[f"ww{y}"] + m * m * sums["ww"]
        sum_ = sums[y] - m * sums["w"]
        variance = np.bincount(
            domain, weights=scale * (square - sum_ * sum_ / units[stratum]), minlength=domains
        )
        value.append(mean)
        se.append(np.sqrt(variance) / weight)
    return {"value": np.array(value), "se": np.array(se), "n": n}


# ── raking on cells ───────────────────────────────────────────────────────────────────────────────────────────────────


def margins_of(cells: Mapping[str, Array]) -> list[tuple[Array, int]]:
    """Number the levels of each margin as the columns of sorted cells meet them: (cells,) level, count."""
    found = []
    for columns in MARGINS:
        stacked = np.stack([cells[c] for c in columns])
        levels, inverse = np.unique(stacked, axis=1, return_inverse=True)
        found.append((inverse.ravel(), levels.shape[1]))
    return found


def targets_of(file: str) -> dict[tuple[str, ...], dict[tuple[int, ...], float]]:
    """Make targets: the file's weighted margins, each level bent by a fixed share, each margin brought to one total."""
    cells = duckdb_sums(file, CELLS, {"w": "w"})
    total = float(np.round(cells["w"].sum()))
    targets = {}
    for columns in MARGINS:
        stacked = np.stack([cells[c] for c in columns])
        levels, inverse = np.unique(stacked, axis=1, return_inverse=True)
        margin = np.bincount(inverse.ravel(), weights=cells["w"])
        margin *= 1 + 0.1 * np.sin(1.0 + 2.0 * np.arange(len(margin)))
        margin *= total / margin.sum()
        targets[columns] = {
            tuple(int(v) for v in level): float(t) for level, t in zip(levels.T, margin, strict=True)
        }
    return targets


def rake_cells(
    cells: Mapping[str, Array], targets: Mapping[tuple[str, ...], Mapping[tuple[int, ...], float]]
) -> tuple[Array, Array]:
    """Fit the cells' weights to the margins: factor of each cell, and its 0/1 columns of margin levels."""
    margins = margins_of(cells)
    wanted = [np.array([t for _, t in sorted(targets[columns].items())]) for columns in MARGINS]
    weight = cells["w"].copy()
    for _ in range(1000):
        before = weight.copy()
        for (level, count), target in zip(margins, wanted, strict=True):
            weight *= (target / np.bincount(level, weights=weight, minlength=count))[level]
        if np.abs(weight / before - 1).max() < 1e-13:
            break
    columns = np.concatenate([np.eye(count)[level] for level, count in margins], axis=1)
    return weight / cells["w"], columns


def rake(rows: Rows, file: str, targets: Mapping[tuple[str, ...], Mapping[tuple[int, ...], float]]) -> Result:
    """Rake, and nothing else: the factor of each cell, cells in order."""
    cells = rows(file, CELLS, {"w": "w"})
    order = np.lexsort([cells[c] for c in reversed(CELLS)])
    return {"factor": rake_cells(cells, targets)[0][order]}


def raked(
    rows: Rows, file: str, by: str, targets: Mapping[tuple[str, ...], Mapping[tuple[int, ...], float]]
) -> Result:
    """As `cluster`, weights raked, its variance linearised: u less what the margins tell of it.

    One pass by unit × domain × cell with base weights; all else on cells.
    """
    wide = rows(file, ["stratum", "psu", by, *CELLS], {"n": "", "w": "w"} | {y: f"w*{y}" for y in SCORES})
    (stratum, unit, domain), (strata, units, domains) = _index(wide, "stratum", "psu", by)
    code = np.ravel_multi_index(
        [wide[c].astype(np.int64) for c in CELLS], [int(wide[c].max()) + 1 for c in CELLS]
    )
    size = int(code.max()) + 1
    cells = {c: np.zeros(size, dtype=np.int64) for c in CELLS} | {"w": np.bincount(code, weights=wide["w"])}
    for c in CELLS:
        cells[c][code] = wide[c]
    factor, levels = rake_cells(cells, targets)

    # sums over cells: base-weighted by domain × cell, raked by unit × domain and by unit × margin level
    pair = unit * domains + domain
    present = np.zeros(units * domains, dtype=bool)
    present[pair] = True
    found = np.flatnonzero(present)
    number = np.empty(units * domains, dtype=np.int64)
    number[found] = np.arange(len(found))
    at, spot = number[pair], domain * size + code
    g = factor[code]
    narrow = {"n": np.bincount(at, weights=wide["n"], minlength=len(found))}
    base = {}
    for name in ("w", *SCORES):
        narrow[name] = np.bincount(at, weights=g * wide[name], minlength=len(found))
        base[name] = np.bincount(spot, weights=wide[name], minlength=domains * size).reshape(domains, size)
    stratum_of = np.zeros(units, dtype=np.int64)
    stratum_of[unit] = stratum
    own_unit, own_domain = found // domains, found % domains
    counted = _units_in(stratum, unit, strata, units)
    held = (
        np.bincount(unit * size + code, weights=g * wide["w"], minlength=units * size).reshape(units, size)
        @ levels
    )
    return _residuals(narrow, base, held, levels, cells["w"], own_unit, own_domain, stratum_of, counted)


def _residuals(
    narrow: Mapping[str, Array], base: Mapping[str, Array], held: Array, levels: Array, weight: Array,
    unit: Array, domain: Array, stratum_of: Array, counted: Array,
) -> Result:  # fmt: skip
    """Finish the raked design.

    With u the influence on own domains and Z (units × levels) the raked weight held in each margin level, the residual
    is u - Zb; both are centred within strata, so var = u'Cu - 2 b'(Z'Cu) + b'(Z'CZ) b without a dense units × domains.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - only here

    domains = len(base["w"])
    result, influence = _between(narrow, stratum_of[unit], domain, domains, counted)
    mean_of_stratum = np.zeros((len(counted), held.shape[1]))
    np.add.at(mean_of_stratum, stratum_of, held)
    mean_of_stratum /= counted[:, None]
    present = held.sum(axis=1) > 0
    centred = np.where(present[:, None], held - mean_of_stratum[stratum_of], 0.0)
    scaled = centred * (counted / (counted - 1.0))[stratum_of][:, None]
    square = centred.T @ scaled
    gram = np.linalg.pinv(levels.T @ (weight[:, None] * levels), rcond=1e-12, hermitian=True)
    total = np.bincount(domain, weights=narrow["w"], minlength=domains)[:, None]
    variance = []
    for y, mean, se, u in zip(SCORES, result["value"], result["se"], influence, strict=True):
        b = ((base[y] - mean[:, None] * base["w"]) / total) @ levels @ gram
        cross = csr_array((u, (domain, unit)), shape=(domains, len(stratum_of))) @ scaled
        variance.append(se**2 - 2 * (b * cross).sum(axis=1) + ((b @ square) * b).sum(axis=1))
    return result | {"se": np.sqrt(np.array(variance))}
