"""The living catalogue of components, in demonstration and development only: what the browser test opens."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhiheng.ui.charts import Chart, Point
from zhiheng.ui.words import Text, say, text


class Sample(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=text("单位名称", "Name"), help_text=text("与营业执照一致", "As on the licence")
    )
    on = forms.DateField(label=text("日期", "Date"), widget=forms.DateInput(attrs={"type": "date"}))
    size = forms.ChoiceField(
        label=text("规模", "Size"), choices=[("s", text("小型", "Small")), ("l", text("大型", "Large"))]
    )
    agreed = forms.BooleanField(label=text("同意章程", "Agrees to the statutes"), required=False)


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show every component once."""
    messages.success(request, say(Text("已保存。", "Saved.")))
    messages.warning(request, say(Text("请核对日期。", "Check the date.")))
    values = [81.2, 85.0, 84.1, 88.3, 91.7, 93.5]
    chart = Chart(
        title=say(Text("会员活动参与率（示例）", "Participation of members (sample)")),
        unit="%",
        decimals=1,
        points=tuple(Point(str(2013 + i), v, v - 1.5, v + 1.5) for i, v in enumerate(values)),
    )
    event = {"at": dt.datetime(2018, 5, 1, tzinfo=dt.UTC), "by": "alice", "fields": ["name"]}
    event["verb"] = Text("更名", "Rename")
    return render(
        request,
        "ui/components.html",
        {
            "bad": Sample({"name": "", "on": "x", "size": "s"}),
            "sample": Sample(),
            "chart": chart,
            "values": values,
            "events": [event],
            "page": Paginator(range(30), 10).get_page(request.GET.get("page", 2)),
            "sizes": [("s", Text("小型", "Small")), ("l", Text("大型", "Large"))],
        },
    )
