"""The addresses of messages."""

from __future__ import annotations

from django.urls import path

from zhiheng.core.messages import views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read, name="read-messages"),
    path("how/", views.prefer, name="prefer-messages"),
    path("sent/", views.sent, name="sent-messages"),
]
