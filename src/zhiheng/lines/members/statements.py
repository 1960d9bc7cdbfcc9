"""A bank statement as banks hand it out: which column is which, and what each line says. Nothing is written here."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils import timezone

from zhiheng.core import sheets
from zhiheng.core.problems import Problem
from zhiheng.lines.members.problems import NO_COLUMNS
from zhiheng.ui.words import Text, say

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "date": ("交易日期", "交易时间", "记账日期", "入账日期", "记账日", "交易日", "日期"),
    "payer": (
        "对方户名", "对方名称", "对方账户名称", "对方单位名称", "对方单位", "对手户名", "对方账号名称",
        "付款人名称", "付款人户名", "付款方户名", "付款方名称", "付款人",
    ),
    "income": (
        "贷方金额", "收入金额", "贷方发生额", "存入金额", "转入金额", "贷方", "收入", "存入", "来账金额",
    ),
    "outgo": ("借方金额", "支出金额", "借方发生额", "转出金额", "借方", "支出", "支取"),
    "amount": ("交易金额", "发生额", "金额"),
    "side": ("借贷标志", "借贷方向", "借贷", "收支方向", "收付标志", "交易方向"),
    "reference": (
        "流水号", "交易流水号", "银行流水号", "核心流水号", "业务流水号", "交易序号", "业务编号", "交易流水",
    ),
    "memo": ("摘要", "用途", "附言", "备注", "交易摘要", "交易附言", "交易用途"),
}  # fmt: skip
"""What Chinese banks write above their columns; the first that is found counts, of memos every one."""

NEEDED: Final = {
    "date": Text("交易日期", "date"),
    "payer": Text("对方户名", "payer"),
    "reference": Text("流水号", "reference"),
}
INCOME: Final = Text("贷方金额或收入金额", "income")
CREDIT: Final = ("贷", "收", "C", "CR")
TOTALS: Final = ("合计", "总计", "小计", "本页", "期初", "期末")
DAY: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)|(\d{4})(\d{2})(\d{2})(?:\d{6})?(?!\d)"
)
FIRST: Final = dt.date(1949, 10, 1)
HEADER_WITHIN: Final = 20
"""Lines above the header that name the account and the period."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of money that came in; `line` counts the lines of the file from 1."""

    line: int
    reference: str
    paid_on: dt.date
    payer: str
    amount: Decimal
    memo: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line of the file, and what to do."""

    line: int
    text: Text

    @property
    def words(self) -> str:
        """What is wrong, in the language of the request."""
        return say(self.text)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a statement says: what came in, how many lines went out (or are totals), what is wrong."""

    entries: tuple[Entry, ...]
    skipped: int
    faults: tuple[Fault, ...]
    columns: Mapping[str, str]


def read_statement(content: bytes) -> Reading:
    """Read a statement. Every fault is named at once; a file in which the columns are not found is refused."""
    rows = sheets.read(content)
    top, at = _header(rows)
    entries: list[Entry] = []
    faults: list[Fault] = []
    skipped, seen = 0, dict[str, int]()
    for line, row in enumerate(rows[top + 1 :], top + 2):
        cells = {name: " ".join(filter(None, (_cell(row, i) for i in where))) for name, where in at.items()}
        if not any(row):
            continue
        if _is_total(row, cells):
            skipped += 1
            continue
        try:
            entry = _entry(line, cells)
        except _Wrong as wrong:
            faults.append(Fault(line, wrong.text))
            continue
        if entry is None:
            skipped += 1
        elif entry.reference in seen:
            faults.append(
                Fault(
                    line,
                    Text(
                        f"流水号“{entry.reference}”与第 {seen[entry.reference]} 行重复；请核对银行原件。",
                        f"The reference “{entry.reference}” stands in line {seen[entry.reference]} too: check it.",
                    ),
                )
            )
        else:
            seen[entry.reference] = line
            entries.append(entry)
    named = {name: "、".join(rows[top][i] for i in where) for name, where in at.items()}
    return Reading(tuple(entries), skipped, tuple(faults), named)


class _Wrong(Exception):  # noqa: N818 - a signal inside this file
    def __init__(self, zh: str, en: str) -> None:
        self.text = Text(zh, en)


def _cell(row: list[str], at: int) -> str:
    return row[at] if at < len(row) else ""


