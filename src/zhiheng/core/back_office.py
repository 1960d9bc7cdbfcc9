"""Django's admin with our site in it. Apart from `office`, which may be imported only when the apps are ready."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class BackOffice(AdminConfig):
    """The back office as an app."""

    default_site = "zhiheng.core.office.Office"
