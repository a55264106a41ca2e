"""Entry of the web server: ``gunicorn observatory.wsgi``."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")

application = get_wsgi_application()

# What was loaded so far lives as long as the process: no collection need look through it again. A page makes some fifty
# thousand objects that counting references frees: looking for cycles every seven hundred took a quarter of its time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
