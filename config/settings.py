"""The settings of every installation; what differs between installations comes from the environment.

The table of environment variables is in README.md; production values are in docs/operations.md.
"""

import os
import tempfile
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE
from kombu import Exchange, Queue

from config.environment import (
    read_addresses,
    read_apps,
    read_base_url,
    read_broker,
    read_channel_layers,
    read_database,
    read_flag,
    read_networks,
    read_number,
    read_rates,
    read_secret_key,
    read_text,
    read_words,
)
from engine.worker.queues import MOST_WAITING, QUEUES, task_name

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(read_text("DATA_DIR", str(BASE_DIR / "var")))

DEBUG = read_flag("DEBUG", False)
BASE_URL = read_base_url("BASE_URL", "http://localhost:8000")
IS_HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = read_words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# Rows -----------------------------------------------------------------------------------------------

DATABASES = {
    "default": read_database(
        "DATABASE_URL", f"sqlite:///{DATA_DIR}/statewright.sqlite3", read_number("DATABASE_POOL", 0)
    )
}
IS_SQLITE = DATABASES["default"]["ENGINE"] == "config.sqlite"
if IS_SQLITE:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    # A file and not memory, so that tests meet the same locking between threads as an installation.
    test_file = Path(tempfile.gettempdir()) / f"statewright-test-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": str(test_file)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = read_secret_key("SECRET_KEY", DATA_DIR / "secret-key", may_keep=IS_SQLITE or DEBUG)

# Rooms ----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "config",
    "engine",
    "api",
    "designer",
    "inbox",
    "monitor",
    "gallery",
    *read_apps("APPS"),
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "config.away.DatabaseAwayMiddleware",
    "config.refusals.PlainAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.static_files.StaticFilesMiddleware",
    "config.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "config.telemetry.TelemetryMiddleware",
    "inbox.wishes.WishesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

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
                "config.parts.leave_messages",
                "config.navigation.navigation",
            ],
        },
    },
]

# Front end: Vite's output and the hand-kept icons, served by WhiteNoise without a collecting step ----

STATIC_URL = "/static/"
STATICFILES_DIRS = [
    folder for folder in (BASE_DIR / "static" / "dist", BASE_DIR / "static" / "public") if folder.is_dir()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[\w-]{8}\.\w+$"

# Files that people hand in ------------------------------------------------------------------------

FILES_DIR = Path(read_text("FILES_DIR", str(DATA_DIR / "files")))
FILES_MOST_BYTES = read_number("FILES_MOST_BYTES", 10_000_000)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# People ---------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["api.access.sign_in.Throttle", "engine.demo.accounts.SignInBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = read_text("TIME_ZONE", "UTC")
USE_TZ = True

# Security -------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = read_number("HSTS_SECONDS", 31_536_000) if IS_HTTPS else 0
# Whether every sub-domain speaks HTTPS is the domain owner's to say, not this application's.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        # The diagram libraries position their panels with inline style attributes.
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# API ------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.access.authentication.TokenSignIn",
        "api.access.authentication.PasswordSignIn",
        "api.access.authentication.SessionSignIn",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "api.access.permissions.TokenAllows",
    ],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.problems.answer_problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Statewright",
    "DESCRIPTION": "Everything a person can do, a program can do.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "POSTPROCESSING_HOOKS": ["api.schema.complete_document"],
}
# For each caller and process of the server: calls a second (0: as many as they like), calls at once after a
# pause, and calls that run at the same time.
API_RATE = read_number("API_RATE", 50)
API_BURST = read_number("API_BURST", 200)
# Calls with wrong credentials from one address at once, and one a second after that (0: as many as they like).
API_REFUSALS = read_number("API_REFUSALS", 60)
# Wrong passwords under one name from one address before it is locked; five times as many from one address.
SIGN_IN_TRIES = max(1, read_number("SIGN_IN_TRIES", 10))
API_AT_ONCE = max(1, read_number("API_AT_ONCE", 16))

# Expressions: what one may be and do, as engine.core.feel.Budget says it -------------------------------

FEEL_BUDGET = {
    "source": read_number("FEEL_SOURCE", 32_000),
    "parts": read_number("FEEL_PARTS", 1_000),
    "nesting": read_number("FEEL_NESTING", 64),
    "steps": read_number("FEEL_STEPS", 200_000),
    "output": read_number("FEEL_OUTPUT", 1_000_000),
    "calls": read_number("FEEL_CALLS", 64),
    "total": read_number("FEEL_TOTAL", 50_000),
}

# Bounds of what runs: each ends in an incident or a refusal ------------------------------------------

