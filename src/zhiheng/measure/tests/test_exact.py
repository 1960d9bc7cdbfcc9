"""Weights of exact runs have the same bits, however many threads could have read the rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhiheng.measure import Design, calibrate, nonresponse, poststratify, rake, trim

DESIGN = Design(weights="wt")
SEX = {1: 8e5, 2: 7e5}

# what is summed over the rows, as text or bytes
WEIGHTINGS: dict[str, Callable[[Path], Any]] = {
    "rake": lambda rows: (
        rake(rows, DESIGN, {"sex": SEX, "age": {0: 4e5, 1: 4e5, 2: 4e5, 3: 3e5}}, exact=True)
        .design.calibration.factors.tobytes()
    ),
    "poststratify": lambda rows: (
        poststratify(rows, DESIGN, "sex", SEX, exact=True).design.calibration.factors.tobytes()
    ),
    "calibrate": lambda rows: (
        calibrate(rows, DESIGN, {"(intercept)": 1.6e6, "age": 2.3e6}, exact=True).design.calibration.factor
    ),
    "nonresponse": lambda rows: nonresponse(rows, DESIGN, "sex", "age > 0", exact=True).design.weight_expression,
    "trim": lambda rows: trim(rows, DESIGN, upper=7.0, exact=True).design.weight_expression,
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough rows in enough parts that two threads add them up in another order each time."""
    path, number = tmp_path_factory.mktemp("exact") / "rows.parquet", 300_000
    rng = np.random.default_rng(1)
    table = {
        "sex": rng.integers(1, 3, number),
        "age": rng.integers(0, 4, number),
        "wt": rng.uniform(1, 9, number),
    }
    pq.write_table(pa.table(table), path, row_group_size=10_000)
    return path


@pytest.mark.parametrize("weighting", WEIGHTINGS.values(), ids=WEIGHTINGS.keys())
def test_exact_weights_have_the_same_bits(weighting: Callable[[Path], Any], rows: Path) -> None:
    assert len({weighting(rows) for _ in range(3)}) == 1
