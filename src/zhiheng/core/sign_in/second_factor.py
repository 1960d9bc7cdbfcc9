"""Who works here signs in with a second factor, where the house asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect

from zhiheng.core.people.models import Part
from zhiheng.core.people.permissions import roles_today
from zhiheng.ui.words import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

OPEN: Final = ("/account/", "/sign-in/", "/sign-out/", "/language/", "/static/", "/forgotten/")
"""What is open to somebody who is about to set up the second factor."""
WORKS: Final = {Part.RUNS.value, Part.HELPS.value, Part.READS.value, Part.ASSESSES.value}
ASKED: Final = text(
    "本单位要求工作人员使用两步验证，请先绑定验证器应用。",
    "Who works here signs in with a second factor. Set up an authenticator app first.",
)


def works_here(account: Any) -> bool:
    """Has a part in a line beyond being a contact or an enumerator, or may enter the back office."""
    return account.is_staff or any(part in WORKS for _, part, _ in roles_today(account))


class AskSecondFactor:
    """Middleware: nobody who works here goes on without a second factor, where the setting says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Send to the page that sets it up."""
        if (
            settings.STAFF_SECOND_FACTOR
            and not request.path_info.startswith(OPEN)
            and request.user.is_authenticated
            and works_here(request.user)
            and not is_mfa_enabled(request.user)
        ):
            messages.warning(request, ASKED)
            return redirect("mfa_activate_totp")
        return self.get_response(request)
