"""Every room's addresses, a room a line."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("zhiheng.portal.urls")),
    path("desk/", include("zhiheng.desk.urls")),
    path("sign-in/", LoginView.as_view(template_name="ui/sign_in.html"), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("files/", include("zhiheng.core.files.urls")),
    path("language/", set_language, name="set_language"),
    path("office/", admin.site.urls),
]
