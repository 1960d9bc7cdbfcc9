"""Every key of plan.toml with a value of another kind: one finding names line, key, what stands there, what should."""

from __future__ import annotations

import re

import pytest
from small import reword, spoil

from zhiheng.programme.plan_file import read_plan
from zhiheng.programme.preparation import check
from zhiheng.programme.problems import Findings
from zhiheng.programme.section import Section

#: a plan with every key, one a line; what stands behind # is the kind of its value
PLAN = """\
format = 1                                      # number
title = "小城满意度"                            # words
edition = "2018"                                # code
made_up = true                                  # flag
owner = { zh = "我们", en = "we" }              # words
seed = 7                                        # number
population = "居民"                             # words
notes = ["说明"]                                # list

[[waves]]
code = "2017"                                   # code
name = "2017年"                                 # words
[[waves]]
code = "2018"

[[tables]]
name = "answers"                                # text
role = "survey"                                 # choice
path = "answers.csv"                            # text
encoding = "utf-8"                              # choice
sheet = "数据"                                  # text
wave = "wave"                                   # text
id = "case"                                     # text
one_row_per = ["wave", "case"]                  # texts
[tables.keep]
wave = ["2017", "2018"]                         # codes
w = { from = 0.5, to = 3 }                      # inner from number, inner to number
[tables.columns]
bus = ["Q1", "bus"]                             # texts
line = { constant = 1, text = "一条线" }        # inner constant code, inner text words
place = { join = ["district", "street"] }       # inner join texts
sex = { "2017" = "sex", default = "sex" }       # inner 2017 texts, inner default texts
[tables.coding.bus]
valid = [1, 5]                                  # pair
missing = [0, 6]                                # codes
[tables.coding.sex]
codes = { 1 = "m", 2 = "f" }                    # table, inner 1 code, inner 2 code
[tables.coding.streets]
ranges = [[1, 99, "20"]]                        # list
[tables.coding.visited]
date = "%Y-%m-%d"                               # text
write = "%Y"                                    # text
from = 2010-01-01                               # code
to = "2030-01-01"                               # code
[tables.coding.line]
waves = { "2017" = { missing = [5] } }          # table, inner 2017 table
[tables.rules.early]
when = { sex = "m" }                            # table, inner sex codes
expect = { bus = { from = 0, to = 9 } }         # table
drop = ["bus"]                                  # texts
text = "规则"                                   # words
[tables.design]
strata = ["district"]                           # texts
clusters = ["street"]                           # texts
weights = "w"                                   # text
population = { street = "streets" }             # table, inner street text
nest = false                                    # flag
lonely = "fail"                                 # choice
[tables.weighting]
method = "rake"                                 # choice
trim = { lower = 0.1, upper = 5.0 }             # table, inner lower number, inner upper number
[tables.weighting.nonresponse]
cells = ["district"]                            # texts
responded = "answered"                          # text
[[tables.weighting.margins]]
columns = ["wave", "sex"]                       # texts
path = "margin_sex.csv"                         # text

[[tables]]
name = "points"
role = "points"
files = { "2017" = "p1.csv", "2018" = "p2.csv" } # table, inner 2017 text

[[tables]]
name = "register"
role = "published"
wave = "wave"
postgres = { connection = "REGISTER", table = "t", schema = "s" } # inner table text, inner schema text

[[domains]]
code = "district"                               # text
name = "区"                                     # words
columns = ["district"]                          # texts
labels = "districts.csv"                        # text
index = true                                    # flag

[index]
missing = "renormalise"                         # choice
scale = [0, 100]                                # pair
level = 0.95                                    # number
whole = true                                    # flag
balance = 0.001                                 # number
deduction_cap = 10                              # number
bonus_cap = 5                                   # number
decimals = 1                                    # number
unbalanced = false                              # flag
[[index.adjust]]
code = "litter"                                 # code
kind = "deduction"                              # choice
name = "扣分"                                   # words
table = "points"                                # text
variable = "clean"                              # text
statistic = "proportion"                        # choice
category = [0]                                  # codes
points = 20.0                                   # number
cap = 5                                         # number
absent = "zero"                                 # choice
[[index.adjust]]
code = "closed"
kind = "veto"
table = "points"
variable = "clean"
at = 1                                          # number
cap_band = "red"                                # code
[[index.adjust]]
code = "shut"
kind = "veto"
table = "points"
variable = "clean"
set_to = 60                                     # number
[[index.bands]]
code = "red"                                    # code
from = 0                                        # number
name = "红"                                     # words
colour = "#c62828"                              # text

[importance]
table = "answers"                               # text
outcome = "bus"                                 # text

[[questions]]
table = "answers"                               # text
variable = "bus"                                # text
name = "公交"                                   # words
kind = "mean"                                   # choice

[names]
street = "街道"                                 # words
sex = { zh = "性别", en = "Sex", values = { m = "男" } } # inner zh text, inner en text, inner values table

[outputs]
language = ["zh", "en"]                         # texts
formats = ["parquet"]                           # texts
"""

