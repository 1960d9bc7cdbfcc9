"""The address of one's own jobs."""

from __future__ import annotations

from django.urls import path

from zhiheng.core.jobs import views

urlpatterns = [path("", views.own, name="jobs")]
