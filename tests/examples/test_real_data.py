"""The plans of real data on the real data: what their READMEs say must come out. The data are not shipped."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from zhiheng.programme.preparation import check, prepare
from zhiheng.programme.run import measure

EXAMPLES = Path(__file__).parents[2] / "examples"
pytestmark = pytest.mark.slow

# born 2026-11-27: Python 3.11, csv.DictReader and sums of floats over the files, Σ WEIGHT·Q7ALL / Σ WEIGHT where
# Q7ALL is 1 to 5, nothing of this project; to four decimals
MEANS = {"2014": 4.0070, "2015": 4.0442, "2016": 4.0533, "2017": 4.0712, "2018": 4.0421}


def test_the_airport_has_the_five_means_of_its_readme(real: Path, tmp_path: Path) -> None:
    run = measure(EXAMPLES / "airport", real / "sfo_survey", tmp_path, formats=[])
    found = {
        r["wave"]: round(r["value"], 4)
        for r in run.results.to_pylist()
        if r["level"] == "all" and r["node"] == "answers.overall" and r["wave"] in MEANS
    }
    assert found == MEANS


def test_the_airport_tells_four_sixes_for_safety(real: Path) -> None:
    found = check(EXAMPLES / "airport", real / "sfo_survey")
    assert [f for f in found if f.severity == "error"] == []
    assert sum(f.rows or 0 for f in found if f.code == "out_of_range") == 4
    assert {f.file[-8:-4] for f in found if f.code == "constant_used"} == {"2011", "2012"}


def test_the_inspections_tell_what_their_readme_counts(real: Path) -> None:
    prepared = prepare(EXAMPLES / "inspections", real / "nyc_inspections")
    assert not prepared.failed
    told: Counter[str] = Counter()
    for f in prepared.findings:
        told[f.code] += f.rows or 0
    assert told["date_impossible"] == 1054
    assert told["contradiction"] == 38
    assert told["out_of_range"] == 232
    assert told["area_missing"] == 21
    used = sum(e.rows for e in prepared.ledger.entries() if e.reason == "used" and not e.variable)
    assert used == 132_065
