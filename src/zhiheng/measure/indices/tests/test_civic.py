from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zhiheng.measure.indices import Band, Bonus, Deduction, Problem, Veto, adjust, rules_from

BANDS = [
    {"from": 85, "name": {"zh": "绿", "en": "Green"}, "colour": "#2e7d32", "code": "green"},
    {"from": 0, "name": {"zh": "红", "en": "Red"}, "colour": "#c62828", "code": "red"},
    {"from": 70, "name": {"zh": "黄", "en": "Yellow"}, "colour": "#f9a825", "code": "yellow"},
]
RULES = [
    {"kind": "deduction", "code": "litter", "points": 0.5, "cap": 2, "name": {"zh": "垃圾", "en": "Litter"}},
    {"kind": "deduction", "code": "road", "points": 1},
    {"kind": "bonus", "code": "model", "points": 3},
    {"kind": "veto", "code": "accident", "set_to": 60},
    {"kind": "veto", "code": "fraud", "cap_band": "yellow"},
]
NONE = {"litter": [0], "road": [0], "model": [0], "accident": [0], "fraud": [0]}


def one(score, decimals=None, bounds=(0.0, 100.0), **findings):
    rules, bands = rules_from(RULES, BANDS)
    caps = {key: findings.pop(key) for key in ("deduction_cap", "bonus_cap") if key in findings}
    given_findings = NONE | {code: [count] for code, count in findings.items()}
    return adjust(
        [score], rules, given_findings, units=["甲"], bands=bands, decimals=decimals, bounds=bounds, **caps
    )


def steps(adjusted):
    return [(step.kind, step.code, step.count, step.amount) for step in adjusted.applied]


def test_nothing_found_changes_nothing():
    got = one(84.0)
    assert (got.after[0], got.derivative[0], got.bands[0].code, got.applied) == (84.0, 1.0, "yellow", ())


def test_deductions_and_bonus_points_are_recorded():
    got = one(84.0, litter=3, road=2, model=1)
    assert got.after[0] == pytest.approx(83.5)
    assert steps(got) == [
        ("deduction", "litter", 3, -1.5),
        ("deduction", "road", 2, -2.0),
        ("bonus", "model", 1, 3.0),
    ]
    assert (got.applied[0].why_zh, got.applied[0].why_en, got.applied[0].unit) == ("垃圾", "Litter", "甲")
    assert got.derivative[0] == 1


def test_caps_of_a_rule_and_of_all_rules():
    assert one(84.0, litter=100).after[0] == 82
    got = one(84.0, litter=100, road=5, model=4, deduction_cap=5, bonus_cap=10)
    assert got.after[0] == 84 - 5 + 10
    assert ("cap", "", 0, 2.0) in steps(got)
    assert ("cap", "", 0, -2.0) in steps(got)


def test_the_scale_is_not_left():
    got = one(99.0, model=4)
    assert got.after[0] == 100
    assert steps(got) == [("bonus", "model", 4, 12), ("bound", "", 0, -11)]
    assert got.derivative[0] == 0


def test_a_veto_sets_the_score_but_never_raises_it():
    got = one(92.0, accident=1, model=1)
    assert got.after[0] == 60
    assert steps(got)[-1] == ("veto", "accident", 1, -35)
    assert (got.derivative[0], got.bands[0].code) == (0, "red")
    low = one(55.0, accident=1)
    assert (low.after[0], low.derivative[0], low.applied) == (55, 1, ())


def test_a_veto_on_the_band_leaves_the_score():
    got = one(92.0, fraud=2)
    assert (got.after[0], got.bands[0].code, got.derivative[0]) == (92, "yellow", 1)
    assert steps(got) == [("veto", "fraud", 2, 0)]
    assert one(72.0, fraud=2).applied == ()


def test_a_veto_may_need_more_than_one_finding():
    rules, _ = rules_from([{"kind": "veto", "code": "v", "set_to": 60, "at": 0.02}])
    assert adjust([90, 90], rules, {"v": [0.01, 0.02]}).after.tolist() == [90, 60]


@pytest.mark.parametrize(
    ("score", "band"), [(85.0, "green"), (84.96, "green"), (84.95, "green"), (84.94, "yellow")]
)
def test_the_band_is_that_of_the_published_score(score, band):
    assert one(score, decimals=1).bands[0].code == band


def test_below_the_lowest_band_there_is_none_and_a_missing_score_stays_missing():
    got = adjust([np.nan, 40.0], [Bonus("b", 1)], {"b": [1, 1]}, bands=[Band(60, code="x")])
    assert got.bands == (None, None)
    assert np.isnan(got.after[0])
    assert np.isnan(got.derivative[0])
    assert [step.unit for step in got.applied] == ["2"]
    assert got.rows()[1] == {"unit": "2", "before": 40.0, "after": 41.0, "band": None}


@given(
    arrays(np.float64, 6, elements=st.floats(0, 100)),
    arrays(np.int64, (5, 6), elements=st.integers(0, 30)),
)
def test_what_was_applied_explains_the_score(scores, counts):
    rules, bands = rules_from(RULES, BANDS)
    got = adjust(
        scores, rules, dict(zip(NONE, counts, strict=True)), bands=bands, deduction_cap=20, bonus_cap=5
    )
    explained = got.before.copy()
    for step in got.applied:
        explained[int(step.unit) - 1] += step.amount
    np.testing.assert_allclose(explained, got.after, atol=1e-9)
    assert np.all(got.after <= np.minimum(100, got.before + 5) + 1e-9)


def test_all_problems_of_the_rules_at_once():
    with pytest.raises(Problem) as caught:
        rules_from(
            [
                {"kind": "fine", "code": "a"},
                {"kind": "deduction", "code": "b", "point": 1},
                {"kind": "bonus", "code": "c", "points": "two"},
                {"kind": "veto", "code": "d", "set_to": 60, "cap_band": "red"},
                {"kind": "veto", "code": "d", "cap_band": "blue"},
                {"kind": "bonus", "code": "e", "points": -1},
                {"kind": "veto", "code": "f", "set_to": 60, "at": 0},
            ],
            [*BANDS, {"from": 85, "code": "again"}],
        )
    assert [(one.rule, one.code, one.field) for one in caught.value.findings] == [
        ("not_allowed", "", "kind"),
        ("unknown_field", "b", "point"),
        ("field_missing", "b", "points"),
        ("not_a_number", "c", "points"),
        ("duplicate_code", "d", ""),
        ("duplicate_band", "", "bands"),
        ("veto_effect", "d", ""),
        ("unknown_band", "d", "cap_band"),
        ("not_allowed", "e", "points"),
        ("not_allowed", "f", "at"),
    ]


@pytest.mark.parametrize(
    ("findings", "rule"),
    [
        ({}, "no_findings"),
        ({"d": [1]}, "shape"),
        ({"d": [1, -1]}, "negative_count"),
        ({"d": [1, math.nan]}, "negative_count"),
        ({"d": [1, 1], "x": [1, 1]}, "unknown_field"),
    ],
)
def test_findings_are_checked(findings, rule):
    with pytest.raises(Problem) as caught:
        adjust([50.0, 50.0], [Deduction("d", 1)], findings)
    assert [one.rule for one in caught.value.findings] == [rule]


def test_rules_made_by_hand_are_checked_too():
    with pytest.raises(Problem) as caught:
        adjust([50.0], [Veto("v")], {"v": [0]})
    assert [one.rule for one in caught.value.findings] == ["veto_effect"]
