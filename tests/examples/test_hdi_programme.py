"""The human development index by the plan folder: `measure` recomputes every published value."""

from __future__ import annotations

import csv
from pathlib import Path

from click.testing import CliRunner

from zhiheng.programme.command_line import main
from zhiheng.programme.run import measure

HDI = Path(__file__).parents[2] / "examples" / "hdi"


def test_every_published_value_at_three_decimals(tmp_path: Path) -> None:
    run = measure(HDI, out=tmp_path, formats=[])
    country = run.level("country")
    assert country.index is not None
    assert run.tree is not None
    value = country.index.value[country.index.codes.index(run.tree.root.code)]
    with (HDI / "data" / "hdi.csv").open(encoding="utf-8") as file:
        published = list(csv.DictReader(file))
    assert len(published) == 5571
    at = {unit: i for i, unit in enumerate(country.units)}
    wave = {code: i for i, code in enumerate(country.estimates.waves)}
    wrong = [
        row
        for row in published
        if round(float(value[wave[row["year"]], at[row["country"]]]), 3) != float(row["hdi"])
    ]
    assert wrong == []


def test_the_command_line_shows_no_interval_where_there_is_no_sampling_error(tmp_path):
    done = CliRunner().invoke(
        main, ["measure", str(HDI), "--out", str(tmp_path / "out"), "--formats", "parquet", "--lang", "zh"]
    )
    assert done.exit_code == 0, done.output
    assert "0.962" in done.output
    assert "区间" not in done.output
