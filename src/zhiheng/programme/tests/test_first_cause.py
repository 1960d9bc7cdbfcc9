"""What is wrong in the tree of indicators is told, and not what follows from it."""

from __future__ import annotations

import pytest
from small import answers, reword, spoil, write

from zhiheng.programme.preparation import check
from zhiheng.programme.problems import Problem
from zhiheng.programme.run import measure

TREES = [
    ("service,index,服务", "service,bus,服务", ("indicator_tree", 3, "parent"), "cycle"),
    ("index,,指数", "index,service,指数", ("indicator_tree", 2, "parent"), "cycle"),
    ("service,index,服务", "service,service,服务", ("indicator_tree", 3, "parent"), "cycle"),
    ("service,index,服务", "service,indx,服务", ("indicator_tree", 3, "parent"), "indx"),
    ("bus,service", "bus,servic", ("indicator_tree", 4, "parent"), "servic"),
    ("bus,service", "service,service", ("indicator_tree", 4, "code"), "service"),
    ("Sites,0.4", "Sites,", ("key_missing", 5, "weight"), "weight"),
    ("Sites,0.4", "Sites,much", ("indicator_tree", 5, "weight"), "much"),
    ("answers,bus", "replies,bus", ("reference_unknown", 4, "table"), "replies"),
]


@pytest.mark.parametrize(("old", "new", "place", "word"), TREES, ids=[new for _, new, _, _ in TREES])
def test_the_tree_of_indicators(folder, old, new, place, word):
    reword(folder, old, new, "indicators.csv")
    found = [f for f in check(folder) if f.severity == "error"]
    assert [(f.code, f.row, f.column) for f in found] == [place], [f.message() for f in found]
    assert found[0].file == "indicators.csv"
    assert word in found[0].message("en")


def test_margins_that_exclude_each_other_are_named_with_their_table(folder, tmp_path):
    """All of the east are men and all of the west women: the sums of both margins agree, and cannot both be met."""
    rows = answers()
    for row in rows[1:]:
        row[6] = 1 if row[2] == "东区" else 2
    write(folder / "answers.csv", rows)
    with pytest.raises(Problem) as refused:
        measure(folder, out=tmp_path / "out", formats=[])
    for language, words in (("zh", "没有的组合"), ("en", "exclude each other")):
        message = refused.value.message(language)
        for word in ("margin_sex.csv", "margin_district.csv", "tables.answers", "wave×sex=2018/m", words):
            assert word in message


@pytest.mark.parametrize(
    ("file", "column", "typed", "meant"),
    [
        ("margin_district.csv", "district", "东", "东区"),
        ("margin_sex.csv", "sex", "M", "m"),
        ("margin_sex.csv", "wave", "2107", "2017"),
    ],
)
def test_a_mistyped_level_of_a_margin_is_told_once(folder, file, column, typed, meant):
    spoil(folder / file, 2, column, typed)
    found = check(folder)
    assert [(f.code, f.file) for f in found] == [("target_without_answers", file)], [
        f.message() for f in found
    ]
    for language in ("zh", "en"):
        assert typed in found[0].message(language)
        assert meant in found[0].message(language)


def test_a_missing_column_hides_nothing_else(folder):
    """The other columns of the table are looked at: all problems at once."""
    reword(folder, "answers,bus,mean", "answers,q99,mean", "indicators.csv")
    spoil(folder / "answers.csv", 3, "w", "-3")
    spoil(folder / "answers.csv", 4, "sex", "9")
    spoil(folder / "answers.csv", 5, "streets", "3")
    found = {(f.code, f.row) for f in check(folder) if f.severity == "error" or f.code == "unknown_code"}
    assert ("column_missing", 1) in found
    assert ("weight_negative", 3) in found
    assert "population_varies" in {code for code, _ in found}
    assert "indicator_without_data" not in {code for code, _ in found}
