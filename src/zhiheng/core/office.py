"""The back office: Django's own, for reference data. It is entered by our sign-in and shows; writes are operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhiheng.core.edge import answer
from zhiheng.core.problems import NOT_FOR_YOU, Problem
from zhiheng.ui.words import text

if TYPE_CHECKING:
    from django.db.models import Model

    Admin = admin.ModelAdmin[Model]
else:
    Admin = admin.ModelAdmin


class Office(admin.AdminSite):
    """Nobody signs in here: who has not, goes to the sign-in of the house, second factor and all."""

    site_header = site_title = text("后台", "Back office")
    index_title = text("基础数据", "Reference data")
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        """Send to the sign-in, or refuse who has signed in and has no business here."""
        if request.user.is_authenticated:
            return answer(request, Problem(NOT_FOR_YOU))
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take what this house shows; what libraries would let somebody write here is left out."""
        if admin_class is not None and issubclass(admin_class, Shown):
            super().register(model_or_iterable, admin_class, **options)

    def password_change(self, *_given: Any, **_more: Any) -> Any:
        """Send to the page of one's own account."""
        return redirect("account_change_password")


class Shown(Admin):
    """A table that the office shows and does not change."""

    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Show it to who may enter."""
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As above."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - as above
        """Nothing is added here unless by an operation."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - as above
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - as above
        """Nothing is deleted here."""
        return False
