"""Write the questionnaire of the made-up city as an XLSForm."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter

from words import AGES, AREAS, BINARIES, DISTRICTS, INDUSTRIES, OVERALL, SCALES, SEXES, YES_NO, Word, streets

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ("label::中文 (zh)", "label::English (en)")


def write_questionnaire(path: Path) -> None:
    """Write sheets survey, choices and settings; the same bytes on every run."""
    survey: list[tuple[str, ...]] = [("type", "name", *LABELS, "required", "relevant")]
    choices: list[tuple[str, ...]] = [("list_name", "name", *LABELS, "district")]

    def ask(kind: str, name: str, zh: str, en: str, *, relevant: str = "") -> None:
        survey.append((kind, name, zh, en, "yes", relevant))

    def offer(name: str, words: list[Word] | tuple[Word, ...]) -> None:
        choices.extend((name, word.code, word.zh, word.en, "") for word in words)

    survey.append(
        ("note", "made_up", "本问卷及全部数据均为虚构", "This form and all its data are made up", "", "")
    )
    ask("select_one district", "district", "所在区", "District")
    ask("select_one street", "street", "所在街道（镇）", "Street or town")
    ask("select_one sex", "sex", "性别", "Sex")
    ask("select_one age", "age", "年龄", "Age")
    ask(
        "select_one yes_no",
        "used",
        "过去半年是否去窗口办过事",
        "Used a service window in the last six months",
    )
    ask(
        "select_one industry",
        "industry",
        "最近一次办事的行业",
        "Trade of the last errand",
        relevant="${used} = '1'",
    )
    for area in AREAS:
        window = "${used} = '1'" if area.code == "window" else ""
        survey.append(("begin_group", area.code, area.zh, area.en, "", window))
        for question in SCALES:
            if question.area == area.code:
                ask("select_one scale", question.code, question.zh, question.en)
        for question in BINARIES:
            if question.area == area.code:
                ask("select_one yes_no", question.code, question.zh, question.en)
        survey.append(("end_group", "", "", "", "", ""))
    ask("select_one scale", OVERALL.code, OVERALL.zh, OVERALL.en)

    offer("district", [word for word, _ in DISTRICTS])
    choices.extend(("street", word.code, word.zh, word.en, district) for word, district in streets())
    offer("sex", SEXES)
    offer("age", AGES)
    offer("industry", INDUSTRIES)
    offer("yes_no", YES_NO)
    scale = [Word(str(k), str(k), str(k)) for k in range(1, 11)]
    scale[0], scale[-1] = (
        Word("1", "1 很不满意", "1 very dissatisfied"),
        Word("10", "10 很满意", "10 very satisfied"),
    )
    offer("scale", [*scale, Word("98", "不适用", "Does not apply"), Word("99", "拒答或不知道", "No answer")])

    settings = [
        ("form_title", "form_id", "version", "default_language"),
        ("城市公共服务满意度问卷（虚构示例）", "city_example", "2018", "中文 (zh)"),
    ]
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": "made-up city", "created": datetime(2018, 9, 1)})  # noqa: DTZ001
        for name, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                sheet.write_row(r, 0, row)
