"""PostgreSQL as input: the numbers of parquet, only the columns asked for, and no word of the password."""

from __future__ import annotations

import datetime
import io
import math
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from psycopg import sql

from zhiheng.measure import (
    Design,
    Postgres,
    Problem,
    calibrate,
    mean,
    nonresponse,
    rake,
    total,
    trim,
    weights_of,
)
from zhiheng.measure.reduction import postgres
from zhiheng.measure.reduction.postgres import open_table
from zhiheng.measure.reduction.source import names
from zhiheng.measure.tests.postgres_server import PASSWORD, programs, server
from zhiheng.measure.tests.test_formats import DESIGN, many_rows, numbers, rows

KINDS = {"int64": "int8", "double": "float8", "string": "text"}
MANY = Design(strata="h", clusters="street", weights="wt")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed. On Debian: apt-get install postgresql")
    with server(found) as connection:
        yield connection


def load(address: str, table: str, data: pa.Table) -> Postgres:
    """Put rows into a table, in their order."""
    columns = [sql.SQL("{} " + KINDS[str(f.type)]).format(sql.Identifier(f.name)) for f in data.schema]
    text = io.BytesIO()
    pa.csv.write_csv(data, text, pa.csv.WriteOptions(include_header=False))
    name = sql.Identifier(table)
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(columns)))
        with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(name)) as copied:
            copied.write(text.getvalue())
    return Postgres(address, table)


@pytest.fixture(scope="module")
def answers(address: str) -> Postgres:
    return load(address, "answers", rows())


