"""Settings of an installation, read from the environment (docs/operations.md lists the variables).

One file for every situation: with nothing set, the portal runs on SQLite under ``var/`` and listens
to this machine only; ``DATABASE_URL`` moves it to PostgreSQL and ``OBSERVATORY_PRODUCTION=1`` asks for
what a public server needs.
"""

import re
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.bool("OBSERVATORY_PRODUCTION", False)
DEBUG = env.bool("DEBUG", False)
VAR_DIR = Path(env.str("OBSERVATORY_VAR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """The key of the environment, or one drawn at first start and kept beside the database."""
    if key := env.str("SECRET_KEY", ""):
        return key
    if PRODUCTION:
        raise ImproperlyConfigured("SECRET_KEY est obligatoire quand OBSERVATORY_PRODUCTION=1.")
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text().strip()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # former keys, while they still open something
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])


def _address() -> str:
    """The portal's own address when nobody gave it: its first name."""
    host = next((name for name in ALLOWED_HOSTS if name.strip("*.")), "localhost").lstrip("*.")
    return f"https://{host}" if PRODUCTION else f"http://{host}:{env.int('PORT', 8000)}"


# The installation: one CRESS, one région or the country -------------------------------------------------

OBSERVATORY = {
    "name": env.str("OBSERVATORY_NAME", "Observatoire de l’ESS"),
    "tagline": env.str("OBSERVATORY_TAGLINE", "Voir et faire grandir l’économie sociale et solidaire"),
    "publisher": env.str("OBSERVATORY_PUBLISHER", "Installation de démonstration"),
    "contact": env.str("OBSERVATORY_CONTACT", ""),
    # scheme and host, for what is written without a visitor (files of every night)
    "address": env.str("OBSERVATORY_ADDRESS", "").rstrip("/") or _address(),
    "logo": env.str("OBSERVATORY_LOGO", ""),  # path below the media folder; the mark of the portal when empty
    "accent": env.str("OBSERVATORY_ACCENT", "#0b5d4e"),
    "home_territory": env.str("OBSERVATORY_HOME_TERRITORY", ""),  # typed code, e.g. region-32; France when empty
    "tiles": env.str("OBSERVATORY_TILES", ""),  # e.g. an OpenStreetMap tile address; none: the portal's contours
    "tiles_attribution": env.str("OBSERVATORY_TILES_ATTRIBUTION", ""),
}
if not re.fullmatch(r"#[0-9a-fA-F]{6}", OBSERVATORY["accent"]):
    raise ImproperlyConfigured(
        f"OBSERVATORY_ACCENT vaut « {OBSERVATORY['accent']} » : attendu une couleur comme #0b5d4e."
    )

# Applications -------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "policies",
    "policies.kits",
    "policies.checklists",
    "ptce",
    "actors.imports",
    "actors",
    "observatory.pages",
    "observatory.pdf.batches",
    "observatory.api",
    "observatory.editing",
    "observatory.maps",
    "observatory.search",
    "observatory.territories",
    "observatory.accounts",
    "observatory.records",
    # Explicit admin: autodiscovery would import leaflet.admin, hence GDAL (docs/decisions/0003).
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "corsheaders",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "leaflet",
    "rest_framework",
    "rest_framework_api_key",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "observatory.api.access.rate_headers",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "observatory.urls"
WSGI_APPLICATION = "observatory.wsgi.application"
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
                "observatory.pages.context.installation",
            ],
            "builtins": ["observatory.pages.templatetags.observatory"],
        },
    },
]

# Data ---------------------------------------------------------------------------------------------------

_DATABASE_URL = env.str("DATABASE_URL", "") or f"sqlite:///{VAR_DIR / 'observatory.sqlite3'}"
DATABASES = {"default": env.db_url_config(_DATABASE_URL)}
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers work while one writes; immediate transactions queue writers instead of failing them.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
            "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY"
        ),
    }
else:
    # Short interactive queries: compiling them, or weighing every order of seven joins, costs more than it saves. A merge
    # join counts on the last row of a small table: one source more than the statistics know, and it reads every mention.
    DATABASES["default"]["OPTIONS"] = {"options": "-c jit=off -c join_collapse_limit=3 -c enable_mergejoin=off"}
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURES_DIR = BASE_DIR / "fixtures"
# A description pasted whole, two million signs or more, reaches the form, which refuses it in a sentence and keeps the rest.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8_000_000  # bytes
# The form of a pole of 200 members has some 2,000 inputs.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000
CACHES = {
    "default": env.cache_url("CACHE_URL", default="locmemcache://observatory?max_entries=1000"),
    # PDFs by content: on disk, shared by the processes of a machine, the oldest third forgotten when it is full.
    "pdf": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "cache" / "pdf",
        "OPTIONS": {"MAX_ENTRIES": env.int("PDF_CACHE_ENTRIES", 5_000)},
    },
    # Parts of whole lists, written by each night's dump (observatory.api.written).
    "files": env.cache_url("FILES_CACHE_URL", default=f"filecache://{VAR_DIR}/cache/files?max_entries=5000"),
    # What callers of the API have asked: shared by the processes (observatory.api.limits says why on disk).
    "throttle": env.cache_url("THROTTLE_CACHE_URL", default=f"filecache://{VAR_DIR}/cache/throttle?max_entries=5000"),
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# The largest list that may be loaded.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_MB", 100) * 1024 * 1024
IMPORT_MAX_LINES = env.int("IMPORT_MAX_LINES", 1_000_000)

