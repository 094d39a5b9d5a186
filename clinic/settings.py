"""Settings of the project. Everything that differs between installations comes from the environment (see README.md).

CLINIC_DATA          the folder of the database and the keys; `var/` beside manage.py by default
CLINIC_DATABASE_URL  another database, for instance postgres://user@host/name; SQLite in the data folder by default
CLINIC_HTTPS         1 (default): behind TLS. 0: plain HTTP on this machine alone, as `manage.py run` starts it
CLINIC_HOSTS         host names it answers to, with commas; this machine's own names by default
CLINIC_MAIL_URL      a mail server for the weekly digest, as smtp+tls://user:password@host:587; none by default
CLINIC_MAIL_FROM     the sender of those messages
CLINIC_DEBUG         1 only while developing
"""

from pathlib import Path

import bootstrap_wrapper
import environ
import fontpkg_atkinson_hyperlegible
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from clinic.keys import field_keys, process_keys, secret_key

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("CLINIC_DATA", str(ROOT / "var"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
HTTPS = env.bool("CLINIC_HTTPS", True)
DEBUG = env.bool("CLINIC_DEBUG", False)
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = env.list("CLINIC_HOSTS", default=LOOPBACK)
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("CLINIC_HOSTS must name the host names of this practice; '*' would answer to anybody.")
if DEBUG and set(ALLOWED_HOSTS) - set(LOOPBACK):
    raise ImproperlyConfigured("CLINIC_DEBUG is for this machine alone; unset it, or unset CLINIC_HOSTS.")
if not HTTPS and set(ALLOWED_HOSTS) - set(LOOPBACK):
    raise ImproperlyConfigured(
        "Plain HTTP (CLINIC_HTTPS=0) is for this machine alone; unset it, or unset CLINIC_HOSTS."
    )

SECRET_KEY = secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = env.list("CLINIC_OLD_SECRET_KEYS", default=[])
#: Keys for secrets at rest, newest first; "<id>:<base64 of 32 bytes>".
FIELD_KEYS = field_keys(DATA_DIR)
#: The keys of process notes, apart from all others.
PROCESS_KEYS = process_keys(DATA_DIR)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "lucide",
    "csp",
    "django_zxcvbn_password_validator",
    "planner",
]

MIDDLEWARE = [
    # The headers stand outermost: a refused host and a redirect to HTTPS carry them too.
    "planner.practice.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "planner.practice.middleware.AskedMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "planner.practice.middleware.AbsenceMiddleware",
    "planner.practice.middleware.HandedOverMiddleware",
    "planner.practice.place.PlaceMiddleware",
    "planner.practice.middleware.SignedInMiddleware",
    "planner.practice.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "planner.base.templates.HouseTemplates",
        "NAME": "django",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["planner.templatetags.house"],
        },
    }
]
FORM_RENDERER = "planner.base.renderer.HouseRenderer"

DATABASE_URL = env.str("CLINIC_DATABASE_URL", "")
if DATABASE_URL:
    DATABASES = {"default": {**env.db_url("CLINIC_DATABASE_URL"), "CONN_MAX_AGE": 60}}
else:
    DATABASES = {
        "default": {
            "ENGINE": "clinic.sqlite",
            "NAME": DATA_DIR / "clinic.sqlite3",
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # Writers queue instead of failing, and an acknowledged write survives a power cut.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}}

# People and sign-in
AUTH_USER_MODEL = "planner.User"
AUTHENTICATION_BACKENDS = ["planner.practice.adapters.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django_zxcvbn_password_validator.ZxcvbnPasswordValidator"},
]
PASSWORD_MINIMAL_STRENGTH = 3
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "planner.practice.adapters.AccountAdapter"
MFA_ADAPTER = "planner.practice.adapters.MFAAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
# Guesses: by address and by account; a browser that has signed the person in before is counted for itself.
ACCOUNT_RATE_LIMITS = {
    "login": "",  # the page itself is free: behind a proxy that hides addresses, strangers would use it up for all
    "login_failed": "20/15m/ip,10/15m/key",
    "login_failed_known": "10/15m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("CLINIC_BEHIND_PROXY", False) else 0
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {
    "login": "planner.practice.forms.SignInForm",
    "reauthenticate": "planner.practice.forms.ConfirmForm",
    "change_password": "planner.practice.forms.NewOwnPasswordForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "planner.practice.forms.CodeForm",
    "reauthenticate": "planner.practice.forms.ConfirmCodeForm",
    "activate_totp": "planner.practice.forms.AuthenticatorAppForm",
    "login_webauthn": "planner.practice.forms.PasskeySignInForm",
    "authenticate_webauthn": "planner.practice.forms.PasskeyForm",
    "reauthenticate_webauthn": "planner.practice.forms.PasskeyConfirmForm",
    "add_webauthn": "planner.practice.forms.PasskeyAddForm",
}
MFA_TOTP_TOLERANCE = 1  # phones and servers differ by some seconds
MFA_TOTP_ISSUER = "Clinic planner"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# Sessions: end with the browser, idle lock and absolute limit in planner.practice.middleware
SESSION_ENGINE = "planner.practice.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60
IDLE_MINUTES = 15
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "planner.practice.views.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"

# Headers
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if env.bool("CLINIC_BEHIND_PROXY", False):  # only where a proxy of the practice sets it and strips the client's own
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
PERMISSIONS_POLICY = {
    "accelerometer": [], "camera": [], "display-capture": [], "geolocation": [], "gyroscope": [], "magnetometer": [],
    "microphone": [], "midi": [], "payment": [], "usb": [],
    "publickey-credentials-get": "self", "publickey-credentials-create": "self",
}  # fmt: skip

# Languages: every word is translatable; content has a language of its own
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [ROOT / "planner" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Static files, out of packages and planner/static
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    ("bootstrap", bootstrap_wrapper.get_bootstrap_dir()),
    ("fonts", Path(fontpkg_atkinson_hyperlegible.__file__).parent / "files"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "woff", "woff2", "gz", "br", "zip", "ttf"]

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# Long work (the printed catalogue) is done by a process of its own; see planner.base.jobs
START_JOBS = True

# Uploads and long texts
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_PERMISSIONS = 0o600

# Mail is not needed by anything; where a practice sets a server, messages carry no name and no content.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if env.str("CLINIC_MAIL_URL", ""):
    vars().update(env.email_url("CLINIC_MAIL_URL"))
    EMAIL_TIMEOUT = 20  # seconds
    DEFAULT_FROM_EMAIL = env.str("CLINIC_MAIL_FROM", "planner@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "planner.base.logs.OneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
SILENCED_SYSTEM_CHECKS = []