def execute(address: str, *statements: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_same_numbers_as_from_parquet(answers: Postgres, tmp_path: Path) -> None:
    pq.write_table(rows(), tmp_path / "rows.parquet")
    for one, other in zip(numbers(answers), numbers(tmp_path / "rows.parquet"), strict=True):
        words = [k for k, v in other.items() if isinstance(v, str)]
        assert {k: one.pop(k) for k in words} == {k: other.pop(k) for k in words}
        assert one == pytest.approx(other, rel=1e-11)


def test_same_bits_as_from_parquet_on_many_rows(address: str, tmp_path: Path) -> None:
    data = many_rows()
    path = tmp_path / "many.parquet"
    pq.write_table(data, path)
    held = load(address, "many", data)
    for design in (MANY, Design(strata="h", weights="wt")):
        one, other = (mean(d, "y", design, by="sex", where="y > 20", exact=True) for d in (held, path))
        for column in ("value", "se", "lower", "df", "n", "deff"):
            assert getattr(one, column).tobytes() == getattr(other, column).tobytes()
    assert weights_of(held, MANY).tobytes() == data["wt"].to_numpy().tobytes()
    with open_table(held) as table:
        assert len(list(table.batches(["y", "wt"]))) > 1  # streamed: more than a batch


def test_weights_made_from_a_database(answers: Postgres) -> None:
    """Every step reads the table again through the columns it names; the answer is that of the rows in memory."""
    data = rows()

    def made(held: object) -> list[float]:
        raked = rake(
            held,
            DESIGN,
            {"comp_imp": {"No": 2000.0, "Yes": 4194.0}, "stype": {"E": 4421.0, "H": 755.0, "M": 1018.0}},
        )
        cut = trim(held, raked.design, lower=15.0)
        fitted = calibrate(held, cut.design, {"(intercept)": 6194.0, "enroll": 3811472.0}).design
        asked = nonresponse(held, DESIGN, "comp_imp", "enroll > 300").design
        again = trim(
            held, rake(held, asked, {"stype": {"E": 4421.0, "H": 755.0, "M": 1018.0}}).design, upper=40.0
        )
        linear = calibrate(held, asked, {"(intercept)": 6194.0}).design
        return [
            *total(held, "api00", fitted, by="comp_imp").se,
            *(mean(held, "api00", d).se[0] for d in (raked.design, again.design, linear)),
        ]

    assert made(answers) == pytest.approx(made(data), rel=1e-12)


def test_only_the_columns_asked_for_are_read(address: str, answers: Postgres) -> None:
    """The view has a column that cannot be computed; who does not ask for it never meets it."""
    execute(address, "CREATE VIEW trap AS SELECT *, 1 / (dnum - dnum) AS bomb FROM answers")
    trap = Postgres(address, "trap", schema="public")
    assert mean(trap, "api00", DESIGN, by="stype", where="enroll > 300").rows() == (
        mean(answers, "api00", DESIGN, by="stype", where="enroll > 300").rows()
    )
    for options in ({"variables": "bomb"}, {"variables": "api00", "where": "BOMB > 0"}):
        with pytest.raises(Problem) as refused:
            mean(trap, design=DESIGN, **options)
        assert refused.value.code == "table_unreadable"
        assert "public.trap" in str(refused.value)
        assert "division by zero" in str(refused.value)


def test_names() -> None:
    """A column that a statement uses is always found; one that it does not use may be."""
    columns = ["y", "z", 'a"b', "满意度"]
    found = {
        "SELECT sum(y) FROM source": ["y"],
        "SELECT w * (Y) + 1": ["y"],
        'SELECT "a""b" FROM source': ['a"b'],
        "SELECT 满意度>3": ["满意度"],
        "SELECT yy, x_y, y1": [],
        "SELECT Columns ('.*')": columns,
    }
    for statement, named in found.items():
        assert [c for c in columns if names(statement, c)] == named


def test_values_keep_their_kind(address: str) -> None:
    execute(
        address,
        "CREATE TYPE mood AS ENUM ('sad', 'glad')",
        "CREATE DOMAIN score AS numeric(12, 4)",
        "CREATE TABLE kinds (id int2 NOT NULL, size int4, big int8, half float4, whole float8, exact score, "
        "yes boolean, day date, at timestamp, zoned timestamptz, word text, code char(3), mood mood, tags text[])",
        "INSERT INTO kinds VALUES "
        "(1, 2, 9007199254740993, 0.1, 0.1::float8 + 0.2, 12345678.9012, true, '2018-12-31', '2018-12-31 23:59:59.5', "
        "'2018-12-31 23:59:59+08', E'a\"b,\\n''c', '上', 'glad', '{a,b}'), "
        "(2, NULL, NULL, NULL, 'NaN', NULL, false, NULL, NULL, NULL, '', NULL, NULL, NULL), "
        "(3, NULL, NULL, NULL, '-Infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    with open_table(Postgres(address, "kinds")) as table:
        assert table.complete == {"id"}
        found = pa.table(table.batches(list(table.columns)).read_all()).to_pylist()
        words = table.batches(["word"]).read_all()["word"].to_pylist()
    assert words == ["a\"b,\n'c", "", None]
    utc = datetime.UTC
    assert found[0] == {
        "id": 1, "size": 2, "big": 9007199254740993, "half": pytest.approx(0.1, rel=1e-7), "whole": 0.1 + 0.2,
        "exact": 12345678.9012, "yes": True, "day": datetime.date(2018, 12, 31),
        "at": datetime.datetime(2018, 12, 31, 23, 59, 59, 500_000),  # noqa: DTZ001 - a timestamp without a zone
        "zoned": datetime.datetime(2018, 12, 31, 15, 59, 59, tzinfo=utc),
        "word": 'a"b,\n\'c', "code": "上  ", "mood": "glad", "tags": "{a,b}",
    }  # fmt: skip
    assert math.isnan(found[1]["whole"])
    assert found[2]["whole"] == -math.inf
    assert (found[1]["yes"], found[2]["yes"]) == (False, None)


def test_a_name_is_a_name(address: str, answers: Postgres) -> None:
    table, column = 'a"; DROP TABLE answers; --', 'x"), y; --'
    held = load(address, table, pa.table({column: [1.0, 2.0, 4.0]}))
    assert mean(held, column, Design()).value == pytest.approx(7 / 3)
    with pytest.raises(Problem, match="no table"):
        mean(Postgres(address, "answers; DROP TABLE answers"), "api00", DESIGN)
    assert mean(answers, "api00", DESIGN).n > 0


def test_all_passes_see_the_same_rows(address: str) -> None:
    held = load(address, "growing", pa.table({"y": [1.0, 2.0, 3.0]}))
    with open_table(held) as table:
        execute(address, "INSERT INTO growing VALUES (100)")
        assert table.batches(["y"]).read_all().num_rows == 3
        assert table.batches(["y"], rows=2).read_all().num_rows == 2
    assert mean(held, "y", Design()).n == 4


def test_reading_changes_nothing(address: str) -> None:
    execute(
        address,
        "CREATE TABLE log (y float8)",
        "CREATE FUNCTION wrote() RETURNS float8 LANGUAGE sql AS 'INSERT INTO log VALUES (1) RETURNING y'",
        "CREATE VIEW writing AS SELECT wrote() AS y",
    )
    with pytest.raises(Problem, match="read-only"):
        mean(Postgres(address, "writing"), "y", Design())


def test_what_is_not_there(address: str, answers: Postgres) -> None:
    execute(
        address,
        "CREATE ROLE bob LOGIN",
        "CREATE TABLE empty (y float8)",
        "CREATE TABLE forever (y float8, day date)",
        "INSERT INTO forever VALUES (1, 'infinity'), (2, '2018-01-01')",
    )

    def refusal(source: Postgres, variable: str = "api00", **options: str) -> tuple[str, str]:
        with pytest.raises(Problem) as refused:
            mean(source, variable, DESIGN if source.table == "answers" else Design(), **options)
        return refused.value.code, str(refused.value)

    assert refusal(answers, "api01")[0] == "column_missing"
    assert "api00、enroll" in refusal(answers, "api01")[1]
    assert refusal(answers, "stype")[0] == "text_in_number"
    assert refusal(answers, where="api01 > 3")[0] == "expression_refused"
    assert refusal(Postgres(address, "anwsers"))[0] == "table_missing"
    assert refusal(Postgres(address, "answers", schema="nowhere"))[0] == "table_missing"
    assert refusal(Postgres(address, "empty"), "y")[0] == "table_empty"
    code, text = refusal(Postgres(address.replace("alice", "bob"), "answers"))
    assert code == "table_unreadable"
    assert "permission denied" in text
    code, text = refusal(Postgres(address, "forever"), "y", by="day")
    assert code == "table_unreadable"
    assert "infinity" in text
    assert mean(Postgres(address, "forever"), "y", Design()).value == 1.5


def test_the_password_is_told_to_nobody(address: str, answers: Postgres) -> None:
    folder = address.split(maxsplit=1)[0].removeprefix("host=")
    execute(address, f"CREATE ROLE carol LOGIN PASSWORD '{PASSWORD}'", "GRANT SELECT ON answers TO carol")
    right = f"postgresql://carol:{quote(PASSWORD, safe='')}@/postgres?host={folder}"
    assert mean(Postgres(right, "answers"), "api00", DESIGN).n == mean(answers, "api00", DESIGN).n
    secret = "open sesame"
    wrong = {
        f"host={folder} dbname=postgres user=carol password='{secret}'": "postgres_unreachable",
        f"host=/nowhere dbname='{secret}' password='{secret}'": "postgres_unreachable",
        f"password={secret}": "postgres_address",  # a space that is not quoted
        "postgresql://carol:open@sesame@localhost/postgres": "postgres_address",
        "postgresql://carol:open/sesame@localhost/postgres": "postgres_address",
        "postgresql://carol:open%sesame@localhost/postgres": "postgres_address",
    }
    for connection, code in wrong.items():
        source = Postgres(connection, "answers")
        with pytest.raises(Problem) as refused:
            mean(source, "api00", DESIGN)
        told = "".join(traceback.format_exception(refused.value)) + repr(source) + str(source)
        assert refused.value.code == code
        assert not any(part in told for part in (secret, "sesame", PASSWORD))


def test_without_psycopg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(Problem, match=r"zhiheng\[postgres\]"):
        mean(Postgres("dbname=postgres", "answers"), "api00", DESIGN)


def test_reading_in_parts_of_any_size() -> None:
    reading = postgres._Reading(iter([b"abc\n", b"de\n", b"f\n"]))
    parts = []
    while part := reading.read(5):
        parts.append(part)
    assert parts == [b"abc\nd", b"e\nf\n"]
