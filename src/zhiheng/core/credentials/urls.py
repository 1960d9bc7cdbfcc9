"""The addresses of the public look-up."""

from __future__ import annotations

from django.urls import path

from zhiheng.core.credentials import views

urlpatterns = [
    path("", views.check, name="check"),
    path("<str:code>/", views.check, name="check-code"),
]
