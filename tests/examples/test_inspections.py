"""The inspections' plan on made-up violations: folded, judged and counted as by hand."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from zhiheng.programme.preparation import check
from zhiheng.programme.run import Run, measure

INSPECTIONS = Path(__file__).parents[2] / "examples" / "inspections"
WAVES = ("2013", "2014", "2015")
INITIAL, AGAIN = "Cycle Inspection / Initial Inspection", "Cycle Inspection / Re-inspection"
OPEN = "Violations were cited in the following area(s)."
CLOSED = (
    "Establishment Closed by DOHMH.  Violations were cited in the following area(s) and those requiring immediate "
    "action were addressed."
)
BOROUGHS = ["MANHATTAN", "BROOKLYN", "QUEENS", "BRONX", "STATEN ISLAND"]
HEAD = ["camis", "boro", "inspection_date", "action", "violation_code", "score", "grade", "inspection_type",
        "cuisine_code"]  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """An inspection; its rows differ in the violation alone, unless `second` is the score of its second row."""

    site: int
    date: str
    score: int | None
    grade: str = ""
    action: str = OPEN
    kind: str = INITIAL
    boro: str = ""
    violations: int = 2
    second: int | None = None

    @property
    def borough(self) -> str:
        return self.boro or BOROUGHS[self.site % 5]

    @property
    def letter(self) -> str:
        assert self.score is not None
        return "A" if self.score <= 13 else "B" if self.score <= 27 else "C"


def sound() -> list[Visit]:
    """Three waves of 20 sites, each inspected twice; what was graded bears the grade of its score."""
    rng = np.random.default_rng(7)
    visits = []
    for wave in WAVES:
        for site in range(20):
            score = int(rng.integers(0, 45))
            first = Visit(site, f"{wave}-03-{1 + site:02d}", score, action=CLOSED if score > 38 else OPEN)
            again = Visit(
                site, f"{wave}-06-{1 + site:02d}", int(score * 0.6), kind=AGAIN, violations=1 + site % 3
            )
            visits += [first, Visit(**{**again.__dict__, "grade": again.letter})]
    return visits


#: contradictory grades: an A of 20, a B of 12 twice; the score is not used
CONTRADICT = [
    Visit(30, "2014-02-01", 20, "A", kind=AGAIN),
    Visit(31, "2015-02-01", 12, "B", kind=AGAIN),
    Visit(32, "2015-02-02", 12, "B", kind=AGAIN),
]
#: no scores, and two rows that disagree
SCORELESS = [Visit(33, "2013-02-01", -1), Visit(34, "2014-02-01", -2), Visit(35, "2013-02-02", 10, second=17)]
NO_BOROUGH = [Visit(36, "2015-02-03", 9, boro="Missing")]
NOT_YET = [Visit(40 + i, "1900-01-01", None, action="", kind="", violations=1) for i in range(5)]
OUTSIDE = [Visit(50, "2012-05-05", 8), Visit(51, "2014-05-05", 8, kind="Trans Fat / Initial Inspection")]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inspections")
    rows = [
        [v.site, v.borough, v.date, v.action, f"0{4 + k}L", "" if score is None else f"{score:.1f}", v.grade, v.kind,
         3 + v.site % 3]
        for v in (*sound(), *CONTRADICT, *SCORELESS, *NO_BOROUGH, *NOT_YET, *OUTSIDE)
        for k in range(v.violations)
        for score in [v.second if k and v.second is not None else v.score]
    ]  # fmt: skip
    with gzip.open(folder / "Violations.csv.gz", "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return folder


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return measure(INSPECTIONS, data, tmp_path_factory.mktemp("out"), formats=[])


def figure(run: Run, **wanted: str) -> dict[str, object]:
    (found,) = [r for r in run.results.to_pylist() if all(r[k] == v for k, v in wanted.items())]
    return found


def test_every_problem_of_the_data_is_told_with_its_number(data: Path) -> None:
    found = check(INSPECTIONS, data)
    assert [f for f in found if f.severity == "error"] == []
    counted: Counter[tuple[str, str]] = Counter()
    for f in found:
        counted[f.code, f.column] += f.rows or 0
    scoreless = sum(v.violations for v in SCORELESS[:2])
    assert counted == {
        ("date_impossible", "inspection_date"): len(NOT_YET),
        ("contradiction", "score, level"): len(CONTRADICT),
        ("out_of_range", "score"): scoreless,
        ("code_unknown", "score"): scoreless,  # the same rows have no grade
        ("folded_disagree", "score"): 1,
        ("folded_disagree", "level"): 1,
        ("area_missing", "borough"): len(NO_BOROUGH),
    }


@pytest.mark.parametrize("wave", WAVES)
def test_scores_are_those_of_inspections_not_of_violations(run: Run, wave: str) -> None:
    scored = [v for v in (*sound(), *NO_BOROUGH) if v.date.startswith(wave)]
    score = np.array([v.score for v in scored], dtype=float)
    found = figure(run, level="all", wave=wave, node="score")
    assert found["raw"] == pytest.approx(score.mean(), rel=1e-12)
    assert found["n"] == len(scored)
    grades = figure(run, level="all", wave=wave, node="grade_a")
    assert grades["raw"] == pytest.approx(float((score <= 13).mean()), rel=1e-12)
    every = [v for v in (*scored, *CONTRADICT, *SCORELESS) if v.date.startswith(wave)]
    closed = figure(run, level="all", wave=wave, node="closed")
    assert closed["raw"] == pytest.approx(sum(v.action == CLOSED for v in every) / len(every), rel=1e-12)


def test_the_error_takes_the_site_as_the_unit(run: Run) -> None:
    scored = [v for v in sound() if v.date.startswith("2014")]
    score = np.array([v.score for v in scored], dtype=float)
    off = (score - score.mean()) / len(score)
    units = np.bincount([v.site for v in scored], off)
    sites = 20 + sum(v.date.startswith("2014") for v in (*CONTRADICT, *SCORELESS))  # sampled, without a score
    expected = np.sqrt(sites / (sites - 1) * (units**2).sum())
    assert figure(run, level="all", wave="2014", node="score")["raw_se"] == pytest.approx(expected, rel=1e-9)


def test_a_borough_and_a_re_inspection_are_levels_of_their_own(run: Run) -> None:
    queens = [v.score for v in sound() if v.date.startswith("2013") and v.borough == "QUEENS"]
    assert figure(run, level="borough", unit="QN", wave="2013", node="score")["raw"] == pytest.approx(
        np.mean(queens)
    )
    again = [v.score for v in sound() if v.date.startswith("2013") and v.kind == AGAIN]
    found = figure(run, level="stage", unit="again", wave="2013", node="score")
    assert found["value"] == pytest.approx(np.mean(again))
