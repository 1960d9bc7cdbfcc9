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


@cache
def table(name: str) -> pa.Table:
    """Read one of the tables; API samples get the column ``cross`` as R's interaction(stype, sch.wide)."""
    rows = pa.csv.read_csv(DATA / f"{name}.csv")
    if name.startswith("api"):
        rows = rows.append_column("cross", pc.binary_join_element_wise(rows["stype"], rows["sch.wide"], "."))
    return rows
