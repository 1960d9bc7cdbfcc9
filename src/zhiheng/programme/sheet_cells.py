"""Cells of a spreadsheet that a reader gives as blank although something stands there: formulas without a result."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

_CHUNK = 4 << 20
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(rb"<c\s([^>]*[^/>])>(.*?)</c>", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_FORMULA = re.compile(rb"<f[^>]*?(?:/>|>(.*?)</f>)", re.DOTALL)
_VALUE = re.compile(rb"<v[^>]*>(.+?)</v>", re.DOTALL)


@dataclass
class Blanks:
    """Such cells of one column: row of the first, what stands there, how many, whether any was never worked out."""

    row: int
    text: str
    rows: int = 0
    never: bool = False


def cells_without_value(path: Path, sheet: str) -> dict[int, Blanks]:
    """Find formulas that failed (``#N/A``) or were never worked out, by position of the column.

    Parameters
    ----------
    sheet
        Name; the first sheet where it is empty.
    """
    found: dict[int, Blanks] = {}
    with zipfile.ZipFile(path) as archive:
        for attributes, inner in _cells(archive, _part(archive, sheet)):
            place, formula, value = _PLACE.search(attributes), _FORMULA.search(inner), _VALUE.search(inner)
            failed = b't="e"' in attributes
            never = formula is not None and value is None and b't="str"' not in attributes
            if place is None or not (failed or never):
                continue
            shown = value[1] if value is not None else b"=" + ((formula[1] if formula else b"") or b"")
            text = f"{(place[1] + place[2]).decode()} {shown.decode(errors='replace')[:40]}"
            column = found.setdefault(_position(place[1]), Blanks(int(place[2]), text))
            column.rows += 1
            column.never |= never
    return found


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of a workbook that holds a sheet."""
    sheets = list(ET.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"))  # noqa: S314  no entities: expat of Python ≥ 3.11 bounds them
    one = next((s for s in sheets if s.get("name") == sheet), None) if sheet else next(iter(sheets), None)
    wanted = None if one is None else one.get(_RELATION)
    links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314  as above
    target = next((link.get("Target", "") for link in links if link.get("Id") == wanted), "")
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _cells(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[bytes, bytes]]:
    """Cells of the stretches that hold a formula or an error; the others are passed over unread."""
    if part not in archive.namelist():
        return
    held = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            text = held + chunk
            end = text.rfind(b"</c>") + 4
            if end < 4:
                held = text
                continue
            whole, held = text[:end], text[end:]
            if b"<f" in whole or b't="e"' in whole:
                yield from ((m[1], m[2]) for m in _CELL.finditer(whole))


def _position(letters: bytes) -> int:
    at = 0
    for letter in letters:
        at = at * 26 + letter - 64
    return at - 1
