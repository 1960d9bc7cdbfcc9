"""The addresses of coming in and of one's own account; their names are allauth's, it looks them up."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.usersessions.views import list_usersessions
from django.conf import settings
from django.urls import path
from django.views.decorators.http import require_POST

from zhiheng.core.sign_in import views

urlpatterns = [
    path("sign-in/", account.login, name="sign-in"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-in/second/", factor.authenticate, name="mfa_authenticate"),
    path("sign-in/closed/", account.account_inactive, name="account_inactive"),
    path("sign-in/code/confirm/", account.confirm_login_code, name="account_confirm_login_code"),
    path("sign-out/", require_POST(account.logout), name="sign-out"),
    path("sign-out/", require_POST(account.logout), name="account_logout"),
    path("sign-up/", account.signup, name="account_signup"),
    path("account/", views.own, name="account"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/confirm/second/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("account/email/", account.email, name="account_email"),
    path("account/email/sent/", account.email_verification_sent, name="account_email_verification_sent"),
    path("account/email/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/first/", account.password_set, name="account_set_password"),
    path("account/sessions/", list_usersessions, name="usersessions_list"),
    path("account/second/", factor.index, name="mfa_index"),
    path("account/second/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/second/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/second/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/second/codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/second/codes/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("forgotten/", account.password_reset, name="account_reset_password"),
    path("forgotten/code/", account.confirm_password_reset_code, name="account_confirm_password_reset_code"),
    path("forgotten/new/", account.complete_password_reset, name="account_complete_password_reset"),
    path("forgotten/done/", account.password_reset_from_key_done, name="account_password_reset_completed"),
]
if settings.MOBILE_SIGN_IN:
    urlpatterns += [
        path("sign-in/code/", account.request_login_code, name="account_request_login_code"),
        path("account/mobile/", account.change_phone, name="account_change_phone"),
        path("account/mobile/code/", account.verify_phone, name="account_verify_phone"),
    ]
