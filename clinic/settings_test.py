"""Settings of the tests: the production settings, with what would only make tests slow taken out."""

import atexit
import os
import shutil
import tempfile

if "CLINIC_DATA" not in os.environ:
    os.environ["CLINIC_DATA"] = tempfile.mkdtemp(prefix="clinic-test-")
    atexit.register(shutil.rmtree, os.environ["CLINIC_DATA"], ignore_errors=True)
os.environ.setdefault("CLINIC_HTTPS", "0")

from clinic.settings import *  # noqa: F403
from clinic.settings import DATABASES, STORAGES

# A cheap hash: Argon2id is checked by its own test, not at every sign-in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
START_JOBS = False  # tests do the work themselves
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if DATABASES["default"]["ENGINE"] == "clinic.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
MIDDLEWARE = [name for name in MIDDLEWARE if "WhiteNoise" not in name]  # noqa: F405
