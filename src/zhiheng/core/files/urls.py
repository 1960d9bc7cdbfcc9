"""The address of a file."""

from __future__ import annotations

from django.urls import path

from zhiheng.core.files import views

urlpatterns = [path("<str:token>/", views.give, name="file")]
