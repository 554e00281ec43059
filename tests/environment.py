"""Loaded by pytest before Django reads its settings: a PostgreSQL and a media folder of the tests' own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from coinsite import embedded

_VAR = Path(os.environ.get("COINSITE_TEST_VAR") or embedded.ROOT / "var" / "test")
_FILES = Path(tempfile.mkdtemp(prefix="coinsite-test-"))
atexit.register(shutil.rmtree, _FILES, ignore_errors=True)

os.environ["COINSITE_VAR"] = str(_VAR)
for _name in ("MEDIA_ROOT", "MODELS_ROOT", "FEATURES_ROOT", "UPLOADS_ROOT", "ORIGINALS_ROOT"):
    os.environ[_name] = str(_FILES / _name.lower())
os.environ["DEBUG"] = "1"  # plain static files: no collectstatic before the tests
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's sync API keeps an event loop in this thread
for _name in ("ANON_RATE", "USER_RATE", "PREDICTION_RATE"):
    os.environ[_name] = "100000/min"
os.environ["STATIC_ROOT"] = str(_FILES)
embedded.prepare_environment()
