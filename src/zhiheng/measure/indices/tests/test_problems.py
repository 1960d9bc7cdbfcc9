from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from zhiheng.measure.indices.problems import CATALOGUE, Finding, Problem, refuse

SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in Path(__file__).parents[1].glob("*.py")
    if path.stem != "problems"
)


@pytest.mark.parametrize("rule", CATALOGUE)
def test_both_languages_say_the_same_things(rule):
    chinese, english = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in CATALOGUE[rule]
    )
    assert chinese == english <= {"found", "expected"}
    assert re.search("[一-鿿]", CATALOGUE[rule][0])
    assert not re.search("[一-鿿]", CATALOGUE[rule][1])


@pytest.mark.parametrize("rule", CATALOGUE)
def test_no_rule_is_left_over(rule):
    assert f'"{rule}"' in SOURCES


def test_a_message_names_its_place():
    finding = Finding("weights_do_not_sum", "service", 7, "weight", "0.9", "1")
    assert finding.message_en.startswith("row 7, service, weight: The weights of its children sum to 0.9")
    assert finding.message_zh.startswith("第 7 行，service，weight：下级权重之和为 0.9")
    problem = Problem([finding, Finding("no_root")])
    assert str(problem).count("\n") == 1
    assert problem.message("zh").endswith("不填上级。")


def test_refuse_makes_one_finding():
    assert refuse("shape", found=(1, 2), expected=(2, 1)).findings == (
        Finding("shape", found="(1, 2)", expected="(2, 1)"),
    )
