"""What every staff page asks first."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeAlias

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from zhiheng.core.operations import allow
from zhiheng.ui.words import Text

View: TypeAlias = Callable[..., HttpResponse]


def staff_page(permission: str, zh: str, en: str) -> Callable[[View], View]:
    """Make a view a staff page: whoever is not signed in signs in first; then `permission` is asked."""

    def make(view: View) -> View:
        @functools.wraps(view)
        def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            allow(request.user, permission, what=Text(zh, en))  # type: ignore[arg-type]  # signed in
            return view(request, *args, **kwargs)

        return login_required(page)

    return make
