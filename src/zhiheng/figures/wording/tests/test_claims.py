"""The sixty figures of a report that was really published: what each wording claims."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from zhiheng.figures.wording import Interval, Problem, find, judge, read

LINES = Path(__file__).with_name("claims.tsv").read_text(encoding="utf-8").splitlines()
CLAIMS = list(csv.DictReader((line for line in LINES if not line.startswith("#")), delimiter="\t"))
APART = {"C46", "C57"}


def expected(row: dict[str, str]) -> Interval:
    low, high = (Decimal(row[end]) if row[end] else None for end in ("low", "high"))
    return Interval(low, high, row["low_open"] == "1", high is not None and row["high_open"] == "1")


def test_there_are_sixty():
    assert len(CLAIMS) == 60


@pytest.mark.parametrize("row", [r for r in CLAIMS if r["id"] not in APART], ids=lambda r: r["id"])
def test_the_wording_claims_its_interval_and_nothing_just_outside(row):
    interval = expected(row)
    claim = read(row["phrase"])
    assert claim.interval == interval
    assert claim.weak == (row["id"] == "C25")
    outside = None if claim.weak else False
    for end, open_, away in (
        (interval.low, interval.low_open, Decimal("-0.000001")),
        (interval.high, interval.high_open, Decimal("0.000001")),
    ):
        if end is not None:
            assert judge(row["phrase"], end, unit=row["unit"]).true is (outside if open_ else True)
            assert judge(row["phrase"], end + away, unit=row["unit"]).true is outside
            inwards = judge(row["phrase"], end - away, unit=row["unit"]).true
            assert inwards is (interval.low != interval.high)


@pytest.mark.parametrize("row", [r for r in CLAIMS if r["id"] not in APART], ids=lambda r: r["id"])
def test_the_number_as_stated_is_in_the_unit_of_the_report(row):
    if row["phrase"] == "达1.65万":
        assert read(row["phrase"]).unit == ""
    else:
        assert judge(row["phrase"], 1, unit=row["unit"]).reason.zh[:2] != "单位"


def test_a_contradiction_has_two_readings_and_no_verdict():
    row = next(r for r in CLAIMS if r["id"] == "C46")
    claim = read(row["phrase"])
    assert [str(i) for i in claim.readings] == ["[90, 100)", "(100, 200)"]
    assert claim.interval is None
    hull = expected(row)
    assert (claim.readings[0].low, claim.readings[1].high) == (hull.low, hull.high)
    for value in (89, 95, 100, 150, 200):
        assert judge(row["phrase"], value, unit="项").true is None


def test_a_list_of_places_is_no_number():
    row = next(r for r in CLAIMS if r["id"] == "C57")
    assert find(row["phrase"]) == []
    with pytest.raises(Problem) as refusal:
        read(row["phrase"])
    assert refusal.value.rule == "no_figure"
