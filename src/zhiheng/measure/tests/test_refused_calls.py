"""Calls whose arguments are of the wrong kind are refused with words, never by what broke on them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from zhiheng.measure import (
    Design,
    calibrate,
    crosstab,
    mean,
    nonresponse,
    poststratify,
    proportion,
    rake,
    total,
    trim,
)
from zhiheng.measure.tests.test_bad_calls import told
from zhiheng.measure.tests.test_bad_input import DESIGN, table

NAN = float("nan")


# ── options ─────────────────────────────────────────────────────────────────────────────────────────────────

OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "level text": ("level", {"level": "x"}),
    "level digits": ("level", {"level": "0.95"}),
    "level decimal": ("level", {"level": Decimal("0.95")}),
    "level none": ("level", {"level": None}),
    "df text": ("df", {"df": "x"}),
    "by number": ("by", {"by": 5}),
    "by none": ("by", {"by": None}),
    "by numbers": ("by", {"by": ["sex", 5]}),
    "by lists": ("by", {"by": [["sex"]]}),
    "where number": ("where", {"where": 5}),
    "where series": ("where", {"where": pd.Series([True, False])}),
}


@pytest.mark.parametrize("estimate", [mean, proportion])
@pytest.mark.parametrize(("option", "given"), OPTIONS.values(), ids=OPTIONS.keys())
def test_options_of_an_estimate(estimate: Any, option: str, given: dict[str, Any]) -> None:
    told("option_unknown", f"{option}=", call=lambda: estimate(table(), "sex", DESIGN, **given))


@pytest.mark.parametrize("variables", [5, None, ["score", 5], [["score"]]], ids=str)
def test_variables_that_are_no_names(variables: Any) -> None:
    told("option_unknown", "variables=", call=lambda: mean(table(), variables, DESIGN))
    told("option_unknown", "variables=", call=lambda: proportion(table(), variables, DESIGN))


@pytest.mark.parametrize("columns", [5, ["sex"]], ids=str)
def test_a_column_of_a_table_that_is_no_name(columns: Any) -> None:
    told("column_missing", str(columns), call=lambda: crosstab(table(), "district", columns, DESIGN))


@pytest.mark.parametrize("design", [None, "wt", {"weights": "wt"}], ids=str)
def test_what_is_no_design(design: Any) -> None:
    calls = [
        lambda: mean(table(), "score", design),
        lambda: crosstab(table(), "sex", "district", design),
        lambda: rake(table(), design, {"sex": {"f": 5.0, "m": 6.0}}),
        lambda: calibrate(table(), design, {"wt": 5.0}),
        lambda: nonresponse(table(), design, "sex", "score > 1"),
        lambda: trim(table(), design, upper=2.0),
    ]
    for call in calls:
        told("option_unknown", "design=", call=call)


OF_DESIGN: dict[str, dict[str, Any]] = {
    "strata": {"strata": 5},
    "strata of numbers": {"strata": [5]},
    "clusters": {"clusters": 5},
    "clusters of lists": {"clusters": [["street"]]},
    "weights": {"weights": ["wt"]},
    "population": {"population": 5},
    "population of a list": {"population": ["n"]},
    "population of numbers": {"clusters": "street", "population": {"street": 5}},
    "fractions": {"clusters": "street", "fractions": {"street": None}},
    "responded": {"responded": True},
}


@pytest.mark.parametrize("given", OF_DESIGN.values(), ids=OF_DESIGN.keys())
def test_what_is_no_column_of_a_design(given: dict[str, Any]) -> None:
    told("option_unknown", f"{list(given)[-1]}=", call=lambda: Design(**given))


@pytest.mark.parametrize("columns", [("a", None), ["a", "b"], np.array(["a", "b"])], ids=str)
def test_strata_in_any_list(columns: Any) -> None:
    assert [s.stratum for s in Design(strata=columns, clusters=("a", "b")).stages] == list(columns)


# ── targets and other arguments of weighting ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("target", [None, "5", [5.0]], ids=repr)
def test_targets_that_are_no_numbers(target: Any) -> None:
    words = ("f", repr(target))
    told(
        "target_not_finite",
        "sex",
        *words,
        call=lambda: rake(table(), DESIGN, {"sex": {"f": target, "m": 5.0}}),
    )
    told(
        "target_not_finite",
        *words,
        call=lambda: poststratify(table(), DESIGN, "sex", {"f": target, "m": 5.0}),
    )
    told("target_not_finite", *words, call=lambda: calibrate(table(), DESIGN, {"sex=f": target}))


@pytest.mark.parametrize("targets", [{"sex": 5}, {"sex": [50, 60]}, {5: {"f": 1.0}}, [1], 5], ids=str)
def test_targets_that_are_no_margins(targets: Any) -> None:
    told("option_unknown", "targets=", call=lambda: rake(table(), DESIGN, targets))


@pytest.mark.parametrize("targets", [{5: 4}, [("wt", 5.0)], 5], ids=str)
def test_targets_that_are_no_variables(targets: Any) -> None:
    told("option_unknown", "targets=", call=lambda: calibrate(table(), DESIGN, targets))


@pytest.mark.parametrize("call", [rake, calibrate])
def test_no_targets(call: Any) -> None:
    told("nothing_given", "targets", call=lambda: call(table(), DESIGN, None))
    told("nothing_given", "targets", call=lambda: call(table(), DESIGN, pd.Series(dtype=float)))


def test_a_series_is_a_margin() -> None:
    wanted = {"f": 7.0, "m": 9.0}
    expected = mean(table(), "wt", rake(table(), DESIGN, {"sex": wanted}).design)
    for targets in ({"sex": pd.Series(wanted)}, pd.DataFrame({"sex": wanted})):
        found = mean(table(), "wt", rake(table(), DESIGN, targets).design)  # type: ignore[arg-type]
        assert found.value[0] == expected.value[0]
    twice = pd.Series([7.0, 9.0, 1.0], index=["f", "m", "f"])
    told("option_unknown", "each once", call=lambda: rake(table(), DESIGN, {"sex": twice}))  # type: ignore[dict-item]
    to = pd.Series({"sex=f": 7.0})
    assert calibrate(table(), DESIGN, to).report == calibrate(table(), DESIGN, to.to_dict()).report  # type: ignore[arg-type]


@pytest.mark.parametrize("bounds", [5, "ab", (0.5,), (None, 2.0), (0.5, "2")], ids=str)
def test_bounds_that_are_no_pair_of_numbers(bounds: Any) -> None:
    told("option_unknown", "bounds=", call=lambda: calibrate(table(), DESIGN, {"wt": 20.0}, bounds=bounds))


def test_numbers_may_be_decimal_or_of_numpy() -> None:
    plain = rake(table(), DESIGN, {"sex": {"f": 7.0, "m": 9.0}}).report
    assert rake(table(), DESIGN, {"sex": {"f": Decimal(7), "m": np.int64(9)}}).report == plain  # type: ignore[dict-item]
    found = calibrate(table(), DESIGN, {"wt": Decimal(20)}, bounds=np.array([0.1, 5.0]))  # type: ignore[dict-item, arg-type]
    assert found.report == calibrate(table(), DESIGN, {"wt": 20.0}, bounds=(0.1, 5.0)).report
    assert trim(table(), DESIGN, upper=Decimal(2)).report[0].weight_high <= 2.5  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "rounds", [{"max_iterations": "x"}, {"max_iterations": 2.5}, {"tolerance": "x"}], ids=str
)
def test_when_to_stop(rounds: Any) -> None:
    option = f"{next(iter(rounds))}="
    told(
        "option_unknown", option, call=lambda: rake(table(), DESIGN, {"sex": {"f": 7.0, "m": 9.0}}, **rounds)
    )
    told("option_unknown", option, call=lambda: calibrate(table(), DESIGN, {"wt": 20.0}, **rounds))


TRIMS: dict[str, dict[str, Any]] = {
    "text": {"lower": "x"},
    "list": {"upper": [2.0]},
    "nan": {"upper": NAN},
    "none of a value": {"upper": {"f": None}, "by": "sex"},
    "by": {"by": 5, "upper": 2.0},
}


@pytest.mark.parametrize("given", TRIMS.values(), ids=TRIMS.keys())
def test_bounds_of_weights_that_are_no_numbers(given: dict[str, Any]) -> None:
    told("option_unknown", f"{next(iter(given))}=", call=lambda: trim(table(), DESIGN, **given))


@pytest.mark.parametrize("responded", [None, "", "  "], ids=repr)
def test_nobody_is_said_to_have_responded(responded: Any) -> None:
    told("nothing_given", "responded", call=lambda: nonresponse(table(), DESIGN, "sex", responded))


def test_names_of_weighting() -> None:
    told("option_unknown", "responded=", call=lambda: nonresponse(table(), DESIGN, "sex", True))  # type: ignore[arg-type]
    told("option_unknown", "cells=", call=lambda: nonresponse(table(), DESIGN, 5, "wt > 1"))  # type: ignore[arg-type]
    told("option_unknown", "columns=", call=lambda: poststratify(table(), DESIGN, 5, {1: 2.0}))  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [0, 1, -1, 2.5, "9"], ids=repr)
def test_fewer_than_two_replicates(number: Any) -> None:
    found = total(table(), "wt", DESIGN)
    told("option_unknown", "number=", call=lambda: found.replicates(number, 1))
    told("option_unknown", "seed=", call=lambda: found.deviations(2, -1))
