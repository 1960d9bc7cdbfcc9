"""The addresses of gatherings: of those who work on them, and the public calendar."""

from __future__ import annotations

from django.urls import path

from zhiheng.gatherings.views import calendar, code, editions, lists, roster, sessions

app_name = "gatherings"
urlpatterns = [
    path("", editions.editions, name="editions"),
    path("new/", editions.hold, name="hold"),
    path("series/", editions.all_series, name="all-series"),
    path("series/<int:pk>/", editions.one_series, name="one-series"),
    path("<int:pk>/", editions.edition, name="edition"),
    path("<int:pk>/edit/", editions.edit, name="edit"),
    path("<int:pk>/publish/", editions.publish, name="publish"),
    path("<int:pk>/history/", editions.history, name="history"),
    path("<int:pk>/sessions/", editions.add_session, name="add-session"),
    path("<int:pk>/materials/", lists.add_material, name="add-material"),
    path("materials/<int:pk>/remove/", lists.remove_material, name="remove-material"),
    path("sessions/<int:pk>/", sessions.session, name="session"),
    path("sessions/<int:pk>/edit/", editions.arrange, name="arrange"),
    path("sessions/<int:pk>/do/<slug:verb>/", editions.confirm, name="confirm"),
    path("sessions/<int:pk>/register/", sessions.register, name="register"),
    path("registrations/<int:pk>/give-back/", sessions.give_back, name="give-back"),
    path("sessions/<int:pk>/roster/", roster.roster, name="roster"),
    path("sessions/<int:pk>/roster/people/", roster.suggestions, name="suggestions"),
    path("sessions/<int:pk>/strike/", roster.strike, name="strike"),
    path("unmatched/<int:pk>/", roster.resolve, name="resolve"),
    path("sessions/<int:pk>/import/", roster.sheet, name="sheet"),
    path("sessions/<int:pk>/door/", code.door, name="door"),
    path("sessions/<int:pk>/door/<int:person>/", code.tap, name="tap"),
    path("sessions/<int:pk>/poster/", code.poster, name="poster"),
    path("sessions/<int:pk>/attendances.xlsx", lists.attendances_xlsx, name="attendances-xlsx"),
    path("sessions/<int:pk>/attendances.pdf", lists.attendances_pdf, name="attendances-pdf"),
    path("sessions/<int:pk>/sign-in-sheet.pdf", lists.sign_in_sheet, name="sign-in-sheet"),
    path("people/<int:pk>/", sessions.person, name="person"),
    path("companies/<int:pk>/", sessions.company, name="company"),
]
public = [
    path("", calendar.month, name="month"),
    path("feed.ics", calendar.feed, name="feed"),
    path("mine/", calendar.mine, name="mine"),
    path("in/<str:code>/", code.arrive, name="arrive"),
    path("seats/<int:pk>/give-back/", calendar.give_back, name="give-back"),
    path("<str:token>/", calendar.one, name="session"),
    path("<str:token>/session.ics", calendar.one_ics, name="session-ics"),
    path("<str:token>/register/", calendar.register, name="register"),
]
"""Below `calendar/`, under the name `calendar`."""
