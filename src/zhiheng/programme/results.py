"""One long table of every figure: the file results.parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from zhiheng.programme.estimation import LevelEstimates, column_of, unit_code
from zhiheng.programme.indexing import LevelIndex
from zhiheng.programme.plan import Plan

SCHEMA = pa.schema(
    [
        ("level", pa.string()), ("unit", pa.string()), ("wave", pa.string()), ("node", pa.string()),
        ("kind", pa.string()), ("value", pa.float64()), ("se", pa.float64()), ("lower", pa.float64()),
        ("upper", pa.float64()), ("df", pa.float64()), ("n", pa.int64()), ("deff", pa.float64()),
        ("method", pa.string()), ("raw", pa.float64()), ("raw_se", pa.float64()), ("rank", pa.int64()),
        ("rank_lower", pa.int64()), ("rank_upper", pa.int64()), ("letters", pa.string()), ("band", pa.string()),
    ]
)  # fmt: skip

Row = dict[str, Any]


def rows_of(
    plan: Plan, found: LevelEstimates, index: LevelIndex | None, methods: Mapping[str, str]
) -> list[Row]:
    """The rows of one level.

    Without an index the value of an indicator is its estimate; with one it is its score on the scale of the index,
    and the estimate stands in `raw` and `raw_se`.
    """
    rows: list[Row] = []
    units = [unit_code(u) for u in found.units]
    leaves = dict(plan.leaves)
    codes = index.codes if index is not None else tuple(leaves)
    root = plan.root.code if plan.root else ""
    for position, code in enumerate(codes):
        figures = found.figures.get(leaves[code]) if code in leaves else None
        kind = "indicator" if code in leaves else "index" if code == root else "node"
        for w, wave in enumerate(found.waves):
            for u, unit in enumerate(units):
                row: Row = {"level": found.level, "unit": unit, "wave": wave, "node": code, "kind": kind}
                if figures is not None:
                    row |= {k: figures[k][w, u] for k in ("value", "se", "lower", "upper", "df", "n", "deff")}
                    row["method"] = methods.get(code, "")
                if index is not None:
                    row |= {"raw": row.get("value"), "raw_se": row.get("se")}
                    row |= {
                        k: getattr(index, k)[position, w, u] for k in ("value", "se", "lower", "upper", "df")
                    }
                    row["method"] = "; ".join(m for m in (methods.get(code, ""), index.method[code]) if m)
                    if kind == "index":
                        row |= _place(index, wave, w, u)
                rows.append(row)
    rows += _others(plan, found, units, methods)
    if index is not None:
        rows += _adjustments(found.level, index) + _changes(found.level, index, root)
    return rows


def _others(plan: Plan, found: LevelEstimates, units: Sequence[str], methods: Mapping[str, str]) -> list[Row]:
    """Statistics that are asked for and are not indicators: questions, the outcome, what civic rules look at."""
    inside = {m for _, m in plan.leaves}
    return [
        {
            "level": found.level,
            "unit": unit,
            "wave": wave,
            "node": f"{m.table}.{column_of(m)}",
            "kind": "question",
        }
        | {k: figures[k][w, u] for k in ("value", "se", "lower", "upper", "df", "n", "deff")}
        | {"method": methods.get(f"{m.table}:{m.statistic}", "")}
        for m, figures in found.figures.items()
        if m not in inside
        for w, wave in enumerate(found.waves)
        for u, unit in enumerate(units)
    ]


def _place(index: LevelIndex, wave: str, w: int, u: int) -> Row:
    band = index.bands[w][u]
    place: Row = {"band": band.code if band else None}
    comparison = index.comparisons.get(wave)
    if comparison is not None and comparison.rank[u]:
        place |= {
            "rank": int(comparison.rank[u]),
            "rank_lower": int(comparison.rank_low[u]),
            "rank_upper": int(comparison.rank_high[u]),
            "letters": comparison.letters[u],
        }
    return place


def _adjustments(level: str, index: LevelIndex) -> list[Row]:
    return [
        {
            "level": level, "unit": one.unit, "wave": wave, "node": one.code or one.kind, "kind": "adjustment",
            "value": one.amount, "raw": one.count, "method": one.kind,
        }
        for wave, applied in index.applied.items()
        for one in applied
    ]  # fmt: skip


def _changes(level: str, index: LevelIndex, root: str) -> list[Row]:
    return [
        {
            "level": level, "unit": c.unit, "wave": c.later, "node": root, "kind": "change", "value": c.change,
            "se": c.se, "lower": c.lower, "upper": c.upper, "df": c.df,
            "method": f"change since {c.earlier}; p after Holm {c.p_holm:.6g}", "band": c.verdict,
        }
        for c in index.changes
    ]  # fmt: skip


def table_of(rows: Sequence[Row]) -> pa.Table:
    """The long table, sorted by level, node, unit, wave and kind; what is not finite is null."""
    ordered = sorted(
        rows, key=lambda r: (r["level"], r["node"], r["kind"], r["unit"], r["wave"], str(r.get("method")))
    )
    columns = {}
    for field in SCHEMA:
        cells = [_cell(r.get(field.name), field.type) for r in ordered]
        columns[field.name] = pa.array(cells, field.type)
    return pa.table(columns, schema=SCHEMA)


def _cell(value: Any, kind: pa.DataType) -> Any:
    if value is None or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return None
    if pa.types.is_floating(kind):
        return float(value) + 0.0  # -0.0 and 0.0 are the same figure
    return int(value) if pa.types.is_integer(kind) else value


def write(table: pa.Table, path: Path) -> None:
    """Write the table with fixed settings, so that the same figures make the same bytes."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow import

    pq.write_table(
        table, path, compression="zstd", compression_level=3, version="2.6", data_page_version="1.0",
        use_dictionary=True, write_statistics=True, store_schema=True, row_group_size=1 << 20,
    )  # fmt: skip
