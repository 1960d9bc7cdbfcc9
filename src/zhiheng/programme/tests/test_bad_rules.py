"""Rules of the index that could do nothing are told."""

from __future__ import annotations

import pytest
from small import reword
from test_bad_input import only

from zhiheng.programme.preparation import check

RULE = """
[[index.adjust]]
code = "dirty"
kind = "deduction"
table = "points"
variable = "clean"
statistic = "mean"
points = 5
[[questions]]"""


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ("points = 5", "points = 5\ncap = 0", "key_kind", "cap"),
        ("points = 5", "points = -5", "key_kind", "points"),
        ('statistic = "mean"', 'statistic = "value"', "not_allowed", "statistic"),
        ('statistic = "mean"', 'statistic = "proportion"', "key_missing", "category"),
        ("points = 5", "points = 5\nset_to = 60", "key_of_other_kind", "set_to"),
    ],
)
def test_a_rule_that_would_do_nothing(folder, old, new, code, key):
    """A statistic that the table cannot give, or a key that the rule does not heed, is told and not passed over."""
    reword(folder, "[[questions]]", RULE)
    assert not check(folder)
    reword(folder, old, new)
    only(folder, code, file="plan.toml", column=f"index.adjust[1].{key}")


def test_limits_of_all_rules_are_positive(folder):
    reword(folder, "[index]\n", "[index]\ndeduction_cap = 0\n")
    only(folder, "key_kind", file="plan.toml", column="index.deduction_cap")
