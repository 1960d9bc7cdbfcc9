"""The made-up city's plan, cut down to one street of every district: checked, weighted, measured at every level."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from zhiheng.programme.preparation import check
from zhiheng.programme.run import Run, measure

CITY = Path(__file__).parents[2] / "examples" / "city"


@pytest.fixture(scope="module")
def city(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programme with the first street of each district, in both tables."""
    folder = tmp_path_factory.mktemp("city_cut")
    for file in [*CITY.glob("*.toml"), CITY / "indicators.csv", data.parent / "questionnaire.xlsx"]:
        shutil.copy(file, folder)
    shutil.copytree(data, folder / "data", ignore=shutil.ignore_patterns("*.parquet"))
    streets = pl.read_csv(data / "streets.csv", infer_schema=False)
    kept = streets.group_by("district", maintain_order=True).first()["code"].to_list()
    for table in ("answers.parquet", "points.parquet"):
        rows = pl.read_parquet(data / table)
        rows.filter(pl.col("street").is_in(kept)).write_parquet(folder / "data" / table)
    return folder


@pytest.fixture(scope="module")
def run(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return measure(city, out=tmp_path_factory.mktemp("out"), formats=[])


def test_the_check_finds_no_error(city: Path) -> None:
    assert [f.message() for f in check(city) if f.severity == "error"] == []


def test_the_index_comes_out_at_every_level_and_wave_from_weights_that_meet_the_margins(run: Run) -> None:
    first = run.weighting["answers"][0]
    assert first.method == "rake"
    assert all(target.gap < 1e-9 for target in first.targets)
    units = {level.code: len(level.units) for level in run.levels}
    assert units == {"all": 1, "district": 16, "street": 16, "industry": 45, "age": 6}
    for code in ("all", "district", "street"):
        index = run.level(code).index
        assert index is not None, code
        root = index.codes.index("index")
        assert index.value[root].shape == (3, units[code])
        assert ((index.value[root] > 40) & (index.value[root] < 100)).all(), code
        assert (index.se[root] == 0).sum() <= 1, code  # a veto puts a fixed figure in its place
        assert not np.isnan(index.value).any(), code
    assert run.level("industry").index is None
    assert run.level("age").index is None
