"""Django's settings, all from one typed `Config`. Modules never read the environment."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO

from yuanyou.kernel.clock import Clock
from yuanyou.project.config import Config

CONFIG = Config.from_env(os.environ)
PRODUCTION = CONFIG.env == "production"
CLOCK = Clock(CONFIG.clock_file)
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = CONFIG.secret_key
DEBUG = False
ALLOWED_HOSTS = list(CONFIG.allowed_hosts)
ROOT_URLCONF = "yuanyou.project.urls"
WSGI_APPLICATION = "yuanyou.project.wsgi.application"
APPEND_SLASH = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    # Before allauth, whose pages they replace with ours.
    "yuanyou.web.shared",
    "yuanyou.web.site",
    "yuanyou.web.customer",
    "yuanyou.web.console",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "yuanyou.identity.apps.Config",
    "yuanyou.catalog.apps.Config",
    "yuanyou.lines.apps.Config",
    "yuanyou.allowances.apps.Config",
    "yuanyou.ledger.apps.Config",
    "yuanyou.orders.apps.Config",
    "yuanyou.payments.apps.Config",
    "yuanyou.esim.apps.Config",
    "yuanyou.network.apps.Config",
    "yuanyou.messages.apps.Config",
    "yuanyou.audit.apps.Config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "yuanyou.project.security.PayPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "yuanyou.web.shared.language.language_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yuanyou.web.shared.context.operator",
            ],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    """DATABASE_URL (postgresql://user:password@host:port/name?host=/socket/folder) as Django wants it."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(query.get("port", parts.port or "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            "options": "-c search_path=public",
            "connect_timeout": 5,
            # What tables/hot.py sends is planned once a connection, not every time.
            "prepare_threshold": 5,
        },
    }


DATABASES = {"default": _database(CONFIG.database_url)}
DATABASE_ROUTERS = ["yuanyou.project.router.CellRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        # In the database, so that rate limits hold across processes and restarts.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        # Of what is full, a third is thrown away: a limit would begin anew, a link used once be good again.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_NAME = "yuanyou"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own

# Sign-in: customers by e-mail code or passkey, staff by password and TOTP (web/shared/sign_in.py).
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": False}
ACCOUNT_ADAPTER = "yuanyou.web.shared.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "signup": "20/m/ip,200/h/ip",
    "request_login_code": "20/m/ip,3/m/key,15/h/key",
    "login_failed": "10/m/ip,5/300s/key",
}
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "yuanyou.web.customer.sign_in_forms.SignInForm",
    "signup": "yuanyou.web.customer.sign_in_forms.SignUpForm",
    "confirm_login_code": "yuanyou.web.customer.sign_in_forms.SignInCodeForm",
    "confirm_email_verification_code": "yuanyou.web.customer.sign_in_forms.AddressCodeForm",
    "add_email": "yuanyou.web.customer.sign_in_forms.AddAddressForm",
}
MFA_ADAPTER = "yuanyou.web.shared.sign_in.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_FORMS = {
    "add_webauthn": "yuanyou.web.customer.sign_in_forms.PasskeyForm",
    "login_webauthn": "yuanyou.web.customer.sign_in_forms.PasskeySignInForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_TOLERANCE = 1

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
    ("zh-hant-hk", "繁體中文（香港）"),
    ("en", "English"),
]
# Which language Django speaks to a browser that asks for Hong Kong's or Macau's.
LANG_INFO |= {code: {"fallback": ["zh-hant-hk"]} for code in ("zh-hk", "zh-mo", "zh-hant-mo")}
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "lang"
FORMAT_MODULE_PATH: list[str] = []

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.data / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = CONFIG.smtp_host, CONFIG.smtp_port, 5
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = CONFIG.smtp_user, CONFIG.smtp_password
EMAIL_USE_TLS, EMAIL_USE_SSL = CONFIG.smtp_tls == "starttls", CONFIG.smtp_tls == "tls"
DEFAULT_FROM_EMAIL = CONFIG.mail_from

if CONFIG.trusted_proxies:  # the outermost speaks TLS, and says so
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Everything from us, nothing inline, framed by nobody. security.PayPages adds where paying leads to.
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
FORM_RENDERER = "yuanyou.web.shared.forms.Renderer"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "yuanyou.project.logs.Redacting", "format": "%(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
