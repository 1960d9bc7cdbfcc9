"""Who gets the addresses that belong to no room."""

from __future__ import annotations

from access import EVERYBODY, Access

ACCESS = {
    "set_language": Access(EVERYBODY, status=302),
}
