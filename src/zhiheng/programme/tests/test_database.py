"""A table of the plan that lies in PostgreSQL: the figures of the file, and no word about how it is reached."""

import csv
import io
import json

import psycopg
import pytest
from click.testing import CliRunner
from small import answers, programme, reword
from test_bad_input import only

from zhiheng.measure.tests.postgres_server import PASSWORD, programs, server
from zhiheng.programme.command_line import main
from zhiheng.programme.preparation import check
from zhiheng.programme.run import measure

VARIABLE = "TOWN_DATABASE"
TYPES = ["int8", "int4", "text", "text", "numeric(6,1)", "float8", "int2", "int4", "date"]
PLACE = 'postgres = { connection = "TOWN_DATABASE", schema = "town 2018", table = "Answers; DROP" }'
NAME = "town 2018.Answers; DROP"


@pytest.fixture(scope="module")
def address():
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed. On Debian: apt-get install postgresql")
    with server(found) as connection:
        header, *rows = answers()
        columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(header, TYPES, strict=True))
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        with psycopg.connect(connection) as database, database.cursor() as cursor:
            cursor.execute('CREATE SCHEMA "town 2018"')
            cursor.execute(f'CREATE TABLE "town 2018"."Answers; DROP" ({columns})')
            with cursor.copy('COPY "town 2018"."Answers; DROP" FROM STDIN (FORMAT csv)') as copied:
                copied.write(text.getvalue())
            cursor.execute('CREATE TABLE "town 2018".empty (LIKE "town 2018"."Answers; DROP")')
            cursor.execute(f"CREATE ROLE carol LOGIN PASSWORD '{PASSWORD}'")
        yield connection


@pytest.fixture
def folder(tmp_path, address, monkeypatch):
    monkeypatch.setenv(VARIABLE, address)
    made = programme(tmp_path / "town")
    reword(made, 'path = "answers.csv"', PLACE)
    return made


def test_the_same_bytes_as_from_the_file(folder, tmp_path):
    assert check(folder) == []
    run = measure(folder, out=tmp_path / "database", exact=True, formats=["html"])
    measure(programme(tmp_path / "file"), out=tmp_path / "file_out", exact=True, formats=[])
    one, other = (tmp_path / out / "results.parquet" for out in ("database", "file_out"))
    assert one.read_bytes() == other.read_bytes()
    assert f"PostgreSQL {NAME}" in (tmp_path / "database" / "report.html").read_text(encoding="utf-8")
    assert [f.name for f in run.files] == ["results.parquet", "report.html", "run.json"]


def test_the_record_tells_what_was_read_and_not_how(folder, tmp_path, address):
    def recorded():
        measure(folder, out=tmp_path / "out", formats=[])
        text = (tmp_path / "out" / "run.json").read_text(encoding="utf-8")
        assert not any(word in text for word in (VARIABLE, "alice", address.split()[0]))
        return json.loads(text)

    first = recorded()
    read = first["databases"]["answers"]
    assert (read["schema"], read["table"], read["rows"]) == ("town 2018", "Answers; DROP", 192)
    assert "w" in read["columns"]
    assert list(first["data"]) == ["points.csv"]
    assert recorded()["databases"]["answers"]["sha256"] == read["sha256"]
    change = 'UPDATE "town 2018"."Answers; DROP" SET bus = 6 - bus WHERE "case" = 7'
    with psycopg.connect(address) as database:
        database.execute(change)
    try:
        assert recorded()["databases"]["answers"]["sha256"] != read["sha256"]
    finally:
        with psycopg.connect(address) as database:
            database.execute(change)


def test_variable_not_set(folder, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    finding = only(
        folder, "database_variable", file="plan.toml", row=14, column="tables[1].postgres.connection"
    )
    assert f"export {VARIABLE}=" in finding.message("zh")
    monkeypatch.setenv(VARIABLE, " ")
    only(folder, "database_variable")


def test_no_such_table(folder):
    reword(folder, "Answers; DROP", "anwsers")
    assert (
        "town 2018.anwsers" in only(folder, "table_missing", row=14, column="tables[1].postgres.table").found
    )


def test_no_such_schema(folder):
    reword(folder, "town 2018", "town 2019")
    only(folder, "table_missing", row=14)


def test_table_without_rows(folder):
    reword(folder, "Answers; DROP", "empty")
    only(folder, "table_empty", row=14)


def test_no_such_column(folder):
    reword(folder, 'strata = ["district"]', 'strata = ["quarter"]')
    finding = only(folder, "column_missing", file=f"PostgreSQL {NAME}", row=None, column="quarter")
    assert "street" in finding.expected


def test_a_wrong_value_names_its_row(folder):
    reword(folder, "bus = { valid = [1, 5]", "bus = { valid = [1, 4.5]")
    finding = only(folder, "out_of_range", file=f"PostgreSQL {NAME}", column="bus")
    first = next(i for i, row in enumerate(answers()[1:], start=1) if row[7] == 5)
    assert finding.row == first


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("user=alice", "user=carol password=open-sesame"), "database_unreachable"),
        (("host=", "host=/nowhere-sesame"), "database_unreachable"),
        (("user=alice", "user=sesame"), "database_unreachable"),
        (("dbname=postgres", "dbname=sesame"), "database_unreachable"),
        (("dbname=postgres", "password=open sesame"), "database_address"),
        (("user=alice", f"user=carol password='{PASSWORD}'"), "table_unreadable"),
    ],
)
def test_what_the_variable_holds_is_told_to_nobody(folder, address, monkeypatch, change, code):
    held = address.replace(*change)
    monkeypatch.setenv(VARIABLE, held)
    for command in (
        ["check", "--lang", "en"],
        ["check", "--json"],
        ["measure", "--out", str(folder / "out")],
    ):
        done = CliRunner().invoke(main, [command[0], str(folder), *command[1:]])
        assert done.exit_code == 1, done.output
        assert not any(
            part in done.output for part in ("sesame", PASSWORD, "carol", "alice", address.split()[0][5:])
        )
    only(folder, code, file="plan.toml", row=14)


@pytest.mark.parametrize(
    "line",
    [
        'postgres = "postgresql://carol:sesame@localhost/town"',
        'postgres = { connection = "postgresql://carol:sesame@localhost/town", table = "answers" }',
        'postgres = { connection = "host=localhost password=sesame", table = "answers" }',
        'postgres = { connection = ["sesame"], table = "answers" }',
        'path = "postgresql://carol:sesame@localhost/town"',
        'files = { 2017 = "postgresql://carol:sesame@localhost/town" }',
    ],
)
def test_a_connection_string_in_the_plan_is_refused_and_not_repeated(folder, line):
    reword(folder, PLACE, line)
    told = [f.message(language) for f in check(folder) for language in ("zh", "en")]
    assert not any("sesame" in text for text in told)
    only(folder, "connection_in_plan", row=14)
    assert not [f for f in check(folder) if f.code in ("key_kind", "file_missing", "database_variable")]


def test_a_password_beside_the_table_is_an_unknown_key(folder):
    reword(folder, PLACE, PLACE.replace(" }", ', password = "sesame" }'))
    finding = only(folder, "key_unknown", row=14, column="tables[1].postgres.password")
    assert "sesame" not in finding.message("zh") + finding.message("en")


def test_a_file_and_a_database_at_once(folder):
    reword(folder, PLACE, PLACE + '\npath = "answers.csv"')
    assert only(folder, "one_of").found == "path, postgres"
