"""The tables of members, split by noun."""

from zhiheng.lines.members.models.council import CouncilTerm, Post, Seat
from zhiheng.lines.members.models.dues import (
    Due,
    DuesStandard,
    Numbering,
    Rate,
    Reminder,
    Voucher,
)
from zhiheng.lines.members.models.membership import (
    Application,
    Correction,
    Meeting,
    Membership,
    Representative,
    Requirement,
    Tier,
    TierSpell,
)
from zhiheng.lines.members.models.online import OnlineApplication
from zhiheng.lines.members.models.payments import Matching, Payment, Refund, Statement, Why

__all__ = [
    "Application",
    "Correction",
    "CouncilTerm",
    "Due",
    "DuesStandard",
    "Matching",
    "Meeting",
    "Membership",
    "Numbering",
    "OnlineApplication",
    "Payment",
    "Post",
    "Rate",
    "Refund",
    "Reminder",
    "Representative",
    "Requirement",
    "Seat",
    "Statement",
    "Tier",
    "TierSpell",
    "Voucher",
    "Why",
]
