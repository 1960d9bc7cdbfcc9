"""Who gets the addresses that belong to no room."""

from __future__ import annotations

from access import EVERYBODY, Access

ACCESS = {
    "sign-in": Access(EVERYBODY),
    "sign-out": Access(EVERYBODY, status=405),
    "set_language": Access(EVERYBODY, status=302),
}
