"""What can go wrong with a gathering."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

TWICE: Final = Rule(
    "gatherings.twice",
    409,
    Text(
        "{person}已在本场签到，不重复计算。",
        "{person} has already checked in to this session and is counted once.",
    ),
    Text("无需再次签到。", " There is nothing more to do."),
)
REGISTERED: Final = Rule(
    "gatherings.registered",
    409,
    Text("{person}已报名本场。", "{person} is already registered for this session."),
    Text("无需再次报名。", " There is nothing more to do."),
)
CANCELLED: Final = Rule(
    "gatherings.cancelled",
    409,
    Text("{session}已取消。", "{session} has been cancelled."),
    Text("请选择其他场次。", " Choose another session."),
)
NO_ORGANISATION: Final = Rule(
    "gatherings.no_organisation",
    422,
    Text("没有写明{person}由哪家单位派出。", "It is not said which organisation sent {person}."),
    Text("请填写单位。", " Name the organisation."),
)
NUMBER_TAKEN: Final = Rule(
    "gatherings.number_taken",
    409,
    Text("“{series}”已有第 {number} 届。", "“{series}” already has edition {number}."),
    Text("请核对届次。", " Check the number."),
)
