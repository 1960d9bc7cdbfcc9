"""Small programmes in which something is lacking, and what is then found in them."""

from __future__ import annotations

import csv

from small import reword, write

from zhiheng.documents import Table
from zhiheng.programme.preparation import check
from zhiheng.programme.run import measure

GIVEN = """[[tables]]
name = "given"
role = "published"
path = "given.csv"
wave = "wave"
[[domains]]"""


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def spoiled(path, column, value="", *, wave="2018", district="东区"):
    """Every cell of a column in a wave and a district; of every district where none is given."""
    rows = rows_of(path)
    at = {name: i for i, name in enumerate(rows[0])}
    for row in rows[1:]:
        if row[at["wave"]] == wave and district in {None, row[at["district"]]}:
            row[at[column]] = value
    write(path, rows)


def without(path, *, wave="2018", district="东区"):
    """Leave out the rows of a district in a wave, or in all."""
    rows = rows_of(path)
    at = {name: i for i, name in enumerate(rows[0])}
    write(
        path,
        [
            rows[0],
            *(r for r in rows[1:] if r[at["district"]] != district or wave not in {None, r[at["wave"]]}),
        ],
    )


def given(folder, value=""):
    """Put in a table of published values of which the east lacks one in 2018; no rows where the value is none."""
    cells = [[2017, "东区", 50], [2017, "西区", 60], [2018, "东区", value], [2018, "西区", 65]]
    write(folder / "given.csv", [["wave", "district", "green"], *(c for c in cells if c[2] is not None)])
    reword(folder, "[[domains]]", GIVEN)
    lines = (folder / "indicators.csv").read_text(encoding="utf-8").splitlines()
    lines.append("green,service,绿地,Green,0.5,given,green,value,,0,100")
    told = [x.replace(",0.5,answers", ",0.25,answers") for x in lines]
    (folder / "indicators.csv").write_text("\n".join(told) + "\n", encoding="utf-8")


def optional(folder, code):
    """Let an indicator be missing."""
    lines = (folder / "indicators.csv").read_text(encoding="utf-8").splitlines()
    told = [lines[0] + ",optional", *(f"{x},{int(x.startswith(code + ','))}" for x in lines[1:])]
    (folder / "indicators.csv").write_text("\n".join(told) + "\n", encoding="utf-8")


def without_margins(folder):
    """Take out the weighting, which would refuse a district that has no rows in a wave."""
    text = (folder / "plan.toml").read_text(encoding="utf-8")
    start, end = text.index("[tables.weighting]"), text.index('[[tables]]\nname = "points"')
    lines = (text[:start] + text[end:]).split("\n")
    told = [line for line in lines if not line.startswith("sex =")]
    (folder / "plan.toml").write_text("\n".join(told), encoding="utf-8")


def missing(folder, rule):
    reword(folder, "[index]\n", f'[index]\nmissing = "{rule}"\n')


def told(folder, code):
    """The one finding of a kind."""
    (found,) = [f for f in check(folder) if f.code == code]
    for language in ("zh", "en"):
        assert "{" not in found.message(language)
    return found


def measured(folder, formats=()):
    return measure(folder, out=folder / "out", formats=list(formats))


def change(run, unit="东区", level="district"):
    return next(c for c in run.level(level).index.changes if c.unit == unit)


def table(report, anchor):
    return next(b for b in report.blocks if isinstance(b, Table) and b.anchor == anchor)
