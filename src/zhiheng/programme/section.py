"""Read one table of plan.toml key by key: kinds are checked, and what nobody asked for is told."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, TypeVar

from zhiheng.programme.plan import Condition, Words
from zhiheng.programme.problems import Findings, nearest

FILE = "plan.toml"
LONGEST = 80  #: of a value shown in a message
T = TypeVar("T")


def lines_of_keys(text: str) -> dict[str, int]:
    """Give the line of every key path (``tables.0.columns.overall``) in a TOML text, for messages."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line)
        key = re.match(r"""\s*("[^"]*"|'[^']*'|[\w-]+(?:\.[\w-]+)*)\s*=""", line)
        if header and not key:
            prefix = _indexed(header[2], counts, is_list=header[1] == "[[")
            lines.setdefault(prefix, number)
        elif key:
            name = key[1].strip("\"'")
            lines.setdefault(f"{prefix}.{name}" if prefix else name, number)
    return lines


def _indexed(name: str, counts: dict[str, int], *, is_list: bool) -> str:
    parts = [p.strip().strip("\"'") for p in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', name)]
    path = ""
    for position, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        if position == len(parts) - 1 and is_list:
            counts[path] = counts.get(path, -1) + 1
            for deeper in [c for c in counts if c.startswith(path + ".")]:
                del counts[deeper]
        if path in counts:
            path = f"{path}.{counts[path]}"
    return path


def plain(value: object) -> str:
    """Give a code or value of the plan as the text it is compared by: 1 and 1.0 are both "1"."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return str(value)


def written(value: object) -> str:
    """Give a value about as it stands in the plan, for a message; a long one is cut."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, list):
        text = f"[{', '.join(map(written, value))}]"
    elif isinstance(value, dict):
        text = "{ " + ", ".join(f"{k} = {written(v)}" for k, v in value.items()) + " }"
    else:
        text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


class Section:
    """One table of the plan; `close` tells the keys that were not asked for.

    What names something (a title, a column, a file) is a text in quotes. What stands in the data (a code) may be a
    number or a date too: `code` and `codes`.
    """

    def __init__(
        self, data: Mapping[str, Any], path: str, findings: Findings, lines: Mapping[str, int]
    ) -> None:
        self.data = data
        self.path = path
        self.findings = findings
        self.lines = lines
        self.asked: list[str] = []
        self.told: set[str] = set()

    def where(self, key: str = "") -> str:
        """The full path of a key as a person reads it: ``tables[1].columns.overall``."""
        return ".".join(p for p in (self.path, key) if p)

    def line(self, key: str = "") -> int | None:
        """The line of a key, or of the nearest table around it."""
        path = re.sub(r"\[(\d+)\]", _counted, self.where(key))
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path)

    def tell(self, code: str, key: str = "", found: object = "", expected: object = "") -> None:
        """Note a finding at a key; `told` knows the keys that have one."""
        self.told.add(key)
        self.findings.add(code, FILE, self.line(key), self.where(key), found, expected)

    def tell_kind(self, key: str, value: object, expected: tuple[str, str]) -> None:
        """Note that a value is of the wrong kind."""
        self.tell("key_kind", key, written(value), expected)

    def raw(self, key: str, *, required: bool = False) -> Any:
        """Any value, none when absent."""
        self.asked.append(key)
        if required and key not in self.data:
            self.tell("key_missing", key, expected=key)
        return self.data.get(key)

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A text; a required one is not blank."""
        value = self.raw(key, required=required)
        if value is None:
            return default
        if not isinstance(value, str):
            self.tell_kind(key, value, ("加英文引号的文字", "a text in quotes"))
            return default
        if required and not value.strip():
            self.tell("key_missing", key, expected=key)
        return value

    def code(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A code or a day: a text, a number or a date, as the text it is compared by."""
        value = self.raw(key, required=required)
        if value is None:
            return default
        if not _is_code(value) or isinstance(value, bool):
            self.tell_kind(
                key, value, ("一个代码：加英文引号的文字，或数字", "a code: a text in quotes, or a number")
            )
            return default
        if required and not plain(value).strip():
            self.tell("key_missing", key, expected=key)
        return plain(value)

    def path_of(self, key: str, *, required: bool = False) -> str:
        """A path inside the folder: relative, without ``..``; empty when it is not."""
        if "://" in str(self.data.get(key)):
            self.asked.append(key)
            self.tell("connection_in_plan", key)  # not repeated: it may hold a password
            return ""
        path = self.text(key, required=required)
        kinds = (PurePosixPath(path), PureWindowsPath(path))
        if any(k.is_absolute() or k.drive or k.root or ".." in k.parts for k in kinds):
            self.tell("path_outside", key, path)
            return ""
        return path

    def number(self, key: str, default: T) -> float | T:
        """A finite number."""
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        self.tell_kind(key, value, ("数字", "a number"))
        return default

    def whole(self, key: str, default: T, low: int, high: int) -> int | T:
        """A whole number from `low` to `high`."""
        value = self.number(key, None)
        if value is None:
            return default
        if value.is_integer() and low <= value <= high:
            return int(value)
        self.tell(
            "not_allowed",
            key,
            self.data[key],
            (f"{low} 到 {high} 的整数", f"a whole number, {low} to {high}"),
        )
        return default

    def flag(self, key: str, default: T) -> bool | T:
        """True or false."""
        value = self.raw(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.tell_kind(key, value, ("true 或 false", "true or false"))
        return default

    def choice(self, key: str, options: Iterable[str], default: str = "", *, required: bool = False) -> str:
        """One of the options; the default where it is none of them."""
        options = list(options)
        value = self.raw(key, required=required)
        if value is None or value in options:
            return default if value is None else str(value)
        self.tell(
            "not_allowed", key, value if isinstance(value, str) else written(value), " | ".join(options)
        )
        return default

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts, none blank; one text stands for a list of one."""
        value = self.raw(key)
        if value is None:
            return default
        return self.as_texts(key, value, default)

    def codes(self, key: str) -> tuple[str, ...]:
        """A list of codes, see `code`; one stands for a list of one."""
        value = self.raw(key)
        return () if value is None else self.as_codes(key, value)

    def items(self, key: str) -> list[Any]:
        """A list of anything; one thing is no list."""
        value = self.raw(key)
        if value is None or isinstance(value, list):
            return value or []
        self.tell_kind(key, value, ("列表，写在 [ ] 中", "a list in [ ]"))
        return []

    def as_texts(self, key: str, value: object, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Read a list of texts."""
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(v, str) and v.strip() for v in values):
            expected = (
                '加英文引号的文字的列表，如 ["a", "b"]',
                'a list of texts in quotes, such as ["a", "b"]',
            )
            self.tell_kind(key, value, expected)
            return default
        return tuple(values)

    def as_codes(self, key: str, value: object) -> tuple[str, ...]:
        """Read a list of codes."""
        values = value if isinstance(value, list) else [value]
        if not all(map(_is_code, values)):
            self.tell_kind(key, value, ('代码的列表，如 [0, "x"]', 'a list of codes, such as [0, "x"]'))
            return ()
        return tuple(plain(v) for v in values)

    def pair(self, key: str, default: tuple[float, float] | None = None) -> tuple[float, float] | None:
        """Two numbers, the lower first."""
        value = self.raw(key)
        if value is None:
            return default
        if (
            isinstance(value, list)
            and len(value) == 2
            and all(type(v) in (int, float) and math.isfinite(v) for v in value)
        ):
            low, high = float(value[0]), float(value[1])
            if low < high:
                return low, high
        self.tell_kind(key, value, ("[ ] 中的两个数，小的在前", "two numbers in [ ], the lower first"))
        return default

    def words(self, key: str, *, required: bool = False) -> Words:
        """A text in two languages."""
        value = self.raw(key, required=required)
        words = self.as_words(key, value)
        if required and value in ("", {}):
            self.tell("key_missing", key, expected=key)
        return words

    def as_words(self, key: str, value: object) -> Words:
        """Read a text in two languages."""
        if value is None:
            return Words()
        if isinstance(value, str):
            return Words(value, value)
        if isinstance(value, dict):
            inner = Section(value, self.where(key), self.findings, self.lines)
            words = Words(inner.text("zh"), inner.text("en"))
            inner.close()
            return words
        expected = (
            '加英文引号的文字，或 { zh = "…", en = "…" }',
            'a text in quotes, or { zh = "…", en = "…" }',
        )
        self.tell_kind(key, value, expected)
        return Words()

    def section(self, key: str) -> Section | None:
        """A table inside."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.tell_kind(key, value, (f"一个表：[{key}] 或 {{ }}", f"a table, [{key}] or {{ }}"))
            return None
        return Section(value, self.where(key), self.findings, self.lines)

    def sections(self, key: str) -> list[Section]:
        """A list of tables inside."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.tell_kind(key, value, (f"[[{key}]] 的列表", f"a list of tables, [[{key}]]"))
            return []
        return [
            Section(v, self.where(f"{key}[{i}]"), self.findings, self.lines)
            for i, v in enumerate(value, start=1)
        ]

    def children(self) -> list[tuple[str, Section | None, Any]]:
        """Every key with its table (none where it is not one) and its value: for names that the plan invents."""
        found = []
        for key, value in self.data.items():
            self.asked.append(key)
            inner = (
                Section(value, self.where(key), self.findings, self.lines)
                if isinstance(value, dict)
                else None
            )
            found.append((key, inner, value))
        return found

    def conditions(self, key: str) -> tuple[Condition, ...]:
        """Conditions: column = value | [values] | { from, to }."""
        inner = self.section(key)
        if inner is None:
            return ()
        read = []
        for column, bounds, value in inner.children():
            if bounds is not None:
                low, high = bounds.number("from", None), bounds.number("to", None)
                bounds.close()
                if low is None and high is None:
                    inner.tell_kind(
                        column, value, ("{ from = 数, to = 数 }", "{ from = number, to = number }")
                    )
                read.append(Condition(column, (), low, high))
            else:
                read.append(Condition(column, inner.as_codes(column, value)))
        return tuple(read)

    def close(self) -> None:
        """Tell every key that was not asked for."""
        for key in self.data:
            if key not in self.asked:
                self.tell("key_unknown", key, key, nearest(key, dict.fromkeys(self.asked)))


def _is_code(value: object) -> bool:
    """Whether a value can be a code; NaN and infinity are in no data."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int | datetime.date)


def _counted(match: re.Match[str]) -> str:
    return f".{int(match[1]) - 1}"
