"""A line is one folder, one word in the list, one line of addresses; its operations ask, its figures work."""

from __future__ import annotations

import datetime as dt
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
import rules
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import EmptyResultSet
from django.db.models import ForeignKey, IntegerField

from zhiheng.config import urls
from zhiheng.config.lines import LINES
from zhiheng.core.operations import operations
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account, Person
from zhiheng.core.problems import REFUSED, Problem
from zhiheng.figures.definition import Kind, Period, PeriodRule, catalogue
from zhiheng.figures.evaluation import annotated, breakdown, evaluate
from zhiheng.figures.lineage import rows
from zhiheng.gatherings.models import Unmatched

SOURCE = Path(__file__).parents[2] / "src" / "zhiheng"
FOLDERS = sorted(path.name for path in (SOURCE / "lines").iterdir() if (path / "apps.py").exists())
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PERIODS = {
    PeriodRule.YEAR: Period.year(2018),
    PeriodRule.SPAN: Period.years(2013, 2018),
    PeriodRule.DAY: Period(dt.date(2018, 12, 31), dt.date(2018, 12, 31)),
}


def test_every_line_is_in_the_list_and_has_its_addresses():
    assert sorted(name.rpartition(".")[2] for name in LINES if ".lines." in name) == FOLDERS
    included = {getattr(getattr(each, "urlconf_module", None), "__name__", "") for each in urls.urlpatterns}
    for name in LINES:
        folder = SOURCE.joinpath(*name.split(".")[1:])
        assert (folder / "urls.py").exists() == (f"{name}.urls" in included), name


@pytest.mark.parametrize("line", FOLDERS)
def test_every_line_has_what_a_line_has(line):
    folder = SOURCE / "lines" / line
    for name in ("README.md", "apps.py", "permissions.py", "tests"):
        assert (folder / name).exists(), name
    assert (folder / "operations.py").exists() or (folder / "operations").is_dir()


@pytest.mark.parametrize("name", sorted(operations()))
def test_every_operation_of_a_line_asks_a_permission_that_exists(name):
    found = operations()[name]
    assert rules.perm_exists(found.permission), found.permission
    assert found.name.zh
    assert found.name.en
    assert inspect.getdoc(found.function)


ANYBODY: dict[str, str] = {
    # operation: why it asks for no role
    "zhiheng.gatherings.operations.attendance.arrive": "the code at the venue lets in, whoever reads it",
    "zhiheng.lines.members.operations.online.ask_to_join": "who is no member yet is nobody here",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(operations().keys() - ANYBODY.keys()))
def test_every_operation_refuses_who_has_no_role(name):
    module, _, verb = name.rpartition(".")
    call = getattr(import_module(module), verb)
    given = dict.fromkeys(inspect.signature(operations()[name].function).parameters)
    with pytest.raises(Problem) as refused:
        call(**given | {"by": Account.objects.create_user("charlie")})
    assert refused.value.rule is REFUSED


@pytest.mark.django_db
@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_figure_of_a_line_works(code):
    figure = catalogue()[code]
    period = PERIODS[figure.period]
    words = [figure.name, figure.definition, figure.unit.value, figure.kind.value, figure.grade.value]
    for each in (*words, *(c.words for c in figure.columns), *figure.breakdowns.values()):
        assert CHINESE.search(each.zh) or each.zh == each.en
        assert not CHINESE.search(each.en)
    assert figure.owner in {name.rpartition(".")[2] for name in LINES} | {"office", "figures"}
    assert figure.fingerprint() == figure.fingerprint()
    assert "return" in figure.query() or "lambda" in figure.query() or figure.rows is None
    found = evaluate(figure, period)
    assert found.value in {None, 0}
    asked = annotated(figure, period).query
    assert [asked.distinct, asked.is_sliced, asked.group_by] == [
        False,
        False,
        None,
    ]  # years are summed together
    shown = annotated(figure, period).values("pk", "counted", *(column.path for column in figure.columns))
    assert list(shown) == []
    with pytest.raises(EmptyResultSet):  # whatever the rows are, nobody gets one
        str(rows(figure, period, AnonymousUser()).query)
    for path in figure.breakdowns:
        assert breakdown(figure, period, path) == {}


PERSONAL = {"name", "mobile", "email", "post"}
"""What `people.erase` empties."""


def field_of(model, path):
    field = None
    for name in path.split("__"):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        model = field.related_model or model
    return field


@pytest.mark.django_db
@pytest.mark.parametrize("code", sorted(catalogue()))
def test_no_figure_freezes_what_tells_of_a_person(code):
    figure = catalogue()[code]
    found = annotated(figure, PERIODS[figure.period])
    for column in figure.columns:
        field = field_of(found.model, column.path)  # a column of the row itself: a page reads it again later
        if field.model in {Person, Unmatched} and field.name in PERSONAL | {"organisation_name"}:
            assert column.personal, column.path
    if figure.kind is Kind.DISTINCT:
        key = found.query.annotations["key"].output_field
        assert isinstance(key, IntegerField | ForeignKey), "what a distinct count counts is an id"


@pytest.mark.django_db
def test_what_erasure_empties_is_what_the_law_calls_personal():
    by = people.system_account()
    person = people.add_person(by=by, name="王", mobile="13800001234", email="w@example.org", post="经理")
    before = {f.name: getattr(person, f.name) for f in Person._meta.fields}
    people.erase(by=by, person=person)
    emptied = {name for name, value in before.items() if value and not getattr(person, name)}
    assert emptied == PERSONAL
