"""A plan that is no TOML: what was found and what was expected, in the reader's language."""

from __future__ import annotations

import inspect
import re
import tomllib
from importlib import import_module

import pytest

from zhiheng.programme import check
from zhiheng.programme.problems import SYNTAX
from zhiheng.programme.syntax import place_of, why
from zhiheng.programme.tests.small import reword


def told(text):
    with pytest.raises(tomllib.TOMLDecodeError) as error:
        tomllib.loads(text)
    return (*place_of(text, error.value), *why(text, error.value))


@pytest.mark.parametrize(
    ("text", "line", "column", "chinese"),
    [
        ("edition: 2018", 1, 8, "名称后面缺等号，应为：名称 = 值"),
        ("format =", 1, 9, "等号后面不是值，应为：数字"),
        ("format = 1\ntitle = 满意度\n", 2, 9, "等号后面不是值"),
        ('title = "满意度\nformat = 1', 1, 13, "文字缺少结束的引号"),
        ("title = 'a", 1, 11, "文字缺少结束的引号"),
        ('path = "data\\answers.csv"', 1, 15, "反斜杠"),
        ("a = 1 2", 1, 7, "值的后面还有别的内容"),
        ("a = [1, 2\nb = 3", 2, 1, "列表没有结束"),
        ('a = { zh = "x"\n', 1, 15, "{ } 没有结束"),
        ("[index", 1, 7, "缺少 ]，应为：[表名]"),
        ("[[waves]", 1, 8, "缺少 ]]，应为：[[表名]]"),
        ("a = 1\na = 2", 2, 6, "这个名称前面已经写过"),
        ("[index]\n[index]", 2, 7, "表 index 前面已经写过"),
        ("a = { b = 1, b = 2 }", 1, 19, "名称 b 在 { } 里写了两次"),
        ("a = { b = 1 }\na.c = 2", 2, 8, "a 前面已用 { } 或 [ ] 写完"),
        ("a = 2018-02-30", 1, 5, "这不是日期"),
        ("a.. = 1", 1, 3, "这里应为名称"),
        ("= 1", 1, 1, "这里不能是一行的开头"),
        ("title = “满意度”", 1, 9, '用了全角符号 “ ，应为半角 "'),
        ("format＝1", 1, 7, "用了全角符号 ＝ ，应为半角 ="),
        ('a = { zh = "甲"， en = "A" }', 1, 15, "用了全角符号 ， ，应为半角 ,"),
        ("a = [1，2]", 1, 7, "用了全角符号 ， ，应为半角 ,"),
        ("　a = 1", 1, 1, "用了全角符号 　 ，应为半角 ␣"),
    ],
)  # fmt: skip
def test_what_was_found_and_what_was_expected(text, line, column, chinese):
    found_line, found_column, zh, en = told(text)
    assert (found_line, found_column) == (line, column)
    assert chinese in zh
    # the parser's own words stand in brackets only
    assert not re.search(r"[A-Za-z]{4}", re.sub(r"（.*）|index|true|false", "", zh).replace("zh", ""))
    assert not re.search(r"[\u4e00-\u9fff]", en)


def test_every_message_of_the_parser_has_its_words():
    source = inspect.getsource(import_module("tomllib._parser"))
    messages = re.findall(
        r'(?:suffixed_err|TOMLDecodeError)\(\s*(?:src, \w+, )?f?"((?:[^"\\]|\\.)*)"', source
    )
    assert len(messages) > 20
    for message in messages:
        if "{msg}" in message:  # puts the place behind any of them
            continue
        plain = re.sub(r"\{[^}]*\}", "x", message).replace("\\\\", "\\")
        assert any(re.fullmatch(p, plain) for p, _ in SYNTAX) or "Expected x" in plain, message


def test_the_check_tells_line_column_and_reason(folder):
    reword(folder, 'edition = "2018"', 'edition = "2018')
    (finding,) = check(folder)
    assert finding.message("zh") == (
        'plan.toml，第 3 行：这里不合 TOML 语法：“edition = "2018”，第 16 列：文字缺少结束的引号，'
        "应在同一行内用英文引号结束（Illegal character '\\n'）。请改正这一行，或紧挨着的上一行。"
    )
    assert finding.message("en") == (
        'plan.toml, row 3: This is not TOML: “edition = "2018”, column 16: the text has no closing quote; close it on '
        "its line. Correct this line, or the one just above."
    )
