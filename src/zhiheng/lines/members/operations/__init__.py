"""Writes to members, split by noun: every page, job and import calls these."""

from zhiheng.lines.members.operations.arrears import remind, withdraw
from zhiheng.lines.members.operations.corrections import ask_correction, settle_correction
from zhiheng.lines.members.operations.council import begin_term, elect, end_term, note_meeting, vacate
from zhiheng.lines.members.operations.dues import exempt, owe_again, raise_dues, set_standard
from zhiheng.lines.members.operations.joining import apply, approve, decline, require, see_met
from zhiheng.lines.members.operations.membership import (
    change_tier,
    end,
    end_representation,
    invite,
    name_contact,
    name_representative,
)
from zhiheng.lines.members.operations.online import ask_to_join, receive, turn_away
from zhiheng.lines.members.operations.payments import (
    match,
    put_back,
    refund,
    set_aside,
    take_in,
    undo_refund,
    unmatch,
)
from zhiheng.lines.members.operations.vouchers import issue, void

__all__ = [
    "apply",
    "approve",
    "ask_correction",
    "ask_to_join",
    "begin_term",
    "change_tier",
    "decline",
    "elect",
    "end",
    "end_representation",
    "end_term",
    "exempt",
    "invite",
    "issue",
    "match",
    "name_contact",
    "name_representative",
    "note_meeting",
    "owe_again",
    "put_back",
    "raise_dues",
    "receive",
    "refund",
    "remind",
    "require",
    "see_met",
    "set_aside",
    "set_standard",
    "settle_correction",
    "take_in",
    "turn_away",
    "undo_refund",
    "unmatch",
    "vacate",
    "void",
    "withdraw",
]
