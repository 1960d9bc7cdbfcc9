"""The addresses of members, below `members/`."""

from __future__ import annotations

from django.urls import path

from zhiheng.lines.members.views import arrears, council, dues, joining, own, payments, register, vouchers

app_name = "members"
urlpatterns = [
    path("", register.register, name="register"),
    path("export/", register.export_register, name="export-register"),
    path("save/", register.save, name="save"),
    path("overview/", register.overview, name="overview"),
    path("<int:pk>/", register.member, name="member"),
    path("<int:pk>/<slug:verb>/", register.change, name="change"),
    path("applications/", joining.applications, name="applications"),
    path("applications/new/", joining.new, name="apply"),
    path("applications/requirements/", joining.requirements, name="requirements"),
    path("applications/<int:pk>/", joining.application, name="application"),
    path("applications/<int:pk>/<slug:verb>/", joining.decide, name="decide"),
    path("council/", council.council, name="council"),
    path("council/export/", council.export, name="export-council"),
    path("council/seats/<int:pk>/", council.seat, name="seat"),
    path("council/seats/<int:pk>/vacate/", council.vacate, name="vacate"),
    path("council/<slug:verb>/", council.change, name="change-council"),
    path("dues/", dues.dues, name="dues"),
    path("dues/export/", dues.export, name="export-dues"),
    path("dues/raise/", dues.raise_dues, name="raise-dues"),
    path("dues/standards/", dues.standards, name="standards"),
    path("dues/standards/set/", dues.set_standard, name="set-standard"),
    path("dues/arrears/", arrears.arrears, name="arrears"),
    path("dues/arrears/export/", arrears.export_arrears, name="export-arrears"),
    path("dues/arrears/<slug:verb>/", arrears.deal_with, name="deal-with"),
    path("dues/<int:pk>/", dues.due, name="due"),
    path("dues/<int:pk>/<slug:verb>/", dues.change, name="change-due"),
    path("vouchers/", vouchers.vouchers, name="vouchers"),
    path("vouchers/export/", vouchers.export_vouchers, name="export-vouchers"),
    path("vouchers/<int:pk>/", vouchers.voucher, name="voucher"),
    path("vouchers/<int:pk>/void/", vouchers.void, name="void"),
    path("payments/", payments.payments, name="payments"),
    path("payments/confirm/", payments.confirm, name="confirm"),
    path("payments/statements/", payments.statements, name="statements"),
    path("payments/<int:pk>/", payments.payment, name="payment"),
    path("payments/<int:pk>/<slug:verb>/", payments.change, name="change-payment"),
    path("corrections/", own.corrections, name="corrections"),
    path("corrections/<int:pk>/", own.settle, name="settle"),
    path("own/", own.own, name="own"),
    path("own/<int:pk>/", own.organisation, name="own-organisation"),
    path("own/<int:pk>/<slug:verb>/", own.ask, name="ask"),
]
