"""Tables that only grow: a migration step that makes the database refuse UPDATE, DELETE and TRUNCATE."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRES = """
CREATE OR REPLACE FUNCTION zhiheng_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION zhiheng_append_only();
CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION zhiheng_append_only();
"""


class AppendOnly(migrations.RunPython):
    """The migration step for one table.

    SQLite rebuilds a table when a column changes and loses its triggers: repeat the step then.
    """

    def __init__(self, table: str) -> None:
        def put(_apps: Any, editor: Any) -> None:
            if editor.connection.vendor == "postgresql":
                editor.execute(POSTGRES.format(table=table), params=None)  # its % is not ours
            else:
                for verb in ("UPDATE", "DELETE"):
                    editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
                    editor.execute(SQLITE.format(table=table, verb=verb))

        def take(_apps: Any, editor: Any) -> None:
            names = (
                ("change", "truncate") if editor.connection.vendor == "postgresql" else ("UPDATE", "DELETE")
            )
            where = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
            for name in names:
                editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{name}{where}")

        super().__init__(put, take)
