from django.db import models


class State(models.TextChoices):
    """Where a batch is."""

    WAITING = "waiting", "en attente"
    RUNNING = "running", "en préparation"
    DONE = "done", "prêt"
    FAILED = "failed", "échoué"
    CANCELLED = "cancelled", "abandonné"


#: states of a batch that a worker has, or will have, at hand
OPEN = (State.WAITING, State.RUNNING)
