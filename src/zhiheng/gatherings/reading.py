"""Lines of people, typed, pasted from a sheet or kept in a file: name, organisation and mobile in any order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from zhiheng.core import sheets
from zhiheng.core.problems import Problem
from zhiheng.gatherings.problems import TOO_MANY_LINES

MOST: Final = 5000
"""Lines that are read at once."""
MOBILE: Final = re.compile(r"(?:\+?86[- ]?)?(1\d{2})[- ]?(\d{4})[- ]?(\d{4})")
PHONE: Final = re.compile(r"[+(]?\d[\d() \-]{4,18}\d")
LIKE_ORGANISATION: Final = re.compile(
    r"公司|集团|股份|有限|厂$|院$|所$|局$|协会|学会|商会|中心|银行|大学|学校|医院|商店|车间|班组|分部|支行|委员会|联合会|事务所"
    r"|\b(?:co|ltd|inc|corp|company|group|university|association|institute|bank)\b\.?",
    re.IGNORECASE,
)
CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
BETWEEN_CHINESE: Final = re.compile(r"(?<=[\u3400-\u9fff])[\s\u3000]+(?=[\u3400-\u9fff])")
HEADS: Final = {
    "name": {"姓名", "名字", "参会人", "参会人员", "人员", "name", "full name"},
    "organisation": {
        "单位", "单位名称", "公司", "公司名称", "工作单位", "所在单位", "企业", "企业名称",
        "organisation", "organization", "company",
    },
    "mobile": {"手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "mobile", "phone", "telephone", "tel"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what was understood of it, and its place in the sheet (from 1)."""

    name: str
    organisation: str
    mobile: str
    place: int = 1

    def __str__(self) -> str:
        return "\t".join(part for part in (self.name, self.organisation, self.mobile) if part)


def tidy(text: str) -> str:
    """Write a cell as it is compared: one space between words, none between the two characters of 张　三."""
    return " ".join(text.replace("\u3000", " ").split())


def tidy_name(text: str) -> str:
    """Write a name as it is compared; a Chinese one has no spaces in it."""
    return BETWEEN_CHINESE.sub("", tidy(text))


def tidy_mobile(text: str) -> str:
    """Write a number as it is compared: eleven digits of a mobile, otherwise what stands there."""
    found = MOBILE.fullmatch(tidy(text))
    return "".join(found.groups()) if found else tidy(text)[:20]


def from_text(text: str) -> list[Line]:
    """Read what was typed or pasted: a line a person, its parts between tabs, commas or spaces."""
    return from_rows([re.split(r"[\t,，;；、|]", line) for line in text.splitlines()])


def _by_spaces(text: str) -> list[str]:
    """Take a line without tabs and commas apart: 张三 某某公司 138…; the words of a Latin name stay together."""
    number = MOBILE.search(text)
    rest = text if number is None else text[: number.start()] + "\u3000" + text[number.end() :]
    parts: list[str] = []
    for word in rest.split():
        together = parts and not CHINESE.search(parts[-1] + word) and not PHONE.fullmatch(word)
        if together:
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return parts + ([number[0]] if number else [])


def from_rows(rows: Iterable[Sequence[str]]) -> list[Line]:
    """Read the rows of a sheet; headings say which column is what, otherwise each cell is judged by itself."""
    columns: dict[str, int] = {}
    lines: list[Line] = []
    for place, row in enumerate(rows, 1):
        cells = [tidy(cell) for cell in row]
        if not any(cells):
            continue
        if len(cells) == 1:
            cells = _by_spaces(cells[0])
        if not columns and not lines and (heads := _headings(cells)):
            columns = heads
            continue
        if len(lines) >= MOST:
            raise Problem(TOO_MANY_LINES, most=MOST)
        lines.append(_of_columns(cells, columns, place) if columns else _judged(cells, place))
    return lines


def _headings(cells: Sequence[str]) -> dict[str, int]:
    found = {
        what: next(i for i, cell in enumerate(cells) if cell.lower() in words)
        for what, words in HEADS.items()
        if any(cell.lower() in words for cell in cells)
    }
    return found if "name" in found else {}


def _of_columns(cells: Sequence[str], columns: dict[str, int], place: int) -> Line:
    cell = {what: cells[i] if i < len(cells) else "" for what, i in columns.items()}
    return Line(
        tidy_name(cell["name"])[:60],
        cell.get("organisation", "")[:120],
        tidy_mobile(cell.get("mobile", "")),
        place,
    )


def _judged(cells: Sequence[str], place: int) -> Line:
    name = organisation = mobile = ""
    rest = []
    for i, cell in enumerate(cells):
        tail = (
            i > 0 and len(cell) == 4 and cell.isdecimal()
        )  # the end of a number tells two of one name apart
        if not mobile and (MOBILE.fullmatch(cell) or PHONE.fullmatch(cell) or tail):
            mobile = tidy_mobile(cell)
        elif not organisation and LIKE_ORGANISATION.search(cell):
            organisation = cell
        elif cell and not cell.isdigit():  # a number in a sheet's first column
            rest.append(cell)
    # a name is short: of two cells that could be either, the shorter one is the person
    if rest and not organisation and len(rest) > 1:
        longer = max(rest, key=len)
        if len(tidy_name(longer)) > len(tidy_name(min(rest, key=len))):
            organisation = longer
            rest.remove(longer)
    if rest:
        name = rest[0]
        if len(rest) > 1 and not organisation:
            organisation = rest[1]
    return Line(tidy_name(name)[:60], organisation[:120], mobile, place)


def from_file(content: bytes) -> list[Line]:
    """Read a list that somebody hands in: a workbook, or csv in UTF-8, UTF-16 or GBK."""
    return from_rows(sheets.read(content))


def packed(lines: Iterable[Line]) -> str:
    """Write lines so that `unpacked` reads the same ones again, whatever stands in them."""
    return "\n".join(f"{one.place}\t{one.name}\t{one.organisation}\t{one.mobile}" for one in lines)


def unpacked(text: str) -> list[Line]:
    """Read what `packed` wrote; what it did not write is left out."""
    cells = (line.split("\t") for line in text.splitlines())
    return [
        Line(tidy_name(name)[:60], tidy(organisation)[:120], tidy_mobile(mobile), int(place))
        for place, name, organisation, mobile in (row for row in cells if len(row) == 4)
        if place.isdecimal()
    ][:MOST]
