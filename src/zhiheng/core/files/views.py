"""Giving a file out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import rules
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from zhiheng.core.files.models import File
from zhiheng.core.operations import allow
from zhiheng.ui.words import Text

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

READ: Final = Text("查看这个文件", "see this file")


@require_safe
def give(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give a file to whom the room of its purpose lets read it; never as part of a page of ours."""
    file = get_object_or_404(File, token=token)
    if not request.user.is_authenticated and not rules.has_perm("files.read", request.user, file):
        return redirect_to_login(request.get_full_path())
    allow(request.user, "files.read", file, what=READ)  # type: ignore[arg-type]  # anonymous only where anybody may
    answer = FileResponse(file.open(), as_attachment=True, filename=file.name, content_type=file.is_a.mime)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
