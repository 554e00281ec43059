"""One settings file, read from the environment. README.md lists the variables."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

from coinsite.embedded import ROOT, var_folder

env = environ.Env()
BASE_DIR = ROOT
VAR = var_folder()

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SECRET_KEY = env("SECRET_KEY", default="")
LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "testserver"}

if len(SECRET_KEY) < 32 or SECRET_KEY.startswith(("django-insecure", "change-me", "secret")):
    raise ImproperlyConfigured(
        "SECRET_KEY is missing, shorter than 32 characters or a default one. Draw one with "
        "`python -c 'import secrets; print(secrets.token_urlsafe(50))'` and set it in the environment."
    )
if DEBUG and not set(ALLOWED_HOSTS) <= LOOPBACK:
    raise ImproperlyConfigured(
        "DEBUG shows the inside of the site to whoever asks, and ALLOWED_HOSTS opens it to "
        f"{', '.join(set(ALLOWED_HOSTS) - LOOPBACK)}. Unset DEBUG, or allow only localhost."
    )

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "annotations",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "coinsite.urls"
WSGI_APPLICATION = "coinsite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "annotations.views.context.site",
            ]
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///coinsite")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}  # limits are counted there
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
CSRF_FAILURE_VIEW = "annotations.views.errors.csrf_refused"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "search"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_IPWARE_PROXY_COUNT = env.int("PROXIES", default=0)
AXES_IPWARE_META_PRECEDENCE_ORDER = (
    ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"] if AXES_IPWARE_PROXY_COUNT else ["REMOTE_ADDR"]
)

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env("TIME_ZONE", default="UTC")
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR / "static")))
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR / "media")))
MEDIA_URL = env("MEDIA_URL", default="/media/")
MODELS_ROOT = Path(env("MODELS_ROOT", default=str(VAR / "models")))
FEATURES_ROOT = Path(env("FEATURES_ROOT", default=str(VAR / "features")))
UPLOADS_ROOT = Path(env("UPLOADS_ROOT", default=str(VAR / "uploads")))
ORIGINALS_ROOT = Path(env("ORIGINALS_ROOT", default=str(VAR / "originals")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
PHOTOGRAPH_MAX_BYTES = 30 * 2**20

SESSION_COOKIE_HTTPONLY = True
SECURE = env.bool("SECURE", default=False)  # behind https
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

TRAINING_PROCESSES = env("TRAINING_PROCESSES", default="auto")
if TRAINING_PROCESSES != "auto" and not (TRAINING_PROCESSES.isdecimal() and int(TRAINING_PROCESSES)):
    raise ImproperlyConfigured(
        f"TRAINING_PROCESSES is {TRAINING_PROCESSES!r}. Set it to 'auto', for one process per graphics card, or to a "
        "number from 1."
    )

CELERY_BROKER_URL = env("BROKER_URL", default="filesystem://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "annotations.tasks.train": {"queue": "gpu"},
    "annotations.tasks.predict_corpus": {"queue": "gpu"},
    "annotations.tasks.study_saliency": {"queue": "gpu"},
    "annotations.tasks.identify": {"queue": "predict"},
    "annotations.tasks.draw_saliency": {"queue": "predict"},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A page that queues work does not wait for a broker that is away: the row is sent again later.
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
if CELERY_BROKER_URL.startswith("filesystem"):
    _folder = VAR / "broker"
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "data_folder_in": str(_folder),
        "data_folder_out": str(_folder),
        "control_folder": str(_folder / "control"),
        "polling_interval": 0.05,
    }

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "annotations.api.paging.Keyset",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env("ANON_RATE", default="600/min"),
        "user": env("USER_RATE", default="6000/min"),
        "predictions": env("PREDICTION_RATE", default="60/min"),
    },
    "NUM_PROXIES": AXES_IPWARE_PROXY_COUNT,
    "EXCEPTION_HANDLER": "annotations.api.problems.problem_details",
    "PAGE_SIZE": 50,
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=env.int("TOKEN_DAYS", default=365))}
SPECTACULAR_SETTINGS = {
    "TITLE": "coinsite",
    "DESCRIPTION": "Coins, their sides, what is on them, and models that see it.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {"Status": "annotations.models.jobs.Job.Status"},
}
UNFOLD = {
    "SITE_TITLE": "coinsite",
    "SITE_HEADER": "coinsite",
    "SITE_SYMBOL": "toll",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/icon.svg")}],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
    "loggers": {"annotations": {"level": "INFO"}, "axes": {"level": "ERROR"}, "kombu": {"level": "ERROR"}},
}
