"""The demonstration looks at itself: what a visitor would open is opened, and each number is what it must be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.test import Client

import build
from zhiheng.figures.definition import Period, figure
from zhiheng.figures.evaluation import evaluate
from zhiheng.figures.reports.gate import examine
from zhiheng.figures.reports.models import Publication


def check() -> Iterator[str]:
    """Say what was found, a line a thing; the first that is wrong ends it with an AssertionError."""
    visitor = Client(headers={"accept-language": "zh-hans"})
    for address in ("/", "/figures/", "/reports/", "/sign-in/"):
        assert visitor.get(address).status_code == 200, address
    yield "首页、指标目录、报告、登录 · home, figures, reports, sign-in"

    published = Publication.objects.select_related("report", "version__report").get()
    page = visitor.get(f"/reports/{published.report.token}/").content.decode()
    assert "93.5%" in page
    assert "虚构" in page
    bound = sorted(set(re.findall(r"/n/[\w-]+/", page)))
    numbers = [each for each in examine(published.version).numbers if each.binding]
    assert len(bound) == sum(1 for each in numbers if each.binding and each.binding.snapshot) > 0
    for address in bound:
        assert visitor.get(address).status_code == 200, address
    yield f"报告中的 {len(bound)} 个数字都能打开 · every number of the report opens"

    rate = evaluate(figure("members.participation"), Period.year(2018))
    assert str(rate.rounded) == "93.5", rate
    yield f"2018年会员活动参与率 {rate.counted} ÷ {rate.base} = {rate.rounded}% · participation rate"

    for name in build.ACCOUNTS:
        assert Client().login(username=name, password=build.PASSWORD), name
    yield f"{len(build.ACCOUNTS)} 个试用账号可以登录 · accounts to try"
