"""The public addresses."""

from __future__ import annotations

from django.urls import path

from zhiheng.portal import api, front, numbers, reports, views

urlpatterns = [
    path("", front.home, name="home"),
    path("about/", front.about, name="about"),
    path("accessibility/", front.accessibility, name="accessibility"),
    path("search/", front.search, name="search"),
    path("robots.txt", front.robots, name="robots"),
    path("favicon.ico", front.favicon, name="favicon"),
    path("figures/", views.figures, name="figures"),
    path("figures/in-full/", views.in_full, name="figures-in-full"),
    path("figures/<str:code>/", views.one_figure, name="figure"),
    path("n/<str:token>/", numbers.number, name="number"),
    path("n/<str:token>/rows.<str:kind>", numbers.rows_file, name="number-rows"),
    path("api/", api.documentation, name="api"),
    path("api/v1/", api.api.urls),
    path("reports/", reports.published, name="reports"),
    path("reports/<str:token>/", reports.one_report, name="report"),
    path("reports/<str:token>/<str:name>", reports.paper, name="report-paper"),
]
