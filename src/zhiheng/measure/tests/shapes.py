"""Random samples of every shape of design, and how a result is compared with the oracle's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.measure import Design, Estimates, calibrate, poststratify, rake
from zhiheng.measure.tests.oracle import (
    Answer,
    Row,
    Sample,
    Stage,
    base_weights,
    indicators,
    raked,
    regressed,
)

EXACT = 1e-10
slowly = settings(max_examples=5, deadline=None, derandomize=True)
at_length = settings(max_examples=50, deadline=None)
"""The slow run: many samples, new ones each time."""


@dataclass(frozen=True)
class Shape:
    """A kind of design: what the oracle calls its stages and what the engine calls it."""

    stages: tuple[Stage, ...]
    design: Design


SHAPES = {
    "element": Shape(
        (Stage("h", None, "rows_n"),),
        Design(strata="h", population={"*": "rows_n"}),
    ),
    "element with replacement": Shape(
        (Stage("h", None, None),),
        Design(strata="h", weights="weight"),
    ),
    "clusters with replacement": Shape(
        (Stage("h", "street", None),),
        Design(strata="h", clusters="street", weights="weight"),
    ),
    "clusters": Shape(
        (Stage("h", "street", "streets_n"),),
        Design(strata="h", clusters="street", weights="weight", population={"street": "streets_n"}),
    ),
    "two stages, rows last": Shape(
        (Stage("h", "street", "streets_n"), Stage(None, None, "rows_n")),
        Design(strata="h", clusters=["street", "*"], population={"street": "streets_n", "*": "rows_n"}),
    ),
    "two stages, weights given": Shape(
        (Stage("h", "street", "streets_n"), Stage(None, "house", "houses_n")),
        Design(
            strata="h", clusters=["street", "house"], weights="weight",
            population={"street": "streets_n", "house": "houses_n"},
        ),
    ),
    "three stages": Shape(
        (Stage("h", "street", "streets_n"), Stage(None, "house", "houses_n"), Stage(None, None, "rows_n")),
        Design(
            strata="h", clusters=["street", "house", "*"],
            population={"street": "streets_n", "house": "houses_n", "*": "rows_n"},
        ),
    ),
    "strata at both stages": Shape(
        (Stage("h", "street", "streets_n"), Stage("wave", None, "rows_n")),
        Design(strata=["h", "wave"], clusters=["street", "*"], population={"street": "streets_n", "*": "rows_n"}),
    ),
}  # fmt: skip


def draw(seed: int, shape: Shape) -> list[Row]:
    """Draw a small sample of a shape: gaps in answers and domains, some stages taken whole, uneven sizes."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []

    def size_of(sampled: int) -> int:
        return sampled + int(rng.choice([0, 1, 3, 20], p=[0.3, 0.2, 0.2, 0.3]))

    for h in range(int(rng.integers(1, 4))):
        streets = int(rng.integers(2, 5))
        streets_n = size_of(streets)
        for s in range(streets):
            houses = int(rng.integers(1, 4))
            houses_n = houses if houses == 1 else size_of(houses)
            for house in range(houses):
                for _ in range(int(rng.integers(1, 4))):
                    rows.append(  # noqa: PERF401 - a comprehension of this depth cannot be read
                        {
                            "h": f"h{h}",
                            "street": f"{h}-{s}",
                            "house": f"{h}-{s}-{house}",
                            "streets_n": streets_n,
                            "houses_n": houses_n,
                            "weight": float(rng.uniform(0.5, 9)),
                            "y": None if rng.random() < 0.15 else float(rng.normal(50, 12)),
                            "x": None if rng.random() < 0.15 else float(rng.uniform(1, 9)),
                            "full": float(rng.uniform(1, 9)),
                            "c": rng.choice(["a", "b", None], p=[0.4, 0.4, 0.2]),
                            "g": rng.choice(["u", "v", None], p=[0.5, 0.3, 0.2]),
                            "wave": int(rng.integers(1, 3)),
                            "sex": int(rng.integers(1, 3)),
                        }
                    )
    # the rows of each last unit are a sample of more; the same number for all of one parent
    last = shape.stages[-1]
    keys = [s.cluster for s in shape.stages[:-1]] + [last.stratum]
    parents: dict[tuple[Any, ...], list[Row]] = {}
    for r in rows:
        parents.setdefault(tuple(r[k] for k in keys if k), []).append(r)
    for members in parents.values():
        n = len(members)
        rows_n = n if n == 1 else size_of(n)
        for r in members:
            r["rows_n"] = rows_n
    return rows