def _plain(words: str) -> str:
    """Give a heading without its brackets, spaces and width."""
    kept = unicodedata.normalize("NFKC", words)
    return re.sub(r"\(.*?\)|[\s:*]", "", kept)


def _header(rows: list[list[str]]) -> tuple[int, dict[str, list[int]]]:
    """Find the line of the headings and the columns below them."""
    best: dict[str, list[int]] = {}
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        found = _columns([_plain(cell) for cell in row])
        if NEEDED.keys() <= found.keys() and ({"income", "amount"} & found.keys()):
            return number, found
        if len(found) > len(best):
            best = found
    lacking = [say(words) for name, words in NEEDED.items() if name not in best]
    if not {"income", "amount"} & best.keys():
        lacking.append(say(INCOME))
    raise Problem(NO_COLUMNS, field="file", what="、".join(lacking))


def _columns(headings: list[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for name, known in HEADINGS.items():
        where = [headings.index(heading) for heading in known if heading in headings]
        if where:
            found[name] = where if name == "memo" else where[:1]
    return found


def _is_total(row: list[str], cells: Mapping[str, str]) -> bool:
    return not cells["reference"] and any(cell.startswith(TOTALS) for cell in row)


def _entry(line: int, cells: Mapping[str, str]) -> Entry | None:
    """Read one line; none where money went out."""
    amount = _income(cells)
    if amount is None:
        return None
    reference = cells["reference"]
    if not reference:
        raise _Wrong(
            "没有流水号；请从银行重新导出。", "There is no reference: export it from the bank again."
        )
    if re.fullmatch(r"\d\.\d+[eE]\+?\d+", reference):
        raise _Wrong(
            f"流水号“{reference}”已被表格软件改成数字，末几位丢失；请从银行重新导出，不要另存。",
            f"The reference “{reference}” was made a number by a spreadsheet and lost digits: export it again.",
        )
    if len(reference) > 60:
        raise _Wrong("流水号超过 60 个字符。", "The reference is longer than 60 characters.")
    if not cells["payer"]:
        raise _Wrong("没有对方户名；请核对银行原件。", "There is no payer: check the bank's file.")
    return Entry(
        line, reference, _date(cells["date"]), cells["payer"][:120], amount, cells.get("memo", "")[:200]
    )


def _income(cells: Mapping[str, str]) -> Decimal | None:
    if "income" in cells:
        amount = _money(cells["income"])
        if not amount:
            if _money(cells.get("outgo", "")):
                return None
            raise _Wrong("既没有收入也没有支出金额。", "There is no amount, neither in nor out.")
    else:
        amount = _money(cells["amount"])
        side = cells.get("side", "").upper()
        if "side" in cells and not side.startswith(CREDIT):
            return None
        if amount is None or ("side" not in cells and amount < 0):
            return None
    if amount <= 0:
        raise _Wrong(
            f"收入金额为 {amount}，不是正数；冲正或退款请在系统中登记退款。",
            f"The income is {amount}, not above zero: note a reversal as a refund.",
        )
    return amount


def _money(words: str) -> Decimal | None:
    plain = re.sub(r"[\s,¥￥元+]", "", unicodedata.normalize("NFKC", words))
    if plain in {"", "-", "--"}:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not re.fullmatch(r"-?\d+(\.\d+)?", plain):
        raise _Wrong(
            f"金额“{words}”不是数字；请核对银行原件。",
            f"The amount “{words}” is no number: check it.",
        )
    if amount != amount.quantize(Decimal("0.01")):
        raise _Wrong(f"金额“{words}”不足一分。", f"The amount “{words}” has parts of a cent.")
    if amount >= 10**12:
        raise _Wrong(f"金额“{words}”过大。", f"The amount “{words}” is too large.")
    return amount


def _date(words: str) -> dt.date:
    found = DAY.match(unicodedata.normalize("NFKC", words))
    try:
        if found:
            year, month, at = (int(part) for part in found.groups() if part)
            day = dt.date(year, month, at)
            if FIRST <= day <= timezone.localdate() + dt.timedelta(days=1):
                return day
    except ValueError:
        pass
    raise _Wrong(
        f"交易日期“{words}”读不出来，或不在 {FIRST.year} 年至今日之间；应如 2018-05-01。",
        f"The date “{words}” cannot be read, or is not from {FIRST.year} to today; write it like 2018-05-01.",
    )
