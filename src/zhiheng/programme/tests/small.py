"""A small sound programme, written out so that a survey manager can read it; each test spoils one thing."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

PLAN = """\
format = 1
title = { zh = "小城满意度", en = "Small town satisfaction" }
edition = "2018"
made_up = true

[[waves]]
code = "2017"
[[waves]]
code = "2018"

[[tables]]
name = "answers"
role = "survey"
path = "answers.csv"
wave = "wave"
id = "case"
[tables.coding]
bus = { valid = [1, 5], missing = [0, 6] }
sex = { codes = { 1 = "m", 2 = "f" } }
visited = { date = "%Y-%m-%d", missing = ["1900-01-01"] }
[tables.design]
strata = ["district"]
clusters = ["street"]
weights = "w"
population = { street = "streets" }
[tables.weighting]
trim = { upper = 5.0 }
[[tables.weighting.margins]]
columns = ["wave", "sex"]
path = "margin_sex.csv"
[[tables.weighting.margins]]
columns = ["wave", "district"]
path = "margin_district.csv"

[[tables]]
name = "points"
role = "points"
path = "points.csv"
wave = "wave"
[tables.coding]
clean = { valid = [0, 1] }

[[domains]]
code = "district"
name = { zh = "区", en = "District" }
columns = ["district"]
labels = "districts.csv"

[names]
street = { zh = "街道", en = "Street" }
sex = { zh = "性别", en = "Sex", values = { m = { zh = "男", en = "Men" }, f = { zh = "女", en = "Women" } } }
visited = { zh = "到访日期", en = "Day of the visit" }

[index]
[[index.bands]]
from = 0
name = { zh = "红", en = "Red" }
[[index.bands]]
from = 60
name = { zh = "绿", en = "Green" }

[[questions]]
table = "answers"
variable = "visited"
kind = "choice"
"""

INDICATORS = """\
code,parent,name_zh,name_en,weight,table,variable,statistic,category,low,high
index,,指数,Index,,,,,,,
service,index,服务,Service,0.6,,,,,,
bus,service,公交,Bus,1,answers,bus,mean,,1,5
site,index,现场,Sites,0.4,points,clean,mean,,0,1
"""


def answers() -> list[list[object]]:
    """192 answers: 2 waves, 2 districts, 4 streets each, 12 answers a street."""
    rows: list[list[object]] = [
        ["case", "wave", "district", "street", "streets", "w", "sex", "bus", "visited"]
    ]
    case = 0
    for wave in (2017, 2018):
        for d, district in enumerate(("东区", "西区")):
            for street in range(4):
                for person in range(12):
                    case += 1
                    score = min(5, 1 + (7 * person + 3 * street + wave) % 5 + (d if person % 2 else 0))
                    rows.append([case, wave, district, f"{district}{street}", 20 + d, 1 + person % 3 / 2,
                                 1 + person % 2, score, f"{wave}-05-{1 + person:02d}"])  # fmt: skip
    return rows


def points() -> list[list[object]]:
    """80 points: 2 waves, 2 districts, 20 points each."""
    rows: list[list[object]] = [["wave", "district", "clean"]]
    for wave in (2017, 2018):
        for d, district in enumerate(("东区", "西区")):
            rows += [[wave, district, int((n * 7 + wave) % 4 > d % 2 + wave % 2)] for n in range(20)]
    return rows


def write(path: Path, rows: Iterable[Iterable[object]], encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)


def programme(folder: Path) -> Path:
    """Write the sound programme."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    (folder / "indicators.csv").write_text(INDICATORS, encoding="utf-8")
    write(folder / "answers.csv", answers())
    write(folder / "points.csv", points())
    write(
        folder / "districts.csv", [["code", "zh", "en"], ["东区", "东区", "East"], ["西区", "西区", "West"]]
    )
    sexes = [[wave, sex, total] for wave in (2017, 2018) for sex, total in (("m", 480), ("f", 520))]
    write(folder / "margin_sex.csv", [["wave", "sex", "total"], *sexes])
    districts = [[wave, d, total] for wave in (2017, 2018) for d, total in (("东区", 400), ("西区", 600))]
    write(folder / "margin_district.csv", [["wave", "district", "total"], *districts])
    return folder


def spoil(path: Path, row: int, column: str, value: object) -> None:
    """Put a value into a cell of a csv; row 1 is the header."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[row - 1][rows[0].index(column)] = str(value)
    write(path, rows)


def reword(folder: Path, old: str, new: str, file: str = "plan.toml") -> None:
    """Change the plan; the old words must be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