WRONG = {
    "number": ['"4"', "true", "[1]", "nan", "{ a = 1 }", "2018-01-01"],
    "flag": ['"true"', "1", "[true]"],
    "text": ["4", "1.5", "true", '["x"]', '{ a = "b" }', "2018-01-01"],
    "choice": ["4", "true", '["x"]', '"x"', '{ a = "b" }'],
    "words": ["4", "true", '["x"]', "2018-01-01", "{ zh = 4 }"],
    "code": ['["x"]', '{ a = "b" }', "true", "inf"],
    "texts": ["5", "[5]", '[["x"]]', '{ a = "b" }', "true", '["bus", 5]', '[""]'],
    "codes": ['[["x"]]', '[{ a = "b" }]', "nan"],
    "pair": ["5", '"1-5"', "[5, 1]", "[1]", '[1, "5"]', "[1, nan]", "true"],
    "list": ["4", '"x"', "[4]", '{ a = "b" }'],
    "table": ["4", '"x"', "[1]", "true"],
}


#: values that may stand there after all, or are told as something else
ALLOWED = {
    ("bus", '{ a = "b" }'),  # a place by wave, of a wave that is not there
    ("default", '{ a = "b" }'),  # a constant or columns to join, under a name that is not known
    ("2017", '{ a = "b" }'),
}


def cases():
    """Each key of the plan above with each value that is not of its kind: line, wrong line, its number, wrong value."""
    for number, line in enumerate(PLAN.splitlines(), start=1):
        found = re.fullmatch(r"(\w+) = (.+?) +# (.+)", line)
        if not found:
            continue
        key, right, kinds = found.groups()
        for kind in kinds.split(", "):
            _, inner, of = kind.split() if kind.startswith("inner") else ("", "", kind)
            for wrong in WRONG[of]:
                if (inner or key, wrong) in ALLOWED:
                    continue
                value = wrong
                if inner:
                    one = re.compile(rf'(\b{inner}"? = )("[^"]*"|\[[^]]*\]|{{[^}}]*}}|[\w.]+)')
                    value = one.sub(lambda m, w=wrong: m[1] + w, right, count=1)
                    assert value != right
                yield pytest.param(
                    number, f"{key} = {value}", wrong, inner or key, id=f"{number}-{key}-{inner}-{wrong}"
                )


def told(folder, lines):
    """What is wrong with a plan; without indicators, it has no index to speak of."""
    (folder / "plan.toml").write_text("\n".join(lines), encoding="utf-8")
    (folder / "indicators.csv").write_text("code\nindex\n", encoding="utf-8")
    findings = Findings()
    read_plan(folder, findings)
    return findings.sorted()


def test_the_plan_of_every_key_is_sound(tmp_path, monkeypatch):
    """And it has every key that is ever asked for."""
    asked = {}
    monkeypatch.setattr(
        Section, "close", lambda s: asked.setdefault(re.sub(r"\[\d+\]", "", s.path), set()).update(s.asked)
    )
    assert told(tmp_path, PLAN.splitlines()) == ()
    untried = {key for keys in asked.values() for key in keys} - set(
        re.findall(r"(?<!\w)\w+(?=\"? = |\.|\]+$)", PLAN, re.MULTILINE)
    )
    assert untried == set()


@pytest.mark.parametrize(("number", "line", "wrong", "key"), list(cases()))
def test_a_value_of_another_kind(tmp_path, number, line, wrong, key):
    lines = PLAN.splitlines()
    lines[number - 1] = line
    findings = told(tmp_path, lines)
    messages = [f.message() for f in findings]
    assert [(f.file, f.row) for f in findings] == [("plan.toml", number)], messages
    assert key in findings[0].column, messages
    assert findings[0].expected or findings[0].code == "connection_in_plan"
    for language in ("zh", "en"):
        assert wrong.split("=")[-1].strip('[]{}" ') in findings[0].message(language)


#: what must not be told of the data because the plan is wrong
SPOILT = [
    ('title = { zh = "小城满意度", en = "Small town satisfaction" }', "title = 4", "title"),
    ('code = "2018"', 'code = "2017"', "waves[2].code"),
    ('code = "2018"', "code = [2018]", "waves[2].code"),
    ('strata = ["district"]', "strata = 5", "tables[1].design.strata"),
    ('strata = ["district"]', 'stratum = ["district"]', "tables[1].design.stratum"),
    ('clusters = ["street"]', "clusters = { a = 5 }", "tables[1].design.clusters"),
    ('1 = "m", 2 = "f"', '1 = ["m"], 2 = "f"', "tables[1].coding.sex.codes.1"),
    ('name = "answers"', "name = 5", "tables[1].name"),
    ('name = "points"', 'name = "answers"', "tables[2].name"),
    ('columns = ["wave", "sex"]', "columns = []", "tables[1].weighting.margins[1].columns"),
    ('columns = ["district"]', "columns = []", "domains[1].columns"),
]


@pytest.mark.parametrize(("old", "new", "key"), SPOILT, ids=[new for _, new, _ in SPOILT])
def test_nothing_is_told_that_follows_from_the_plan(folder, old, new, key):
    reword(folder, old, new)
    assert [(f.file, f.column) for f in check(folder) if f.severity == "error"] == [("plan.toml", key)]


def test_data_of_the_other_tables_are_read_all_the_same(folder):
    reword(folder, 'strata = ["district"]', "strata = 5")
    spoil(folder / "points.csv", 5, "wave", 2031)
    assert [f.code for f in check(folder)] == ["key_kind", "wave_unknown"]
