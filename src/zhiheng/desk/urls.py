"""The addresses of those who work here, below `desk/`."""

from __future__ import annotations

from django.urls import path

from zhiheng.desk import reports

urlpatterns = [
    path("reports/", reports.drafts, name="drafts"),
    path("reports/<int:pk>/", reports.draft, name="draft"),
    path("reports/<int:pk>/versions/<int:number>/", reports.difference, name="difference"),
    path("reports/<int:pk>/<slug:verb>/", reports.change, name="change-draft"),
]
