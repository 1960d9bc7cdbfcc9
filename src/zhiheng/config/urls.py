"""Every address, a room a line."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from zhiheng.desk import reports as drafts
from zhiheng.portal import reports
from zhiheng.portal import views as portal

urlpatterns: list[URLPattern | URLResolver] = [
    path("", portal.home, name="home"),
    path("figures/", portal.figures, name="figures"),
    path("figures/<str:code>/", portal.one_figure, name="figure"),
    path("n/<str:token>/", portal.number, name="number"),
    path("reports/", reports.published, name="reports"),
    path("reports/<str:token>/", reports.one_report, name="report"),
    path("desk/reports/", drafts.drafts, name="drafts"),
    path("desk/reports/<int:pk>/", drafts.draft, name="draft"),
    path("desk/reports/<int:pk>/versions/<int:number>/", drafts.difference, name="difference"),
    path("desk/reports/<int:pk>/<slug:verb>/", drafts.change, name="change-draft"),
    path("sign-in/", LoginView.as_view(template_name="ui/sign_in.html"), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", set_language, name="set_language"),
    path("office/", admin.site.urls),
]
