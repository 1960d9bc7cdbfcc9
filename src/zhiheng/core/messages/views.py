"""One's own messages; for the office, what left the house and what did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from zhiheng.core.messages import operations
from zhiheng.core.messages.models import Delivery, Message, Preference
from zhiheng.core.pages import staff_page
from zhiheng.ui.words import text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MESSAGES_A_PAGE: Final = 20


@require_safe
@staff_page("core.own_page", "查看自己的消息", "see one's own messages")
def inbox(request: HttpRequest) -> HttpResponse:
    """Show one's own messages, newest first, and how one is told."""
    own = Message.objects.filter(account=request.user)  # type: ignore[misc]  # signed in
    page = Paginator(own, MESSAGES_A_PAGE).get_page(request.GET.get("page"))
    chosen = Preference.objects.filter(account=request.user).first() or Preference()  # type: ignore[misc]  # as above
    return render(request, "messages/inbox.html", {"page": page, "chosen": chosen})


@require_POST
@staff_page("core.own_page", "查看自己的消息", "see one's own messages")
def read(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    operations.read(by=request.user, account=request.user)  # type: ignore[arg-type]  # signed in
    return redirect("inbox")


@require_POST
@staff_page("core.own_page", "查看自己的消息", "see one's own messages")
def prefer(request: HttpRequest) -> HttpResponse:
    """Choose how to be told."""
    operations.prefer(
        by=request.user,  # type: ignore[arg-type]  # signed in
        account=request.user,  # type: ignore[arg-type]  # as above
        mail="mail" in request.POST,
        sms="sms" in request.POST,
        language=request.POST.get("language", ""),
    )
    return redirect("inbox")


@require_safe
@staff_page("messages.see_sent", "查看发送记录", "see what was sent")
def sent(request: HttpRequest) -> HttpResponse:
    """Show what left the house and what did not; never where to."""
    deliveries = Delivery.objects.select_related("message__account__person", "message__person")
    if (state := request.GET.get("state", "")) in Delivery.State.values:
        deliveries = deliveries.filter(state=state)
    page = Paginator(deliveries, MESSAGES_A_PAGE).get_page(request.GET.get("page"))
    states = [("", text("全部", "All")), *Delivery.State.choices]
    return render(request, "messages/sent.html", {"page": page, "state": state, "states": states})
