"""Every way a form can be wrong, in one place: where, what was found, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

#: rule -> (Chinese, English)
CATALOGUE: dict[str, tuple[str, str]] = {
    "form_unreadable": (
        "读不出表单：文件已损坏，或不是 xlsx（{found}）。请用 Excel 重新另存为 xlsx。",
        "The form cannot be read: {found}. Save it again as xlsx.",
    ),
    "sheet_missing": (
        "缺少工作表 {expected}，现有：{found}。请补上。",
        "There is no sheet {expected}; there are {found}. Add it.",
    ),
    "column_missing": ("缺少列 {expected}。请补上。", "There is no column {expected}. Add it."),
    "list_missing": (
        "选项表“{found}”不存在，choices 中有：{expected}。请改正 type 或补上选项。",
        "There is no choice list {found}; choices has {expected}. Correct the type or add the list.",
    ),
    "name_repeated": ("名称“{found}”重复。请改名。", "The name {found} is used twice. Rename one."),
}


@dataclass
class Problem(Exception):  # noqa: N818  "Problem" is the house's word for every catalogue of errors
    """What is wrong with a form, and where.

    Attributes
    ----------
    rule
        Key of `CATALOGUE`.
    sheet, row, column
        Where; row none when the whole sheet is meant.
    """

    rule: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    found: str = ""
    expected: str = ""

    def message(self, language: str = "en") -> str:
        """Say what is wrong and how to mend it, in ``"zh"`` or ``"en"``."""
        text = CATALOGUE[self.rule][0 if language == "zh" else 1]
        return text.format(found=self.found, expected=self.expected)

    def __str__(self) -> str:
        return self.message("en")
