"""Lists handed out: no live formula, no whole number, a sheet with room to sign."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from zhiheng.gatherings.tests.hall import Hall

NUMBER = "13800001234"
pytestmark = pytest.mark.django_db


@pytest.fixture
def hall():
    made = Hall(days=0)
    made.check_in(made.person("=1+1", mobile=NUMBER))
    made.check_in(made.person("+张#set page(width: 1cm)", mobile=NUMBER))
    made.register(made.person("报名者", mobile=NUMBER))
    return made


def fetch(hall, client, name):
    return hall.ask(client, "bob", reverse(f"gatherings:{name}", args=[hall.session.pk]))


def test_the_workbook_holds_text_and_masked_numbers(hall, client):
    answer = fetch(hall, client, "attendances-xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    cells = [str(cell) for row in rows for cell in row]
    assert "=1+1" in cells
    assert "138****1234" in cells
    assert NUMBER not in cells


@pytest.mark.parametrize("name", ["attendances-pdf", "sign-in-sheet"])
def test_lists_on_paper_are_written_whatever_stands_in_them(hall, client, name):
    answer = fetch(hall, client, name)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert len(answer.content) > 5000
