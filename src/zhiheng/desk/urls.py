"""The addresses of those who work here, below `desk/`."""

from __future__ import annotations

from django.urls import path

from zhiheng.desk import entries, figures, merging, organisations, overview, papers, people, reports, search

urlpatterns = [
    path("", overview.overview, name="desk"),
    path("search/", search.search, name="desk-search"),
    path("reports/", reports.drafts, name="drafts"),
    path("reports/<int:pk>/", reports.draft, name="draft"),
    path("reports/<int:pk>/changes/", overview.changes, name="changes"),
    path("reports/<int:pk>/versions/<int:number>/", reports.difference, name="difference"),
    path("reports/<int:pk>/papers/<str:name>", papers.paper, name="draft-paper"),
    path("reports/<int:pk>/word/", papers.hand_in, name="word-hand-in"),
    path("reports/<int:pk>/word/<str:token>/", papers.come_back, name="word-draft"),
    path("reports/<int:pk>/<slug:verb>/", reports.change, name="change-draft"),
    path("figures/", figures.figures, name="desk-figures"),
    path("figures/<str:code>/", figures.one_figure, name="desk-figure"),
    path("figures/<str:code>/publish/", figures.publish, name="desk-figure-publish"),
    path("figures/<str:code>/values.xlsx", figures.figure_file, name="desk-figure-file"),
    path("entries/", entries.entries, name="entries"),
    path("entries/new/", entries.new_entry, name="entry-new"),
    path("entries/<int:pk>/", entries.entry, name="entry"),
    path("entries/<int:pk>/<slug:verb>/", entries.change_entry, name="change-entry"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/new/", organisations.new_organisation, name="organisation-new"),
    path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
    path(
        "organisations/<int:pk>/<slug:verb>/", organisations.change_organisation, name="change-organisation"
    ),
    path("lists/", organisations.selections, name="selections"),
    path("lists/<int:pk>/", organisations.selection, name="selection"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new_person, name="person-new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/merging/", merging.merge_person, name="person-merge"),
    path("people/<int:pk>/<slug:verb>/", people.change_person, name="change-person"),
]
