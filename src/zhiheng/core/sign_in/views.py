"""One's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiheng.core.pages import staff_page
from zhiheng.core.people.models import Account, Role, masked

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@staff_page("core.own_page", "查看自己的账号", "see one's own account")
def own(request: HttpRequest) -> HttpResponse:
    """Show who one is here: roles, ways in, where one is signed in."""
    account: Account = request.user  # type: ignore[assignment]  # signed in
    roles = Role.objects.filter(account=account).as_of(timezone.localdate()).select_related("organisation")
    return render(
        request,
        "sign_in/own.html",
        {
            "account": account,
            "roles": roles.order_by("line", "part"),
            "mobile": masked(account.mobile or ""),
            "mobile_sign_in": settings.MOBILE_SIGN_IN,
            "second": is_mfa_enabled(account),
            "sessions": UserSession.objects.filter(user=account).count(),
        },
    )
