"""Entry of the web server: ``gunicorn observatory.wsgi``."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")

application = get_wsgi_application()

# What was loaded so far lives as long as the process: each full collection need not look through it again.
gc.collect()
gc.freeze()
