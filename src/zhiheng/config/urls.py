"""Every room's addresses, a room a line."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from zhiheng.gatherings.urls import public as calendar
from zhiheng.ui.components import catalogue

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("zhiheng.portal.urls")),
    path("desk/", include("zhiheng.desk.urls")),
    path("gatherings/", include("zhiheng.gatherings.urls")),
    path("calendar/", include((calendar, "calendar"))),
    path("", include("zhiheng.core.sign_in.urls")),
    path("check/", include("zhiheng.core.credentials.urls")),
    path("messages/", include("zhiheng.core.messages.urls")),
    path("jobs/", include("zhiheng.core.jobs.urls")),
    path("members/", include("zhiheng.lines.members.urls")),
    path("files/", include("zhiheng.core.files.urls")),
    path("language/", set_language, name="set_language"),
    path("office/", admin.site.urls),
]

handler400 = "zhiheng.core.edge.unreadable"
handler403 = "zhiheng.core.edge.not_for_you"
handler404 = "zhiheng.core.edge.not_there"
handler429 = "zhiheng.core.edge.too_many"  # allauth asks for it
handler500 = "zhiheng.core.edge.defect"
if settings.MODE != "production":
    urlpatterns.append(path("components/", catalogue, name="components"))
