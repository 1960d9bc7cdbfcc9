"""Rows in no domain are counted, by what keeps them out, in both ways of reducing the rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from zhiheng.measure import Design, crosstab, mean, proportion, rake, ratio, total
from zhiheng.measure.estimation.estimates import Estimates, contrast
from zhiheng.measure.reduction import plain

NUMBER = 400
CLUSTER = Design(strata="h", clusters="street", weights="wt", nest=True)
ELEMENT = Design(strata="h", weights="wt")


def rows() -> pa.Table:
    """Rows whose answers and domains are missing here and there."""
    rng = np.random.default_rng(7)
    missing = rng.random((4, NUMBER)) < 0.2
    h, street = np.arange(NUMBER) % 3, np.arange(NUMBER) // 3 % 9
    return pa.table(
        {
            "h": h, "street": street, "wt": rng.uniform(1, 9, NUMBER),
            "y": pa.array(rng.normal(70, 15, NUMBER), mask=missing[0]),
            "x": pa.array(rng.integers(1, 6, NUMBER), mask=missing[1]),
            "kind": pa.array(rng.choice(["甲", "乙"], NUMBER), mask=missing[2]),
            "sex": pa.array(rng.integers(1, 3, NUMBER), mask=missing[3]),
        }
    )  # fmt: skip


def counted(data: pa.Table, by: list[str], where: str | None) -> tuple[int, int, int]:
    """Count with Arrow alone."""
    inside = pc.fill_null(pc.greater(data["x"], 2), False) if where else pa.array([True] * data.num_rows)
    own = data.filter(inside)
    complete = own
    for column in by:
        complete = complete.filter(complete[column].is_valid())
    return data.num_rows, data.num_rows - own.num_rows, own.num_rows - complete.num_rows


@pytest.mark.parametrize("database", [False, True])
@pytest.mark.parametrize("design", [CLUSTER, ELEMENT], ids=["cluster", "element"])
@pytest.mark.parametrize("where", [None, "x > 2"])
@pytest.mark.parametrize("by", [[], ["kind"], ["kind", "sex"]], ids=["all", "one", "two"])
def test_rows_in_no_domain_are_counted(
    by: list[str], where: str | None, design: Design, *, database: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database:
        monkeypatch.setattr(plain, "group", lambda *_: None)
    data = rows()
    wanted = counted(data, by, where)
    one = data.append_column("one", pa.array(np.ones(NUMBER)))
    found = mean(one, ["y", "one"], design, by=by, where=where)
    assert (found.left.rows, found.left.outside, found.left.without) == wanted
    assert found.left.by == tuple(by)
    # what is in a domain and what is in none are all rows there are
    answered = found.n[[name == "one" for name in found.names]].sum()
    assert answered + found.left.outside + found.left.without == found.left.rows


ESTIMATORS: dict[str, Callable[[pa.Table], Estimates]] = {
    "total": lambda data: total(data, "y", CLUSTER, by="kind"),
    "ratio": lambda data: ratio(data, [("y", "x")], CLUSTER, by="kind"),
    "proportion": lambda data: proportion(data, "x", CLUSTER, by="kind"),
    "table": lambda data: crosstab(data, "kind", "x", CLUSTER),
    "raked": lambda data: mean(data, "y", rake(data, CLUSTER, {"h": {0: 9, 1: 8, 2: 7}}).design, by="kind"),
    "contrast": lambda data: contrast(
        mean(data, "y", CLUSTER, by="kind"), {"a": [(1, {"kind": "甲"}), (-1, {"kind": "乙"})]}
    ),
}


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_result_tells_them(estimator: str) -> None:
    data = rows()
    found = ESTIMATORS[estimator](data)
    missing = data["kind"].null_count
    assert missing > 0
    assert (found.left.rows, found.left.outside, found.left.without) == (NUMBER, 0, missing)
    line = f"{NUMBER} rows, of which in no domain: 0 outside where, {missing} without a value in kind"
    assert line in found.explain().splitlines()
    assert f"without={missing}" in repr(found)


def test_without_domains_there_is_no_domain_column_to_tell_of() -> None:
    told = mean(rows(), "y", CLUSTER, where="x > 2").explain()
    outside = NUMBER - sum(x is not None and x > 2 for x in rows()["x"].to_pylist())
    assert f"{NUMBER} rows, of which in no domain: {outside} outside where" in told.splitlines()
