"""allauth's forms with the house's words on them."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from django.conf import settings

from zhiheng.ui.words import text

NAME = text("用户名", "User name")


class SignIn(LoginForm):
    """Name or number, password."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        login = self.fields["login"]
        login.label = (
            text("用户名或手机号", "User name or mobile number") if settings.MOBILE_SIGN_IN else NAME
        )
        login.widget.attrs = {"autocomplete": "username", "autocapitalize": "none"}
        self.fields["password"].help_text = ""  # the way to a new one stands below the form
        self.fields["remember"].label = text("在这台设备上保持登录", "Keep me signed in on this device")
        _without_placeholders(self)


class SignUp(SignupForm):
    """A plain account."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["username"].label = NAME
        self.fields["email"].label = text("邮箱", "E-mail")
        if "phone" in self.fields:
            self.fields["phone"].label = text("手机号", "Mobile number")
        _without_placeholders(self)


def _without_placeholders(form: Any) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)  # every field has its label
