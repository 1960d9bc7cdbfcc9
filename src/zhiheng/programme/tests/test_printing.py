"""What is printed on a terminal: names from data as they are, and words where the record of a run is not whole."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from small import reword, write

from zhiheng.programme.command_line import main


def printed(*arguments: object) -> str:
    done = CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.output


@pytest.mark.parametrize("language", ["zh", "en"])
def test_brackets_and_colons_in_names_are_printed_as_they_are(folder, tmp_path, language):
    units = [["东区", "东区[new]", "East [pilot] :smile:"], ["西区", "西区[/b]", "West [/old]"]]
    write(folder / "districts.csv", [["code", "zh", "en"], *units])
    reword(folder, 'name = { zh = "区", en = "District" }', 'name = { zh = "区[/x]", en = "District [/x]" }')
    reword(folder, 'code = "2018"', 'code = "2018"\nname = { zh = "[red]2018", en = "[red]2018" }')
    out = tmp_path / "out[/i]"
    for said in (
        printed("measure", folder, "--out", out, "--formats", "parquet", "--lang", language),
        printed("show", out, "--lang", language),
    ):
        for name in (row[1 if language == "zh" else 2] for row in units):
            assert name in said
        assert ("区[/x] · [red]2018" if language == "zh" else "District [/x] · [red]2018") in said
        assert "out[/i]" in said


def test_a_plan_without_an_index_names_the_section_that_it_lacks(folder, tmp_path):
    plan = (folder / "plan.toml").read_text(encoding="utf-8")
    first, last = plan.index("[index]"), plan.index("[[questions]]")
    (folder / "plan.toml").write_text(plan[:first] + plan[last:], encoding="utf-8")
    (folder / "indicators.csv").unlink()
    assert "方案没有 [index]" in printed("measure", folder, "--out", tmp_path / "out", "--formats", "parquet")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("waves", []),
        ("waves", [{"code": "2017"}]),
        ("languages", []),
        ("languages", [["zh"]]),
        ("levels", [{"code": "all", "zh": "总体", "en": "All", "units": None}]),
        ("files", "results.parquet"),
        ("files", None),
    ],
)
def test_a_record_that_is_not_whole_is_told_in_words(tmp_path, part, value):
    whole = {
        "languages": ["zh"],
        "waves": [{"code": "1", "zh": "一", "en": "one"}],
        "levels": [],
        "files": ["results.parquet"],
    }
    (tmp_path / "run.json").write_text(json.dumps(whole | {part: value}), encoding="utf-8")
    for language, word in (("zh", "不完整"), ("en", "not whole")):
        said = printed("show", tmp_path, "--lang", language)
        assert "run.json" in said
        assert word in said
        assert part in said
    (tmp_path / "run.json").write_text("[]", encoding="utf-8")
    assert "没有测评结果" in printed("show", tmp_path)
