"""Labels and choice lists of an XLSForm.

Read with calamine from the sheets ``survey`` and ``choices`` as https://xlsform.org describes them. Whether the form
also converts to an XForm is for pyxform to say; here only words are taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhiheng.xform.problems import Problem

_SELECT = re.compile(r"(select_one|select_multiple|select one|select multiple|rank)\s+(\S+)")
_CHINESE = ("zh", "zh-cn", "zh-hans", "chinese", "中文", "简体中文", "汉语")
_ENGLISH = ("en", "en-us", "en-gb", "english", "英文", "英语")


@dataclass(frozen=True)
class Label:
    """A text in Chinese and English; a form in one language has the same text in both."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Choice:
    """A code and its label."""

    name: str
    label: Label


@dataclass(frozen=True)
class Question:
    """A question: its name is the column of the data; `choices` is the name of its list, empty without one."""

    name: str
    kind: str
    label: Label
    choices: str
    row: int


@dataclass(frozen=True)
class Form:
    """Questions in order, and choice lists by name."""

    title: str
    questions: tuple[Question, ...]
    choices: Mapping[str, tuple[Choice, ...]]

    def question(self, name: str) -> Question:
        """A question by name.

        Raises
        ------
        KeyError
            There is none.
        """
        for question in self.questions:
            if question.name == name:
                return question
        raise KeyError(name)

    def choices_of(self, name: str) -> tuple[Choice, ...]:
        """The choices of a question; empty when it is not a choice."""
        return self.choices.get(self.question(name).choices, ())


def read_form(path: str | Path) -> Form:
    """Read labels and choice lists.

    Raises
    ------
    Problem
        The file cannot be read, a sheet or column is missing, a list is not there, a name is used twice.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - only when a form is read

    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = {name.strip().lower(): book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except (CalamineError, OSError) as error:
        raise Problem("form_unreadable", found=str(error)) from error
    if "survey" not in sheets:
        raise Problem("sheet_missing", found=", ".join(sheets), expected="survey")
    choices = _choices(_rows(sheets.get("choices", []), "choices", ("list_name", "name")))
    questions = _questions(_rows(sheets["survey"], "survey", ("type", "name")), choices)
    settings = _rows(sheets.get("settings", []), "settings", ())
    title = settings[0][1].get("form_title", "") if settings else ""
    return Form(title, questions, choices)


Row = tuple[int, dict[str, str]]


def _rows(grid: list[list[Any]], sheet: str, required: tuple[str, ...]) -> list[Row]:
    if not grid:
        return []
    header = [str(cell).strip() for cell in grid[0]]
    known = ["list_name" if h.lower() == "list name" else h for h in header]
    for column in required:
        if column not in known:
            raise Problem("column_missing", sheet, 1, column, expected=column)
    rows = []
    for number, cells in enumerate(grid[1:], start=2):
        row = {h: _text(c) for h, c in zip(known, cells, strict=False) if h}
        if any(row.values()):
            rows.append((number, row))
    return rows


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _choices(rows: list[Row]) -> dict[str, tuple[Choice, ...]]:
    lists: dict[str, list[Choice]] = {}
    for _, row in rows:
        if row["list_name"]:
            lists.setdefault(row["list_name"], []).append(Choice(row["name"], _label(row)))
    return {name: tuple(found) for name, found in lists.items()}


def _questions(rows: list[Row], choices: Mapping[str, tuple[Choice, ...]]) -> tuple[Question, ...]:
    questions: dict[str, Question] = {}
    for number, row in rows:
        kind, name = row["type"].strip(), row["name"]
        if not name or re.match(r"(begin|end)[ _](group|repeat)", kind):
            continue
        if name in questions:
            raise Problem("name_repeated", "survey", number, "name", name)
        found = _SELECT.match(kind)
        listed = found[2] if found else ""
        if listed and listed not in choices:
            raise Problem("list_missing", "survey", number, "type", listed, ", ".join(choices))
        questions[name] = Question(
            name, found[1].replace(" ", "_") if found else kind, _label(row), listed, number
        )
    return tuple(questions.values())


def _label(row: Mapping[str, str]) -> Label:
    """Take both languages: ``label::中文 (zh)``, ``label::English (en)``, or ``label`` for a form in one language."""
    found = {"": row.get("label", "")}
    for column, text in row.items():
        name, _, language = column.partition("::")
        if name.strip() == "label" and language:
            parts = [p.strip().lower() for p in re.split(r"[()]", language) if p.strip()]
            side = (
                "zh"
                if any(p in _CHINESE for p in parts)
                else "en"
                if any(p in _ENGLISH for p in parts)
                else ""
            )
            found[side] = found.get(side) or text
    fallback = found[""] or found.get("zh", "") or found.get("en", "")
    return Label(found.get("zh") or fallback, found.get("en") or fallback)