# Fiches of a search as one file: how many at most, the place of all such files, the processes (0: the task worker).
PDF_BATCH_MOST = env.int("PDF_BATCH_MOST", 2_000)
PDF_BATCHES_BYTES = env.int("PDF_BATCHES_MB", 5_000) * 1024 * 1024
PDF_PROCESSES = env.int("PDF_PROCESSES", None)

# The files of all public records, written every night (observatory.api.dumps).
DUMPS_DIR = VAR_DIR / "dumps"
# Whether the portal may ask outside sites if the addresses given as evidence still answer.
CHECK_LINKS = env.bool("CHECK_LINKS", False)

# Days that sign-ins and readings of what is not public are kept in the access log; the legal page says it.
ACCESS_LOG_DAYS = env.int("ACCESS_LOG_DAYS", 365)

# People -------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: whoever is locked out is not even tried
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "observatory.accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "observatory.accounts.models.display_name"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
# django-axes counts failed passwords; these wider rates bound the codes of the second factor too.
ACCOUNT_RATE_LIMITS = {"login_failed": "100/m/ip,10/5m/key"}
# How many proxies in front of the portal are trusted to say whom they answer (X-Forwarded-For).
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
MFA_ADAPTER = "observatory.accounts.second_factor.EncryptedSecrets"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = OBSERVATORY["name"]
MFA_FORMS = {
    "activate_totp": "observatory.accounts.forms.ActivateFactorForm",
    "authenticate": "observatory.accounts.forms.FactorForm",
    "reauthenticate": "observatory.accounts.forms.FactorAgainForm",
}
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds: clocks of telephones drift
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account is born of a link received at its address
AXES_HANDLER = "observatory.accounts.throttle.Handler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_FAILURE_LIMIT = 5
SIGN_IN_FAILURES_PER_ADDRESS = 50
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the hour that the page says stays true
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # observatory.accounts keeps the log, without whole addresses
AXES_USERNAME_CALLABLE = "observatory.accounts.throttle.username"
AXES_CLIENT_IP_CALLABLE = "observatory.accounts.throttle.client_ip"
AXES_LOCKOUT_CALLABLE = "observatory.accounts.throttle.locked_out"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "password", "ip_address"]
AXES_VERBOSE = False
LOGIN_REDIRECT_URL = "accounts:me"
LOGIN_URL = "account_login"
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "observatoire@localhost")
EMAIL_HOST, EMAIL_PORT = env.str("EMAIL_HOST", "localhost"), env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_USER", ""), env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS, EMAIL_USE_SSL = env.bool("EMAIL_USE_TLS", False), env.bool("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20  # seconds: a server that does not answer holds nobody up for long

# Language and files -------------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "observatory.pages.storage.StaticStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
# Packages carry source maps that name files they do not ship: a missing one is no error for a page.
WHITENOISE_MANIFEST_STRICT = False

# Security -----------------------------------------------------------------------------------------------

_img = [SELF, "data:"]
if OBSERVATORY["tiles"]:
    _img.append(
        re.sub(r"^(https?://)(\{s\}\.)?", lambda m: m[1] + ("*." if m[2] else ""), OBSERVATORY["tiles"]).split("/{")[0]
    )
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": _img,
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

# Map ----------------------------------------------------------------------------------------------------

LEAFLET_CONFIG = {
    "DEFAULT_CENTER": (46.6, 2.5),
    "DEFAULT_ZOOM": 6,
    "MIN_ZOOM": 3,
    "MAX_ZOOM": 18,
    "TILES": [],
    "ATTRIBUTION_PREFIX": False,
    "RESET_VIEW": False,
    "NO_GLOBALS": True,
}

# API ----------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["observatory.api.access.KeyAuthentication"],
    "DEFAULT_THROTTLE_CLASSES": ["observatory.api.access.FairRate"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["observatory.api.renderers.FrenchJSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "observatory.api.negotiation.Negotiation",
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "observatory.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["observatory.api.filters.PageFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "observatory.api.errors.problem",
}
# Requests of a caller, by address or with a key; 0: no limit.
API_RATES = {
    "anonymous": {"minute": env.int("API_PER_MINUTE", 60), "day": env.int("API_PER_DAY", 2_000)},
    "key": {"minute": env.int("API_KEY_PER_MINUTE", 600), "day": env.int("API_KEY_PER_DAY", 100_000)},
}
# Pages of partners may read; no cookie goes with it.
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "if-none-match", "if-modified-since"]
CORS_EXPOSE_HEADERS = [
    *("ETag", "Link", "Deprecation", "Sunset", "Retry-After", "Content-Disposition", "Content-Range"),
    *("Observatory-Change", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy"),
]
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": f"{OBSERVATORY['name']} : API",
    "DESCRIPTION": (
        "Tout ce que les pages montrent, en lecture seule et sans clé. `null` veut dire que la source se tait. "
        "Chaque fiche porte ses sources. Un paramètre inconnu ou une valeur mal écrite est refusé par une phrase "
        "(`application/problem+json`) ; un code bien écrit mais inconnu donne une liste vide ou une erreur 404."
    ),
    "VERSION": "1.0.0",
    "CONTACT": {"name": OBSERVATORY["publisher"]}
    | ({"email": OBSERVATORY["contact"]} if OBSERVATORY["contact"] else {}),
    "LICENSE": {
        "name": "Licence Ouverte 2.0, sauf mention contraire de la source",
        "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    },
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,  # they are for engineers, in English
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "observatory.api.access_schema.add_rates",
        "observatory.api.document.complete",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": 0},
}

# Logs ---------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "ERROR"},
        # Each step of each PDF, and each property of CSS that it does not know.
        **{name: {"level": "ERROR"} for name in ("weasyprint", "fontTools", "pikepdf")},
    },
}
