"""A report written on its page: blocked by a number, bound, signed, published; nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from story import Story

from zhiheng.core.people.models import Account, Part, Role
from zhiheng.figures.reports.models import Report, Step

LINES = {"writer": "members", "head": "members", "other": "awards", "office": "office", "council": "council"}
STEPS = {"writer": "draft", "head": "review", "other": "consult", "office": "issue", "council": "council"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    made = Story()
    for name, line in LINES.items():
        made.accounts[name] = Account.objects.create_user(name, "a long password")
        Role.objects.create(account=made.accounts[name], line=line, part=Part.RUNS, start=dt.date(2013, 1, 1))
    return made


@pytest.fixture
def report(client, story):
    answer = post(
        client, story, "writer", reverse("drafts"), title="工作报告", line="members", chain=list(Step)
    )
    assert answer.status_code == 302
    return Report.objects.get()


def post(client, story, role, address, **data):
    story.sign_in(client, role)
    return client.post(address, data)


def do(client, story, role, report, verb, **data):
    return post(client, story, role, reverse("change-draft", args=[report.pk, verb]), **data)


def page(client, report):
    return client.get(reverse("draft", args=[report.pk])).content.decode()


def newest(report):
    return report.versions.first().text


def test_the_whole_way(client, story, report):
    do(client, story, "writer", report, "save", title="工作报告", text="# 一\n\n会员参与率超过50%。", after=1)
    assert "1 个数字阻止发布" in page(client, report)
    do(
        client,
        story,
        "writer",
        report,
        "bind",
        figure="members.participation",
        period="2018",
        passage=2,
        start=5,
    )
    assert newest(report) == "# 一\n\n会员参与率[超过50%](#b1)。"
    seen = page(client, report)
    assert "措辞不成立" in seen
    assert "[50%](#b1)" in seen  # what may be written instead
    fixed = newest(report).replace("超过", "达到")
    do(client, story, "writer", report, "save", title="工作报告", text=fixed, after=3)
    assert "没有数字阻止发布" in page(client, report)
    for role, step in STEPS.items():
        assert do(client, story, role, report, "sign", step=step, passed="yes").status_code == 302, step
    assert do(client, story, "office", report, "publish", number="1号").status_code == 302
    client.logout()
    assert "达到50%</a>" in client.get(reverse("report", args=[report.token])).content.decode()


def test_what_was_typed_stays_when_it_is_refused(client, story, report):
    do(client, story, "writer", report, "save", title="工作报告", text="甲", after=1)
    answer = do(client, story, "head", report, "save", title="我的标题", text="我写的<乙>", after=1)
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "已保存了第 2 版" in said
    assert "我写的&lt;乙&gt;" in said
    assert newest(report) == "甲"
    [after] = re.findall(r'name="after" value="(\d+)"', said)
    again = do(client, story, "head", report, "save", title="我的标题", text="我写的<乙>", after=after)
    assert again.status_code == 302  # what the page tells one to do works
    assert newest(report) == "我写的<乙>"


def test_a_preview_writes_nothing(client, story, report):
    answer = do(client, story, "writer", report, "preview", title="工作报告", text="走访400家企业", after=1)
    assert "1 个数字阻止发布" in answer.content.decode()
    assert report.versions.count() == 1


def test_of_two_alike_the_right_one_is_marked(client, story, report):
    text = "走访400家企业。\n\n又是400家。"
    do(client, story, "writer", report, "save", title="工作报告", text=text, after=1)
    do(client, story, "writer", report, "mark", reason="示例", passage=2, start=2)
    assert newest(report) == "走访400家企业。\n\n又是[400家](#b1)。"
    do(client, story, "writer", report, "cite", source="公报", page_of="7", passage=1, start=2)
    assert newest(report) == "走访[400家](#b2)企业。\n\n又是[400家](#b1)。"


def test_a_number_cut_by_markdown_is_not_guessed_at(client, story, report):
    do(client, story, "writer", report, "save", title="工作报告", text="走访4**00**家。", after=1)
    answer = do(client, story, "writer", report, "mark", reason="示例", passage=1, start=2)
    assert answer.status_code == 302
    assert newest(report) == "走访4**00**家。"
    assert "[…](#b1)" in page(client, report)


@pytest.mark.parametrize(
    ("verb", "data", "status"),
    [
        ("bind", {"figure": "nothing", "period": "2018"}, 404),
        ("bind", {"figure": "members.participation", "period": "last year"}, 422),
        ("bind", {"figure": "members.participation", "period": "2018-12-31"}, 422),
        ("cite", {"source": "", "page_of": "7"}, 422),
        ("mark", {"reason": ""}, 422),
        ("comment", {"remark": " "}, 422),
        ("settle", {"comment": "9" * 30}, 404),
        ("sign", {"step": "nothing"}, 404),
        ("sign", {"step": "council", "passed": "yes"}, 403),
        ("publish", {"number": "1"}, 403),
        ("let-through", {"passage": "0", "start": "x", "why": "x"}, 404),
        ("save", {"title": "", "text": "甲", "after": "1"}, 422),
        ("save", {"title": "题", "text": "甲", "after": "x"}, 409),
        ("nothing", {}, 404),
        ("save", {"title": "长" * 121, "text": "甲", "after": "1"}, 422),
        ("save", {"title": "题", "text": "甲" * 100_001, "after": "1"}, 422),
        ("cite", {"source": "长" * 201, "page_of": "7"}, 422),
        ("cite", {"source": "公报", "page_of": "7" * 21}, 422),
        ("mark", {"reason": "长" * 201}, 422),
        ("bind", {"figure": "members.participation", "period": "9" * 50}, 422),
    ],
)
def test_wrong_input_is_answered(client, story, report, verb, data, status):
    assert do(client, story, "writer", report, verb, **data).status_code == status
    assert report.versions.count() == 1


def test_remarks_and_versions_are_on_the_page(client, story, report):
    do(client, story, "rita", report, "comment", remark="请<核实>", quote="一")
    seen = page(client, report)
    assert "请&lt;核实&gt;" in seen
    remark = report.versions.first().comments.get()
    do(client, story, "writer", report, "settle", comment=remark.pk)
    assert "已处理" in page(client, report)
    do(client, story, "writer", report, "save", title="工作报告", text="甲<b>乙", after=1)
    changed = client.get(reverse("difference", args=[report.pk, 2])).content.decode()
    assert "<ins>甲&lt;b&gt;乙</ins>" in changed


def test_who_may_not_see_drafts_does_not(client, story, report):
    for role in ("charlie", "erin"):
        assert do(client, story, role, report, "save", title="x", text="x", after=1).status_code == 403
        assert "起草" not in story.get(client, role, reverse("home")).content.decode()
    assert report.versions.count() == 1


def test_while_typing_only_the_preview_and_the_numbers_are_answered(client, story, report):
    client.force_login(story.accounts["writer"], backend="zhiheng.core.sign_in.backend.Passwords")
    address = reverse("change-draft", args=[report.pk, "preview"])
    typed = {"title": "工作报告", "text": "走访<b>400家企业", "after": 1}
    answer = client.post(address, typed, headers={"HX-Request": "true"})
    said = answer.content.decode()
    assert said.startswith('<div id="live">')
    assert "1 个数字阻止发布" in said
    assert "&lt;b&gt;" in said
    assert "<html" not in said
    # what stands on a number is put into the saved text: first save, then bind
    assert "未保存" in said
    assert reverse("change-draft", args=[report.pk, "bind"]) not in said
    assert report.versions.count() == 1


def test_who_begins_a_report_chooses_its_chain_and_its_language(client, story):
    answer = post(client, story, "writer", reverse("drafts"), title="Report", line="members", language="en",
                  chain=["council", "review"])  # fmt: skip
    assert answer.status_code == 302
    begun = Report.objects.get()
    assert begun.chain == [
        "draft",
        "review",
        "issue",
        "council",
    ]  # in the order of the house, never by one hand
    assert begun.language == "en"
    assert "会签" not in page(client, begun).split('id="chain"')[1].split('id="remarks"')[0]


@pytest.mark.parametrize(
    ("role", "data", "status"),
    [
        ("rita", {"line": "members"}, 403),
        ("bob", {"line": "office"}, 403),
        ("writer", {"line": "nothing"}, 404),
        ("writer", {"line": "members", "language": "fr"}, 404),
        ("writer", {"line": "members", "title": " "}, 422),
        ("writer", {"line": "members", "title": "长" * 121}, 422),
    ],
)
def test_nobody_begins_a_report_of_a_line_that_is_not_theirs(client, story, role, data, status):
    answer = post(client, story, role, reverse("drafts"), **{"title": "工作报告"} | data)
    assert answer.status_code == status
    assert not Report.objects.exists()


def test_only_lines_that_one_writes_for_are_offered(client, story):
    seen = story.get(client, "bob", reverse("drafts")).content.decode()
    assert 'value="members"' in seen
    assert 'value="office"' not in seen
    assert 'id="begin"' not in story.get(client, "rita", reverse("drafts")).content.decode()


def test_a_text_full_of_numbers_is_a_page_that_opens(client, story, report):
    text = "走访4家，" * 2000
    assert (
        do(client, story, "writer", report, "save", title="工作报告", text=text, after=1).status_code == 302
    )
    seen = page(client, report)
    assert "2000 个数字阻止发布" in seen
    assert "只列出阻止发布的前 100 个" in seen
    assert len(seen) < 2_000_000


@pytest.mark.parametrize("verb", ["cite", "mark"])
def test_one_mark_does_not_clear_a_whole_sentence(client, story, report, verb):
    given = {"source": "公报", "page_of": "7"} if verb == "cite" else {"reason": "示例"}
    text = "[走访400家，开会30场](#b1)。"
    do(client, story, "writer", report, "save", title="工作报告", text=text, after=1)
    do(client, story, "writer", report, verb, **given)
    seen = page(client, report)
    assert "标记不清" in seen
    assert "1 个数字阻止发布" in seen
