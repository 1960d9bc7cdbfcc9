"""One long table of every figure: the file results.parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from zhiheng.programme.basis import Basis, Outside
from zhiheng.programme.estimation import LevelEstimates, column_of, unit_code
from zhiheng.programme.indexing import LevelIndex
from zhiheng.programme.plan import Plan
from zhiheng.programme.problems import Finding, Problem

RESULTS = "results.parquet"
SCHEMA = pa.schema(
    [
        ("level", pa.string()), ("unit", pa.string()), ("wave", pa.string()), ("node", pa.string()),
        ("kind", pa.string()), ("value", pa.float64()), ("se", pa.float64()), ("lower", pa.float64()),
        ("upper", pa.float64()), ("df", pa.float64()), ("n", pa.int64()), ("deff", pa.float64()),
        ("method", pa.string()), ("raw", pa.float64()), ("raw_se", pa.float64()), ("rank", pa.int64()),
        ("rank_lower", pa.int64()), ("rank_upper", pa.int64()), ("letters", pa.string()), ("band", pa.string()),
        ("lacking", pa.string()), ("carried", pa.string()),
    ]
)  # fmt: skip

FIGURES = ("value", "se", "lower", "upper", "df", "n", "deff")


def rows_of(
    plan: Plan, found: LevelEstimates, index: LevelIndex | None, methods: Mapping[str, str]
) -> pa.Table:
    """The rows of one level.

    Without an index the value of an indicator is its estimate; with one it is its score on the scale of the index,
    and the estimate stands in `raw` and `raw_se`. `lacking` and `carried` name the indicators that a figure had to
    do without, and those whose value is of an earlier wave.
    """
    leaves = dict(plan.leaves)
    codes = index.codes if index is not None else tuple(leaves)
    root = plan.root.code if plan.root else ""
    parts = []
    for position, code in enumerate(codes):
        figures = found.figures.get(leaves[code]) if code in leaves else None
        kind = "indicator" if code in leaves else "index" if code == root else "node"
        method = methods.get(code, "") if figures is not None else ""
        columns: dict[str, Any] = {k: figures[k] for k in FIGURES} if figures is not None else {}
        if index is not None:
            columns |= {"raw": columns.get("value"), "raw_se": columns.get("se")}
            columns |= {k: getattr(index, k)[position] for k in ("value", "se", "lower", "upper", "df")}
            method = "; ".join(m for m in (methods.get(code, ""), index.method[code]) if m)
            columns |= _basis(index.basis, code, root=code == root)
            if kind == "index":
                columns |= _places(index, found)
        parts.append(_block(found, code, kind, method, columns))
    inside = {m for _, m in plan.leaves}
    for m, figures in found.figures.items():
        if m not in inside:  # questions, the outcome, what civic rules look at
            method = methods.get(f"{m.table}:{m.statistic}", "")
            columns = {k: figures[k] for k in FIGURES}
            parts.append(_block(found, f"{m.table}.{column_of(m)}", "question", method, columns))
    if index is not None:
        others = (
            _adjustments(found.level, index) + _changes(found, index, root) + _progress(found, index, root)
        )
        parts.append(pa.Table.from_pylist([{**e, **_finite(e)} for e in others], SCHEMA))
    return pa.concat_tables(parts)


def _block(found: LevelEstimates, node: str, kind: str, method: str, columns: Mapping[str, Any]) -> pa.Table:
    """The rows of one node, from (waves, units) columns; what is not finite is null."""
    units = [unit_code(u) for u in found.units]
    count = len(found.waves) * len(units)
    texts = {
        "level": [found.level] * count,
        "unit": units * len(found.waves),
        "wave": [wave for wave in found.waves for _ in units],
        "node": [node] * count,
        "kind": [kind] * count,
        "method": [method] * count,
    }
    made = []
    for field in SCHEMA:
        given = texts.get(field.name, columns.get(field.name))
        if given is None:
            made.append(pa.nulls(count, field.type))
        elif isinstance(given, list):
            made.append(pa.array(given, field.type))
        else:
            values = np.asarray(given, dtype=np.float64).ravel() + 0.0  # -0.0 and 0.0 are the same figure
            array = pa.array(values, mask=~np.isfinite(values))
            made.append(array.cast(field.type))
    return pa.table(made, schema=SCHEMA)


def _places(index: LevelIndex, found: LevelEstimates) -> dict[str, Any]:
    """Band, rank, rank interval and letters of every unit and wave."""
    shape = (len(found.waves), len(found.units))
    ranks = {k: np.full(shape, np.nan) for k in ("rank", "rank_lower", "rank_upper")}
    letters: list[str | None] = []
    for w, wave in enumerate(found.waves):
        comparison = index.comparisons.get(wave)
        if comparison is None:
            letters += [None] * shape[1]
            continue
        known = comparison.rank > 0
        ranks["rank"][w] = np.where(known, comparison.rank, np.nan)
        ranks["rank_lower"][w] = np.where(known, comparison.rank_low, np.nan)
        ranks["rank_upper"][w] = np.where(known, comparison.rank_high, np.nan)
        letters += [text if k else None for text, k in zip(comparison.letters, known, strict=True)]
    bands = [band.code if band else None for wave in index.bands for band in wave]
    return {**ranks, "letters": letters, "band": bands}


def _basis(basis: Basis, code: str, *, root: bool) -> dict[str, Any]:
    """What each figure of a code had to do without, and what it took from an earlier wave."""
    made, inside = basis.made(code), list(basis.below[code])
    waves, units = made.shape
    lacks = (~basis.present[:, :, inside]).any(axis=2) & made
    outside = [basis.outside(w) if root else () for w in range(waves)]
    lacks |= np.array([bool(told) for told in outside])[:, None] & made
    columns: dict[str, Any] = {}
    for name, which, mask in (
        ("lacking", basis.lacking, lacks),
        ("carried", basis.carried_over, basis.carried[:, :, inside].any(axis=2)),
    ):
        if mask.any():
            texts: list[str | None] = [None] * (waves * units)
            for w, u in np.argwhere(mask):
                told = [*which(int(w), int(u), code)]
                told += [without(one) for one in outside[int(w)] if name == "lacking"]
                texts[int(w) * units + int(u)] = ", ".join(told)
            columns[name] = texts
    return columns


def without(one: Outside) -> str:
    """Units that the whole is made without, by their codes: all of them, or those of some of its parts."""
    units = ", ".join(f"{level}:{unit}" for level, unit in one.members)
    return f"{', '.join(one.codes)} of {units}" if one.codes else units


def _finite(row: Mapping[str, Any]) -> dict[str, None]:
    return {k: None for k, v in row.items() if isinstance(v, float | np.floating) and not np.isfinite(v)}


def _adjustments(level: str, index: LevelIndex) -> list[dict[str, Any]]:
    return [
        {
            "level": level, "unit": one.unit, "wave": wave, "node": one.code or one.kind, "kind": "adjustment",
            "value": one.amount, "raw": one.count, "method": one.kind,
        }
        for wave, applied in index.applied.items()
        for one in applied
    ]  # fmt: skip


def _changes(found: LevelEstimates, index: LevelIndex, root: str) -> list[dict[str, Any]]:
    names = [unit_code(u) for u in found.units]
    rows = []
    for c in index.changes:
        at = (found.waves.index(c.earlier), found.waves.index(c.later), names.index(c.unit))
        apart = [(w, ", ".join(codes)) for w, codes in index.basis.differences(*at)]
        apart += [(one.wave, without(one)) for one in index.basis.recomposed(*at[:2])]
        lacking = "; ".join(f"{found.waves[w]} lacks {what}" for w, what in apart)
        told = f"not comparable: {lacking}" if apart else f"p after Holm {c.p_holm:.6g}"
        rows.append(
            {
                "level": found.level, "unit": c.unit, "wave": c.later, "node": root, "kind": "change",
                "value": c.change, "se": c.se, "lower": c.lower, "upper": c.upper, "df": c.df,
                "method": f"change since {c.earlier}; {told}", "band": c.verdict,
                "lacking": ", ".join(what for _, what in apart) or None,
            }
        )  # fmt: skip
    return rows


def _progress(found: LevelEstimates, index: LevelIndex, root: str) -> list[dict[str, Any]]:
    chain = index.progress
    if chain is None:
        return []
    method = "chained, the first wave of a unit is 100"
    return [
        {
            "level": found.level, "unit": unit_code(unit), "wave": wave, "node": root, "kind": "progress",
            **{k: getattr(chain, k)[w, u] for k in ("value", "se", "lower", "upper", "df")},
            "method": f"{method}; linked on shared indicators" if chain.relinked[w, u] else method,
        }
        for w, wave in enumerate(found.waves)
        for u, unit in enumerate(found.units)
        if np.isfinite(chain.value[w, u])
    ]  # fmt: skip


def table_of(parts: Sequence[pa.Table]) -> pa.Table:
    """The long table, sorted by level, node, kind, unit, wave and method."""
    whole = pa.concat_tables([SCHEMA.empty_table(), *parts])
    keys = ("level", "node", "kind", "unit", "wave", "method")
    return whole.sort_by([(key, "ascending") for key in keys]).combine_chunks()


def write(table: pa.Table, path: Path) -> None:
    """Write the table with fixed settings, so that the same figures make the same bytes."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow import

    pq.write_table(
        table, path, compression="zstd", compression_level=3, version="2.6", data_page_version="1.0",
        use_dictionary=True, write_statistics=True, store_schema=True, row_group_size=1 << 20,
    )  # fmt: skip


def read(folder: Path) -> pa.Table:
    """Read the table of a finished run.

    Raises
    ------
    zhiheng.programme.problems.Problem
        The folder holds none.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow import

    path = folder / RESULTS
    try:
        return pq.read_table(path, schema=SCHEMA)
    except (OSError, pa.ArrowException) as error:
        raise Problem([Finding("run_missing", str(path), found=str(folder))]) from error
