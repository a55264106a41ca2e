"""The portal ready to draw, imported once by the server that forks the processes of ``pool``.

They begin at once and share the pages of its memory; nothing here opens the data base or begins a thread.
"""

import gc
from contextlib import suppress

import django
from django.urls import get_resolver

django.setup()

from observatory.pdf import fiches, registry, rendering  # noqa: E402, F401 (applications first)

#: every view and what it imports: else each process reads it for its first fiche
_addresses = get_resolver().url_patterns
# So are the style sheet and the fonts. Where a library is missing each fiche says so.
with suppress(rendering.NotDrawn):
    rendering.render('<html lang="fr"><title>Prêt</title><p>Prêt')

# A page is made of objects that name each other: looking through what was loaded at each of them took a tenth of the time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
