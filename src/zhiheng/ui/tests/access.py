"""Who gets the addresses of the look."""

from __future__ import annotations

from access import EVERYBODY, Access

ACCESS = {"components": Access(EVERYBODY)}
