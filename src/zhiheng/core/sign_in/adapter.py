"""How allauth does things in this house: accounts by operations, codes by our gateway, nothing told to strangers."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError

from zhiheng.core.messages.gateways import sms_gateway
from zhiheng.core.people import operations as people
from zhiheng.core.people.models import Account
from zhiheng.core.sign_in import sealing
from zhiheng.core.sign_in.mobile import MobileField, read
from zhiheng.ui import menu
from zhiheng.ui.words import Text, say, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

log = logging.getLogger(__name__)

OUTGOING: Final = ThreadPoolExecutor(1, thread_name_prefix="outgoing")
"""Mail and SMS leave beside the request: how long an answer takes must not tell whether there is an account."""

CODE: Final = Text(
    "【{from_}】验证码 {code}，几分钟内有效。如非本人操作，请忽略。",
    "[{from_}] Your code is {code}. It is valid for a few minutes. Ignore this if you did not ask for it.",
)
TAKEN: Final = text("这个用户名不能使用，请换一个。", "This user name cannot be used. Choose another one.")


class Adapter(DefaultAccountAdapter):
    """Accounts of this house."""

    error_messages = DefaultAccountAdapter.error_messages | dict.fromkeys(
        ("username_password_mismatch", "phone_password_mismatch", "email_password_mismatch"),
        text("用户名或密码不对，请重试。", "The user name or the password is wrong. Try again."),
    )

    # ── accounts ──

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Send who came in to where one begins."""
        return menu.begin(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Anybody may open a plain account, where the house allows it."""
        return settings.SIGN_UP

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Refuse names that look like a number or belong to the system."""
        name: str = super().clean_username(username, shallow=shallow)
        if read(name) or name.lower() == people.SYSTEM or name.lower().startswith("erased-"):
            raise ValidationError(TAKEN)
        return name

    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Account:  # noqa: ARG002
        """Open a plain account without a role."""
        given = form.cleaned_data
        return people.open_account(
            by=people.system_account(),
            username=given["username"],
            password=given["password1"],
            mobile=given.get("phone") or None,
            email=given.get("email") or "",
        )

    def set_password(self, user: Account, password: str) -> None:
        """Change one's own password."""
        people.change_password(by=user, account=user, password=password)

    # ── mobile numbers ──

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Read the number as it is kept before it is looked up."""
        if phone := credentials.get("phone"):
            credentials["phone"] = read(phone)
        return super().authenticate(request, **credentials)

    def phone_form_field(self, **more: Any) -> MobileField:
        """Give our field."""
        return MobileField(**more)

    def get_phone(self, user: Account) -> tuple[str, bool] | None:
        """Give the number and whether its owner proved it."""
        return (user.mobile, user.mobile_verified) if user.mobile else None

    def set_phone(self, user: Account, phone: str, verified: bool) -> None:
        """Change one's own number."""
        people.change_mobile(by=user, account=user, mobile=phone, verified=verified)

    def set_phone_verified(self, user: Account, phone: str) -> None:
        """Keep that the owner of the account has the number."""
        if (user.mobile, user.mobile_verified) != (phone, True):
            self.set_phone(user, phone, verified=True)

    def get_user_by_phone(self, phone: str) -> Account | None:
        """Give the account that a code for this number opens; a closed one has none."""
        return Account.objects.filter(mobile=phone, is_active=True).first()

    def send_verification_code_sms(self, user: Account, phone: str, code: str, **_more: Any) -> None:  # noqa: ARG002
        """Send a code; a number without an account gets none, and the page says the same."""
        said = say(CODE).format(from_=say(Text(*settings.ASSOCIATION)), code=code)
        send_out(sms_gateway().send, phone, said)

    # ── mail ──

    def format_email_subject(self, subject: str) -> str:
        """Put the association's name before it."""
        return f"[{say(Text(*settings.ASSOCIATION))}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send allauth's mail in our name: the address that the browser asked for never gets into it."""
        house = SimpleNamespace(name=say(Text(*settings.ASSOCIATION)), domain=settings.PUBLIC_URL)
        known = {"request": current.request, "email": email, "current_site": house} | context
        send_out(self.render_mail(template_prefix, email, known).send)


def send_out(send: Callable[..., Any], *given: Any) -> None:
    """Let something leave beside the request; what fails is written down without whom it was for."""

    def run() -> None:
        try:
            send(*given)
        except Exception as error:  # noqa: BLE001 - whatever a gateway raises must not reach the page
            log.error("not sent: %s", type(error).__name__)  # noqa: TRY400 - a traceback would hold the text

    OUTGOING.submit(run)


class SecondFactor(DefaultMFAAdapter):
    """Second factors of this house."""

    def get_totp_issuer(self) -> str:
        """Give what the authenticator app shows."""
        return say(Text(*settings.ASSOCIATION))

    def encrypt(self, text: str) -> str:
        """Write a secret as it lies in the database."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Read it again."""
        return sealing.unseal(encrypted_text)
