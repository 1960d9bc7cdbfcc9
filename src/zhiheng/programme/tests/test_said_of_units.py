"""What the summary says of units that do not compare, and of those that have the same score."""

from __future__ import annotations

import pytest
from lacking import measured, rows_of, spoiled, without_margins
from small import answers, programme, reword, write

from zhiheng.documents import Bullets, IntervalRanking, say
from zhiheng.programme.report import compose


@pytest.fixture
def folder(tmp_path):
    """The small programme without margins."""
    made = programme(tmp_path / "small")
    without_margins(made)
    return made


def summary(folder, language="zh"):
    report = compose(measured(folder))
    return [say(i, language) for i in next(b for b in report.blocks if isinstance(b, Bullets)).items]


def apart(folder):
    """The east scores high in both, the west low."""
    for file, column, high, low in (("answers.csv", "bus", 5, 1), ("points.csv", "clean", 1, 0)):
        rows = rows_of(folder / file)
        at, of = rows[0].index(column), rows[0].index("district")
        for i, row in enumerate(rows[1:]):
            if i % 7:
                row[at] = high if row[of] == "东区" else low
        write(folder / file, rows)


def test_it_says_how_many_could_be_compared(folder):
    spoiled(folder / "answers.csv", "bus")
    (units,) = [s for s in summary(folder) if s.startswith("各区")]
    assert "可比的1个未见显著变化，1个所据不同，不可比" in units
    assert "均未见" not in units


@pytest.mark.parametrize(("language", "told"), [("zh", "2个所据不同，不可比"), ("en", "2 do not compare")])
def test_it_says_that_none_could_be_compared(folder, language, told):
    spoiled(folder / "answers.csv", "bus", district=None)
    assert told in summary(folder, language)[1]


def test_it_says_that_districts_have_other_names(folder):
    """Both renamed: nothing is left to compare, and that is said."""
    for file in ("answers.csv", "points.csv"):
        rows = rows_of(folder / file)
        wave, of = rows[0].index("wave"), rows[0].index("district")
        for row in rows[1:]:
            if row[wave] == "2018":
                row[of] = "新" + row[of]
                if "street" in rows[0]:
                    row[rows[0].index("street")] = "新" + row[rows[0].index("street")]
        write(folder / file, rows)
    names = [[d, d, f"East {i}"] for i, d in enumerate(("东区", "西区", "新东区", "新西区"))]
    write(folder / "districts.csv", [["code", "zh", "en"], *names])
    (units,) = [s for s in summary(folder) if s.startswith("各区")]
    assert "4个只有其中一期的数据，不可比" in units


def test_all_is_said_of_all_where_all_compare(folder):
    (units,) = [s for s in summary(folder) if s.startswith("各区")]
    assert "与2017相比，各区均未见显著变化" in units


def test_the_highest_is_not_called_surely_higher_than_one_made_of_other_things(folder):
    apart(folder)
    (units,) = [s for s in summary(folder) if s.startswith("各区")]
    assert "最高者与其余各个的差异均显著" in units
    spoiled(folder / "answers.csv", "bus", district="西区")
    (units,) = [s for s in summary(folder) if s.startswith("各区")]
    assert "差异均显著" not in units
    assert "最高者与其余各个所据不同" in units
    ranking = next(b for b in compose(measured(folder)).blocks if isinstance(b, IntervalRanking))
    assert any("只反映抽样误差" in say(note, "zh") for note in ranking.notes)


def test_of_those_made_of_the_same_things_it_is_said(folder):
    """A third district that stands on the same as the first."""
    apart(folder)
    for file in ("answers.csv", "points.csv"):
        rows = rows_of(folder / file)
        at = {name: i for i, name in enumerate(rows[0])}
        more = [list(r) for r in rows[1:] if r[at["district"]] == "西区"]
        for row in more:
            row[at["district"]] = "中区"
            if "street" in at:
                row[at["street"]] = "中" + row[at["street"]]
                row[at["case"]] = "9" + row[at["case"]]
        write(folder / file, [*rows, *more])
    names = [[d, d, d] for d in ("东区", "西区", "中区")]
    write(folder / "districts.csv", [["code", "zh", "en"], *names])
    spoiled(folder / "answers.csv", "bus", district="西区")
    (units,) = [s for s in summary(folder) if s.startswith("各区")]
    assert "最高者与所据相同的1个的差异均显著；与另外1个所据不同，不作比较" in units


@pytest.mark.parametrize(
    ("language", "dimensions", "districts"),
    [
        ("zh", "2个维度得分相同（100.0）", "各区（2个）得分相同（100.0）"),
        ("en", "All 2 dimensions have the same score (100.0)", "all have the same score (100.0)"),
    ],
)
def test_a_tie_is_told_as_one(folder, language, dimensions, districts):
    for file, column, most in (("answers.csv", "bus", 5), ("points.csv", "clean", 1)):
        for wave in ("2017", "2018"):
            spoiled(folder / file, column, most, wave=wave, district=None)
    said = " ".join(summary(folder, language))
    assert dimensions in said
    assert districts in said
    assert {"zh": "最低", "en": "lowest"}[language] not in said


def test_two_that_share_the_end_are_both_named(folder):
    rows = answers()
    write(folder / "answers.csv", [[*rows[0], "taxi"], *([*r, r[7]] for r in rows[1:])])
    lines = (folder / "indicators.csv").read_text(encoding="utf-8")
    lines = lines.replace("Service,0.6", "Service,0.3")
    lines += "cab,index,出租,Taxi,0.3,answers,taxi,mean,,1,5\n"
    (folder / "indicators.csv").write_text(lines, encoding="utf-8")
    reword(folder, "bus = { valid", "taxi = { valid = [1, 5] }\nbus = { valid")
    assert "“服务”、“出租”最低（" in " ".join(summary(folder))