SCHEMA = pa.schema(
    {
        **dict.fromkeys(["h", "street", "house", "c", "g"], pa.string()),
        **dict.fromkeys(["streets_n", "houses_n", "rows_n", "wave", "sex"], pa.int64()),
        **dict.fromkeys(["weight", "y", "x", "full"], pa.float64()),
    }
)


def table_of(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def sample_of(rows: list[Row], shape: Shape) -> Sample:
    given_ = shape.design.weights
    weights = np.array([r[given_] for r in rows]) if given_ else base_weights(rows, shape.stages)
    return Sample(rows, shape.stages, weights)


def agree(found: Estimates, i: int, expected: Answer, rounding: float = 0.0) -> None:
    """Compare one row of a result with the oracle; `rounding` is what the products of a variance may lose."""
    assert found.n[i] == expected.n
    if expected.n == 0:
        assert np.isnan(found.se[i])
        return
    assert found.df[i] == expected.df
    if np.isnan(expected.value):
        assert np.isnan(found.value[i])
        return
    np.testing.assert_allclose(found.value[i], expected.value, rtol=EXACT, atol=1e-12)
    # twice the tolerance of the error is that of the variance; what should cancel to nothing leaves noise
    noise = 1e-14 * (expected.scale + expected.value**2) + rounding
    np.testing.assert_allclose(found.se[i] ** 2, expected.variance, rtol=2 * EXACT, atol=noise)


def calibrated(
    kind: str, rows: list[Row], sample: Sample, data: pa.Table, design: Design
) -> tuple[Design, Sample]:
    """Calibrate with the engine and with the oracle to the same totals, 5–25 % off the sample's.

    Rows of weight 0 did not respond.
    """
    rng = np.random.default_rng(len(rows))
    base = sample.weights

    def targets(column: str) -> dict[Any, float]:
        levels = sorted({r[column] for r in rows})
        return {
            v: float(base[[r[column] == v for r in rows]].sum() * rng.uniform(1.05, 1.25)) for v in levels
        }  # fmt: skip

    if kind == "poststratify":
        wanted = targets("sex")
        weighted = poststratify(data, design, "sex", wanted)
        weights = raked(rows, base, {("sex",): {(k,): v for k, v in wanted.items()}})
        x = indicators(rows, [("sex",)])
    elif kind == "rake":
        first, second = targets("sex"), targets("wave")
        second = {k: v * sum(first.values()) / sum(second.values()) for k, v in second.items()}
        weighted = rake(data, design, {"sex": first, "wave": second})
        weights = raked(
            rows,
            base,
            {("sex",): {(k,): v for k, v in first.items()}, ("wave",): {(k,): v for k, v in second.items()}},
        )
        x = indicators(rows, [("sex",), ("wave",)])
    else:
        x = (base > 0)[:, None] * np.array([[1.0, r["full"], float(r["sex"] == 2)] for r in rows])
        wanted_totals = (base @ x) * rng.uniform(1.02, 1.08, 3)
        names = ["(intercept)", "full", "sex=2"]
        weighted = calibrate(data, design, dict(zip(names, map(float, wanted_totals), strict=True)))
        weights = regressed(base, x, wanted_totals)
    return weighted.design, Sample(rows, sample.stages, weights, x * (base > 0)[:, None], base)


WHERES: dict[str | None, Callable[[Row], bool]] = {
    None: lambda _: True,
    "x > 4": lambda r: r["x"] is not None and r["x"] > 4,
    "g = 'u' OR wave = 2": lambda r: r["g"] == "u" or r["wave"] == 2,
}


def each_domain(
    found: Estimates, where: Callable[[Row], bool]
) -> Iterator[tuple[int, Callable[[Row], bool]]]:
    """Go through the rows of a result with the oracle's test of each domain."""
    for i, values in enumerate(found.domains):

        def inside(row: Row, values: tuple[Any, ...] = values) -> bool:
            return where(row) and all(row[b] == v for b, v in zip(found.by, values, strict=True))

        yield i, inside


every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
every_calibration = pytest.mark.parametrize("kind", ["poststratify", "rake", "regression"])
samples_and_domains = given(
    seed=st.integers(0, 2**32 - 1),
    where=st.sampled_from(list(WHERES)),
    by=st.sampled_from([(), ("g",), ("g", "wave")]),
)
samples_and_conditions = given(seed=st.integers(0, 2**32 - 1), where=st.sampled_from(list(WHERES)))
