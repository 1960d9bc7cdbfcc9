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

from zhiheng.config.lines import LINES

PACKAGE: Final = Path(__file__).resolve().parent.parent


def _word(name: str, default: str, legal: tuple[str, ...] = ()) -> str:
    value = os.environ.get(name, default)
    if legal and value not in legal:
        raise ImproperlyConfigured(f"{name}={value!r}: must be one of {', '.join(legal)}")
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
        }
    raise ImproperlyConfigured(
        "ZHIHENG_DATABASE: must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"
    )


# ── where things lie ───────────────────────────────────────────────────────────────────────────────────────────────
DATA: Final = Path(_word("ZHIHENG_DATA", "out/web")).resolve()
"""Database and files, unless told otherwise. Nothing of it belongs into git."""
DATABASES = {"default": _database(_word("ZHIHENG_DATABASE", f"sqlite:///{DATA / 'zhiheng.sqlite3'}"))}
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
ALLOWED_HOSTS = _word("ZHIHENG_HOSTS", "localhost 127.0.0.1 [::1] testserver").split()
ASSOCIATION: Final = (
    _word("ZHIHENG_NAME_ZH", "示例市质量协会"),
    _word("ZHIHENG_NAME_EN", "Example City Quality Association"),
)
"""The association's name in both languages; it stands on every page and document."""
PUBLIC_URL: Final = _word("ZHIHENG_PUBLIC_URL", "http://localhost:8000")
"""Where the world finds us: what QR codes and messages point to."""

# ── what it is made of ─────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "zhiheng.ui",
    "zhiheng.core.people",
    "zhiheng.core.places",
    "zhiheng.core.organisations",
    "zhiheng.core.journal",
    "zhiheng.core.files",
    *LINES,
    "zhiheng.figures",
    "zhiheng.figures.reports",
    "zhiheng.portal",
    "zhiheng.desk",
    "zhiheng.core",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "rules",
    "csp",
    "django.contrib.admin",
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
    "django.contrib.auth.backends.ModelBackend",
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
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = MODE == "production"
SECURE_HSTS_SECONDS = 31_536_000 if MODE == "production" else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MODE == "production" else None
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