ENGINE_LIMITS = {
    "steps": read_number("LIMIT_STEPS", 10_000),
    "tokens": read_number("LIMIT_TOKENS", 50_000),
    "multi_instance": read_number("LIMIT_MULTI_INSTANCE", 10_000),
    "call_depth": read_number("LIMIT_CALL_DEPTH", 100),
    "hops": read_number("LIMIT_HOPS", 1_000),
    "variables": read_number("LIMIT_VARIABLES", 1_000_000),
    "history": read_number("LIMIT_HISTORY", 1_000_000),
    "units": read_number("LIMIT_UNITS", 256),
    "messages": read_number("LIMIT_MESSAGES", 100_000),
}

# What one process keeps built: machines by the states that they have in all, decisions by deployments.
MACHINE_STATES = read_number("MACHINE_STATES", 25_000)
DECISIONS_KEPT = read_number("DECISIONS_KEPT", 200)

# Values of variables whose text is longer stand in files, under the hash of it.
LARGE_VALUE = read_number("LARGE_VALUE", 32_768)
VALUES_DIR = Path(read_text("VALUES_DIR", str(DATA_DIR / "values")))

# Live pages and background work ---------------------------------------------------------------------

CHANNEL_LAYERS = read_channel_layers("CHANNEL_URL", "local://")

CELERY_BROKER_URL = read_broker("BROKER_URL", "local://localhost/")
# Redis hands a task out again when it was not acknowledged in this time: longer than one drain.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 60, "socket_connect_timeout": 3, "socket_keepalive": True}
    if CELERY_BROKER_URL.startswith("redis")
    else {}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Messages only wake: they need not survive the broker, and while no worker takes them the newest few are enough.
# The arguments are RabbitMQ's; with Redis, engine.worker.flags sees to the same.
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name, delivery_mode="transient"), routing_key=name, max_length=MOST_WAITING) for name in QUEUES
]
CELERY_TASK_DEFAULT_QUEUE = QUEUES[0]
CELERY_TASK_ROUTES = {task_name(name): {"queue": name} for name in QUEUES}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CLOCK_SECONDS = 1.0
# How many service tasks one worker process does at once; 0: one after the other, in the worker itself.
JOB_THREADS = read_number("JOB_THREADS", 8)
# How many jobs of a type all workers together begin, as `type=100/m,other=10/s`.
JOB_RATES = read_rates("JOB_RATES", "")
# How many events to webhooks are on their way at once, for each worker process; and how long sent ones are kept.
OUTBOX_THREADS = read_number("OUTBOX_THREADS", 4)
OUTBOX_DAYS = read_number("OUTBOX_DAYS", 7)
CELERY_BEAT_SCHEDULER = "engine.worker.clock:WakingScheduler"

# What may leave the installation: connectors and webhooks go through engine.service.outgoing ----------

OUTGOING_HOSTS = read_words("OUTGOING_HOSTS", "*")
OUTGOING_NETWORKS = read_networks("OUTGOING_NETWORKS", "")
OUTGOING_SECONDS = read_number("OUTGOING_SECONDS", 10)
OUTGOING_MOST_BYTES = read_number("OUTGOING_MOST_BYTES", 1_048_576)
# The one folder in which sensors look for files; empty: in none.
SENSOR_FOLDER = read_text("SENSOR_FOLDER", str(DATA_DIR / "incoming"))

# Mail and logs --------------------------------------------------------------------------------------

EMAIL_BACKEND = read_text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = read_text("EMAIL_HOST", "localhost")
EMAIL_PORT = read_number("EMAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = read_flag("EMAIL_USE_TLS", False)
DEFAULT_FROM_EMAIL = read_text("DEFAULT_FROM_EMAIL", "statewright@localhost")
# Who is told by mail of new incidents; empty: nobody.
ALERT_MAIL = read_addresses("ALERT_MAIL")

LOG_LEVEL = read_text("LOG_LEVEL", "INFO").upper()
LOG_JSON = read_text("LOG_FORMAT", "line") == "json"
# Who may read /metrics without a session; empty: nobody.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
# Where traces go, as OTLP over HTTP; empty: there are none.
TRACES_ENDPOINT = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.telemetry.LineFormatter",
            "fmt": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "config.telemetry.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json" if LOG_JSON else "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "celery": {"level": "WARNING"},
        "celery.apps.worker": {"level": "INFO"},
        "kombu": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},  # it would log addresses, and what may be secret in them
        "transitions": {"level": "WARNING"},  # it would log every state that is entered and left
    },
}
