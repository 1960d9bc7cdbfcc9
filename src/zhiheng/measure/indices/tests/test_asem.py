"""Against COINr 1.1.14; data/SOURCE.md holds the birth certificate."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from zhiheng.measure.indices import Indicator, Tree, evaluate

DATA = Path(__file__).parent / "data"
TOLERANCE = 1e-9
#: share 5.1 or 3.4 with another unit whose binary value is one rounding off: COINr breaks the tie, we do not
TIES = {("TolMin", "BGR"), ("TolMin", "CZE"), ("TolMin", "NOR")}


def read(name):
    with (DATA / f"asem_{name}.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header[1:], [row[0] for row in rows], np.array([[float(cell) for cell in row[1:]] for row in rows])


def tree(method, bounds=(0, 100), means=("arithmetic",) * 3, moments=(50, 10)):
    indicators = []
    with (DATA / "asem_tree.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            leaf, level = row["level"] == "1", int(row["level"])
            ends = {}
            if leaf and method == "goalposts":
                low, high = sorted([float(row["goalpost_lower"]), float(row["goalpost_upper"])])
                ends = {"low": low, "high": high, "cap": True}
            indicators.append(
                Indicator(
                    row["code"],
                    row["parent"] or None,
                    name_en=row["name_en"],
                    weight=float(row["weight"]),
                    direction=int(row["direction"]),
                    normalise=method if leaf else "none",
                    aggregate=means[level - 2] if not leaf else "arithmetic",
                    **ends,
                )
            )
    return Tree(tuple(indicators), bounds, moments, normalise_weights=True)


def computed(asem):
    codes, units, values = read("values")
    return evaluate(asem, {code: values[:, k] for k, code in enumerate(codes)}, units)


@pytest.mark.parametrize(
    ("method", "name", "settings"),
    [
        ("minmax", "minmax_0_100", {}),
        ("zscore", "zscore_10_2", {"moments": (10, 2)}),
        ("goalposts", "goalposts", {}),
        ("rank", "rank", {}),
        ("percentile", "percentile", {"bounds": (0, 1)}),
    ],
)
def test_normalisation(method, name, settings):
    index = computed(tree(method, **settings))
    codes, units, expected = read(name)
    assert index.units == tuple(units)
    assert expected.shape == (46, 49)
    ours = np.column_stack([index.column(code) for code in codes])
    differ = np.argwhere(~np.isclose(ours, expected, rtol=TOLERANCE, atol=TOLERANCE))
    assert {(codes[k], units[i]) for i, k in differ} == (TIES if method in {"rank", "percentile"} else set())
    step = 1 if method == "rank" else 1 / 45
    np.testing.assert_allclose(expected[tuple(differ.T)] - ours[tuple(differ.T)], step)


@pytest.mark.parametrize(
    ("name", "method", "settings"),
    [
        ("arithmetic_0_100", "minmax", {}),
        ("arithmetic_1_100", "minmax", {"bounds": (1, 100)}),
        ("arithmetic_zscore", "zscore", {"moments": (10, 2)}),
        ("geometric_1_100", "minmax", {"bounds": (1, 100), "means": ("geometric",) * 3}),
        ("mixed_1_100", "minmax", {"bounds": (1, 100), "means": ("arithmetic", "geometric", "harmonic")}),
    ],
)
def test_aggregation(name, method, settings):
    index = computed(tree(method, **settings))
    codes, units, expected = read(f"index_{name}")
    assert index.units == tuple(units)
    assert codes[-1] == "Index"
    assert expected.shape == (46, 11)
    for k, code in enumerate(codes):
        np.testing.assert_allclose(index.column(code), expected[:, k], rtol=TOLERANCE, err_msg=code)


def test_effective_weights():
    ours = tree("minmax").effective_weights()
    with (DATA / "asem_effective_weights.csv").open(encoding="utf-8") as file:
        theirs = {row["iCode"]: float(row["EffWeight"]) for row in csv.DictReader(file)}
    assert theirs.keys() == ours.keys()
    for code, weight in theirs.items():
        assert ours[code] == pytest.approx(weight, rel=TOLERANCE), code
