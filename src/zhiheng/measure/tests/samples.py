"""The California API samples, the two small tables of R survey, their designs, and the numbers R gave."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from zhiheng.measure import Design

DATA = Path(__file__).parent / "data"
GOLDEN: dict[str, dict[str, Any]] = json.loads((DATA / "golden_r.json").read_text(encoding="utf-8"))[
    "results"
]
POPULATION = GOLDEN["pop.totals"]["value"]

DESIGNS = {
    "dsrs": ("apisrs", Design(population={"*": "fpc"})),
    "dstrat": ("apistrat", Design(strata="stype", weights="pw", population={"*": "fpc"})),
    "dclus1": ("apiclus1", Design(clusters="dnum", weights="pw", population={"dnum": "fpc"})),
    "dclus2": ("apiclus2", Design(clusters=["dnum", "snum"], population={"dnum": "fpc1", "snum": "fpc2"})),
}

BY_FRACTIONS = {
    "dstrat": ("apistrat", Design(strata="stype", weights="pw", fractions={"*": "share"})),
    "dclus2": ("apiclus2", Design(clusters=["dnum", "snum"], fractions={"dnum": "share1", "snum": "share2"})),
}
"""The same designs, with the sampled share in place of the population."""


@cache
def table(name: str) -> pa.Table:
    """Read one of the tables.

    API samples get the column ``cross`` as R's interaction(stype, sch.wide), and the shares of `BY_FRACTIONS`.
    """
    rows = pa.csv.read_csv(DATA / f"{name}.csv")
    if name == "apistrat":
        rows = rows.append_column("share", _shares(rows, "stype", "snum", "fpc"))
    if name == "apiclus2":
        rows = rows.append_column("share1", _shares(rows, None, "dnum", "fpc1"))
        rows = rows.append_column("share2", _shares(rows, "dnum", "snum", "fpc2"))
    if name.startswith("api"):
        rows = rows.append_column("cross", pc.binary_join_element_wise(rows["stype"], rows["sch.wide"], "."))
    return rows


def _shares(rows: pa.Table, parent: str | None, unit: str, population: str) -> list[list[float]]:
    """Give sampled units over population, row by row, as one chunk."""
    parents = rows[parent].to_pylist() if parent else [None] * rows.num_rows
    units: dict[object, set[object]] = {}
    for at, one in zip(parents, rows[unit].to_pylist(), strict=True):
        units.setdefault(at, set()).add(one)
    sizes = rows[population].to_pylist()
    return [[len(units[at]) / size for at, size in zip(parents, sizes, strict=True)]]
