"""Every setting. Each is read from one environment variable; a bad value stops the start and names the legal ones."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from zhiheng.config import menu
from zhiheng.config.lines import LINES

PACKAGE: Final = Path(__file__).resolve().parent.parent


def _word(name: str, default: str, legal: tuple[str, ...] = ()) -> str:
    value = os.environ.get(name, default)
    if legal and value not in legal:
        raise ImproperlyConfigured(f"{name}={value!r}: must be one of {', '.join(legal)}")
    return value


def _yes(name: str, default: bool) -> bool:
    return _word(name, "yes" if default else "no", ("yes", "no")) == "yes"


def _whole(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name}={value!r}: must be a whole number")
    return int(value)


def _address(name: str, default: str, *, secure: bool) -> str:
    value = os.environ.get(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ({"https"} if secure else {"http", "https"}) or not parts.netloc or parts.path:
        raise ImproperlyConfigured(
            f"{name}={value!r}: must be {'https' if secure else 'http or https'}://HOST"
        )
    return value


def _secret(name: str) -> str:
    """Read a secret from NAME or from the file named in NAME_FILE."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, "")


def _database(url: str) -> dict[str, Any]:
    """Read sqlite:///file or postgresql://user:password@host:port/name?option=value."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        file = unquote(parts.path)[1:] or ":memory:"
        if file != ":memory:":
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        pragmas = "".join(
            f"PRAGMA {p};"
            for p in (
                "journal_mode=WAL",
                "synchronous=NORMAL",
                "cache_size=-65536",
                "temp_store=MEMORY",
                "mmap_size=1073741824",
                "recursive_triggers=ON",  # a row that is replaced counts as deleted: append-only tables refuse it
            )
        )
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": file,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
        }
    if parts.scheme == "postgresql":
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path)[1:],
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or "") or _secret("ZHIHENG_DATABASE_PASSWORD"),
            "HOST": unquote(parts.hostname or "") or dict(parse_qsl(parts.query)).get("host", ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            # compiling takes longer than our queries, and what is opened as a stream is read to its end
            "OPTIONS": {"options": "-c jit=off -c cursor_tuple_fraction=1"},
        }
    raise ImproperlyConfigured(
        "ZHIHENG_DATABASE: must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"
    )


def _mail(url: str) -> dict[str, Any]:
    """Read smtp://user:password@host:port (smtps: encrypted from the start), `files` or `none`."""
    parts = urlsplit(url)
    if parts.scheme in {"smtp", "smtps"} and parts.hostname:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or "") or _secret("ZHIHENG_MAIL_PASSWORD"),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_USE_TLS": parts.scheme == "smtp",
            "EMAIL_TIMEOUT": 20,
        }
    kinds = {"files": "filebased", "none": "dummy"}
    if url not in kinds:
        raise ImproperlyConfigured(
            "ZHIHENG_MAIL: must be smtp://USER:PASSWORD@HOST:PORT, smtps://…, files or none"
        )
    return {"EMAIL_BACKEND": f"django.core.mail.backends.{kinds[url]}.EmailBackend"}


# ── where things lie ───────────────────────────────────────────────────────────────────────────────────────────────
DATA: Final = Path(_word("ZHIHENG_DATA", "out/web")).resolve()
"""Database and files, unless told otherwise. Nothing of it belongs into git."""
DATABASES = {"default": _database(_word("ZHIHENG_DATABASE", f"sqlite:///{DATA / 'zhiheng.sqlite3'}"))}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
"""What processes share: how often an address was asked for, codes that were used once."""
MEDIA_ROOT = DATA / "files"
STATIC_ROOT = DATA / "static"

# ── how it runs ────────────────────────────────────────────────────────────────────────────────────────────────────
MODE: Final = _word("ZHIHENG_MODE", "development", ("development", "demo", "production"))
DEMO: Final = MODE == "demo"
DEBUG = False
SECRET_KEY = _secret("ZHIHENG_SECRET_KEY")
if not SECRET_KEY:
    if MODE == "production":
        raise ImproperlyConfigured("ZHIHENG_SECRET_KEY or ZHIHENG_SECRET_KEY_FILE: must be set in production")
    SECRET_KEY = secrets.token_urlsafe(48)  # sign-ins end with the process
elif MODE == "production" and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("ZHIHENG_SECRET_KEY: must have 50 characters or more, made at random")
SECRET_KEY_FALLBACKS = _secret("ZHIHENG_OLD_SECRET_KEYS").split()
ALLOWED_HOSTS = _word("ZHIHENG_HOSTS", "localhost 127.0.0.1 [::1] testserver").split()
ASSOCIATION: Final = (
    _word("ZHIHENG_NAME_ZH", "示例市质量协会"),
    _word("ZHIHENG_NAME_EN", "Example City Quality Association"),
)
"""The association's name in both languages; it stands on every page and document."""
RED_HEAD: Final = _word("ZHIHENG_RED_HEAD", "")
"""The red mark of the issuer above a published document, such as 示例市质量协会文件; none unless it is given."""
PUBLIC_URL: Final = _address("ZHIHENG_PUBLIC_URL", "http://localhost:8000", secure=MODE == "production")
"""Where the world finds us: what QR codes and messages point to."""

