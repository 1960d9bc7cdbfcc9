"""Every way a phrase cannot be read, in one place: what was found, which rule, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from zhiheng.documents.words import Language, Text

#: rule -> what is wrong and what to do; `{found}` is filled in.
CATALOGUE: dict[str, Text] = {
    "no_figure": Text(
        "“{found}”中没有可判断真假的数字。请选中带数字的短语。",
        "There is no figure to judge in “{found}”. Choose the phrase with the number.",
    ),
    "several_figures": Text(
        "这里有几个数字：{found}。每个数字各是一个判断，不相加，“余”也不延及下一个；请逐个判断。",
        "There are several figures here: {found}. Each is a claim of its own, never added up; read them one by one.",
    ),
    "numeral_unreadable": Text(
        "读不出数字“{found}”。请改用规范的数字写法。",
        "The numeral “{found}” cannot be read. Write it in the standard way.",
    ),
    "too_long": Text(
        "“{found}…”太长，不像一个数字。请核对。",
        "“{found}…” is too long for a number. Check it.",
    ),
    "zero": Text(
        "“{found}”：近、余、约等词不能用于零。请直接写 0。",
        "“{found}”: nearly, more and the like say nothing of zero. Write 0.",
    ),
    "below_zero": Text(
        "“{found}”：近、余、上百等词不能用于负数。请写“下降近…”，数字用正数。",
        "“{found}”: this word says nothing of a number below zero. Write “down by nearly …” with a positive number.",
    ),
    "ratio_without_one": Text(
        "比例“{found}”的两边都不是 1，读法不唯一。请写成 1:N。",
        "No side of the ratio “{found}” is 1: it can be read two ways. Write it as 1:N.",
    ),
    "range_backwards": Text(
        "范围“{found}”的起点大于终点。请改正。",
        "The range “{found}” starts above its end. Correct it.",
    ),
    "not_a_value": Text(
        "“{found}”不是有限的数值。请给出一个数。",
        "“{found}” is not a finite value. Give a number.",
    ),
}


@dataclass
class Problem(Exception):  # noqa: N818  "Problem" is the house's word for every catalogue of errors
    """What keeps a phrase from being read.

    Attributes
    ----------
    rule
        Key of `CATALOGUE`.
    found
        The phrase or the part of it that is meant.
    """

    rule: str
    found: str = ""

    def message(self, language: Language = "en") -> str:
        """Say what is wrong and how to mend it."""
        return CATALOGUE[self.rule].in_(language).replace("{found}", self.found)

    def __str__(self) -> str:
        return self.message("en")
