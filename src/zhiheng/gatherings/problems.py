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
NOT_HELD: Final = Rule(
    "gatherings.not_held",
    409,
    Text("{session}还没有举行，不能登记到场。", "{session} has not been held yet: nobody was there."),
    Text(
        "请在当天或以后录入；日期不对的，请先改期。",
        " Enter it on the day or later; if the day is wrong, move it first.",
    ),
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
CLOSED: Final = Rule(
    "gatherings.closed",
    409,
    Text("{session}的报名已于 {until} 截止。", "Registration for {session} closed at {until}."),
    Text("请联系主办方，或选择其他场次。", " Ask the organisers, or choose another session."),
)
GIVEN_BACK: Final = Rule(
    "gatherings.given_back",
    409,
    Text("这个报名已经取消过了。", "This registration has been cancelled already."),
    Text("无需再次取消。", " There is nothing more to do."),
)
NOT_OF: Final = Rule(
    "gatherings.not_of",
    403,
    Text("人员 {person} 不在“{organisation}”名下。", "Person {person} is not of “{organisation}”."),
    Text("请只为本单位人员报名。", " Register people of your own organisation only."),
)
LAST_SESSION: Final = Rule(
    "gatherings.last_session",
    409,
    Text("“{edition}”只有这一场。", "This is the only session of “{edition}”."),
    Text("请改期或取消，或先增加一场。", " Move or cancel it, or add another session first."),
)
SESSION_IN_USE: Final = Rule(
    "gatherings.session_in_use",
    409,
    Text(
        "{session}已有报名或签到，不能删除。",
        "{session} has registrations or attendances and cannot be removed.",
    ),
    Text("请改用“取消场次”。", " Cancel it instead."),
)
CODE_WRONG: Final = Rule(
    "gatherings.code_wrong",
    404,
    Text("这个签到码无效。", "This check-in code is not valid."),
    Text("请重新扫描现场的二维码，或到签到台签到。", " Scan the code at the venue again, or go to the desk."),
)
CODE_OLD: Final = Rule(
    "gatherings.code_old",
    410,
    Text("这个签到码已经更换。", "This check-in code has been replaced."),
    Text("请扫描屏幕上现在的二维码。", " Scan the code that is on the screen now."),
)
CODE_EARLY: Final = Rule(
    "gatherings.code_early",
    409,
    Text("{session}尚未开始签到。", "Check-in to {session} has not begun."),
    Text("请在 {at} 之后再扫码。", " Scan the code again after {at}."),
)
CODE_LATE: Final = Rule(
    "gatherings.code_late",
    410,
    Text("{session}的签到已结束。", "Check-in to {session} is over."),
    Text("如确已到场，请联系工作人员补录。", " If you were there, ask the staff to enter you."),
)
TOO_MANY_LINES: Final = Rule(
    "gatherings.too_many_lines",
    422,
    Text("一次最多读入 {most} 行。", "At most {most} lines are read at once."),
    Text("请分几次录入。", " Enter them in several parts."),
)
UNKNOWN_ORGANISATION: Final = Rule(
    "gatherings.unknown_organisation",
    422,
    Text("没有名为“{name}”的单位，或不止一家。", "No organisation is called “{name}”, or more than one is."),
    Text("请写全称；新单位请先登记卡片。", " Write the full name; a new one needs its card first."),
)
NOBODY_MEANT: Final = Rule(
    "gatherings.nobody_meant",
    422,
    Text("看不出是谁：{why}。", "It is not clear who is meant: {why}."),
    Text(
        "请写明姓名和单位，同名的加手机号后四位。",
        " Write name and organisation; of two of one name, the last four digits of the number too.",
    ),
)
