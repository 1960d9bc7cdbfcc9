"""Numbers of a register, one after the other."""

from __future__ import annotations

from zhiheng.lines.members.models import Numbering


def in_turn(register: str) -> Numbering:
    """Let whoever else writes into `register` wait until this operation ends."""
    Numbering.objects.get_or_create(register=register)
    return Numbering.objects.select_for_update().get(register=register)


def next_in(register: str) -> int:
    """Take the next number of `register`: inside an operation, so that a number taken in vain is given back."""
    counter = in_turn(register)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last
