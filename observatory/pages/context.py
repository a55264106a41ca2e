"""What every template knows."""

from django.conf import settings


def installation(request):
    """The installation's name, colours and contact, and the nonce of this answer (read, it enters the policy)."""
    return {"observatory": settings.OBSERVATORY, "csp_nonce": getattr(request, "csp_nonce", "")}