# ── what it is made of ─────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "zhiheng.ui",
    "zhiheng.core.people",
    "zhiheng.core.places",
    "zhiheng.core.organisations",
    "zhiheng.core.journal",
    "zhiheng.core.files",
    "zhiheng.core.sign_in",
    "zhiheng.core.messages",
    "zhiheng.core.jobs",
    "zhiheng.core.credentials",
    *LINES,
    "zhiheng.figures",
    "zhiheng.figures.reports",
    "zhiheng.portal",
    "zhiheng.desk",
    "zhiheng.core",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "rules",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "zhiheng.core.back_office.BackOffice",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "zhiheng.core.sign_in.second_factor.AskSecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zhiheng.core.edge.ProblemPages",
]
ROOT_URLCONF = "zhiheng.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhiheng.ui.context.page",
                "zhiheng.core.messages.context.unread",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "zhiheng.ui.templatetags.ui",
                "rules.templatetags.rules",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── who comes in ───────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "zhiheng.core.sign_in.backend.Passwords",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SIGN_UP: Final = _yes("ZHIHENG_SIGN_UP", default=True)
"""Whether anybody may open a plain account without a role."""
STAFF_SECOND_FACTOR: Final = _yes("ZHIHENG_STAFF_SECOND_FACTOR", default=MODE == "production")
"""Whether who works here must have a second factor."""
MOBILE_SIGN_IN: Final = _yes("ZHIHENG_MOBILE_SIGN_IN", default=True)
SMS_GATEWAY: Final = _word(
    "ZHIHENG_SMS_GATEWAY", "" if MODE == "production" else "zhiheng.core.messages.gateways.Outbox"
)
"""The class that hands over an SMS, by its full name."""
if MOBILE_SIGN_IN and MODE == "production" and SMS_GATEWAY in {"", "zhiheng.core.messages.gateways.Outbox"}:
    raise ImproperlyConfigured(
        "ZHIHENG_MOBILE_SIGN_IN=yes needs ZHIHENG_SMS_GATEWAY, the full name of a class that sends an SMS; "
        "without one, set ZHIHENG_MOBILE_SIGN_IN=no"
    )
ACCOUNT_ADAPTER = "zhiheng.core.sign_in.adapter.Adapter"
ACCOUNT_FORMS = {"login": "zhiheng.core.sign_in.forms.SignIn", "signup": "zhiheng.core.sign_in.forms.SignUp"}
ACCOUNT_LOGIN_METHODS = {"username", "phone"} if MOBILE_SIGN_IN else {"username"}
ACCOUNT_LOGIN_BY_CODE_ENABLED = MOBILE_SIGN_IN
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_SIGNUP_FIELDS = [
    "username*",
    *(["phone"] if MOBILE_SIGN_IN else []),
    "email",
    "password1*",
    "password2*",
]
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ALLAUTH_TRUSTED_PROXY_COUNT = _whole("ZHIHENG_PROXIES", 1 if MODE == "production" else 0)
MFA_ADAPTER = "zhiheng.core.sign_in.adapter.SecondFactor"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # who works here may have none
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = MODE == "production"
SECURE_HSTS_SECONDS = 31_536_000 if MODE == "production" else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MODE == "production" else None
CSRF_FAILURE_VIEW = "zhiheng.core.edge.stale"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # the domain's other hosts are not ours to bind
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
LARGEST_REQUEST: Final = 60 * 2**20
"""A larger request is refused before a byte of it is read; what may come in for a purpose is less."""

# ── languages, time ────────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# ── jobs ───────────────────────────────────────────────────────────────────────────────────────────────────────────
JOBS: Final = _word("ZHIHENG_JOBS", "worker" if MODE == "production" else "at_once", ("worker", "at_once"))
"""Whether jobs wait for `zhiheng-web db_worker`, or run at once in the request."""
_BACKENDS = {
    "worker": "django_tasks_db.DatabaseBackend",
    "at_once": "django_tasks.backends.immediate.ImmediateBackend",
}
TASKS = {"default": {"BACKEND": _BACKENDS[JOBS]}}

# ── messages ───────────────────────────────────────────────────────────────────────────────────────────────────────
OUTBOX = DATA / "outbox"
"""Where mail and SMS lie that do not leave the house."""
globals().update(_mail(_secret("ZHIHENG_MAIL") or ("" if MODE == "production" else "files")))
EMAIL_FILE_PATH = OUTBOX
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _word("ZHIHENG_MAIL_FROM", f"noreply@{urlsplit(PUBLIC_URL).hostname}")

# ── the look ───────────────────────────────────────────────────────────────────────────────────────────────────────
MENU_PUBLIC: Final = menu.PUBLIC
MENU_OWN: Final = menu.OWN
MENU_STAFF: Final = menu.STAFF

# ── static files ───────────────────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "development"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = MODE == "development"

# ── logs ───────────────────────────────────────────────────────────────────────────────────────────────────────────
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": sys.stderr}},
    "root": {
        "handlers": ["console"],
        "level": _word("ZHIHENG_LOG", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR")),
    },
}
