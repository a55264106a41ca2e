"""Refusals as problems (RFC 9457): a French sentence, a code, the field at fault; never a page, never a stack."""

import json
import logging

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework import exceptions, status
from rest_framework.response import Response

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
#: seconds after which to come back when the database does not answer
BACK_IN = 30

#: status → (code, title, sentence)
PROBLEMS = {
    400: ("bad_request", "Demande incorrecte", "La demande n’a pas pu être comprise."),
    401: ("unauthorized", "Clé refusée", "La clé de l’en-tête Authorization n’est pas acceptée."),
    403: ("forbidden", "Accès refusé", "Cette ressource n’est pas ouverte à tous."),
    404: ("not_found", "Introuvable", "Cette adresse n’existe pas dans l’API : voir /api/ pour la liste des adresses."),
    405: (
        "method_not_allowed",
        "Méthode non permise",
        "Cette API est en lecture seule : GET, HEAD et OPTIONS.",
    ),
    406: ("not_acceptable", "Format non servi", "Aucun des formats demandés n’est servi à cette adresse."),
    415: ("unsupported_media_type", "Contenu non lu", "Cette API est en lecture seule et ne lit aucun contenu."),
    429: ("too_many_requests", "Trop de demandes", "Trop de demandes en peu de temps."),
    416: ("range_not_satisfiable", "Partie absente", "La partie demandée du fichier n’existe pas."),
    500: (
        "server_error",
        "Erreur du serveur",
        "L’erreur vient de nous : elle est enregistrée. Réessayez plus tard.",
    ),
    503: ("unavailable", "Service indisponible", "La base ne répond pas pour l’instant. Réessayez dans une minute."),
}


class InvalidParameter(exceptions.APIException):
    """A parameter or key that cannot be understood, with a sentence that says what is expected."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, detail: str, *, field: str, code: str = "invalid"):
        super().__init__(detail, code)
        self.field = field


class Unknown(exceptions.NotFound):
    """A well-formed key that no published record has, or a page past the end."""

    def __init__(self, detail: str, *, field: str, code: str = "not_found"):
        super().__init__(detail, code)
        self.field = field


def describe(code: int, *, detail: str = "", reason: str = "", field: str = "") -> dict:
    """The body of a problem; what is not given comes from the status."""
    default_reason, title, sentence = PROBLEMS.get(code, ("error", "Erreur", "La demande a échoué."))
    reason = reason or default_reason
    problem = {
        "type": f"{reverse('api:home')}#erreurs",
        "title": title,
        "status": code,
        "detail": detail or sentence,
        "code": reason,
    }
    return problem | {"field": field} if field else problem


def problem(error: Exception, context: dict) -> Response | None:
    """DRF's exception handler; None for what is no refusal but a fault of ours, which Django then reports."""
    headers = {}
    if isinstance(error, InvalidParameter | Unknown):
        body = describe(error.status_code, detail=str(error.detail), reason=error.detail.code, field=error.field)
    elif isinstance(error, exceptions.AuthenticationFailed):
        body = describe(401, detail=str(error.detail), reason=error.detail.code)
        headers["WWW-Authenticate"] = error.auth_header
    elif isinstance(error, exceptions.Throttled):
        body = describe(429, detail=_come_back(error.wait))
        headers["Retry-After"] = str(error.wait)
    elif isinstance(error, exceptions.APIException):
        body = describe(error.status_code)
    elif isinstance(error, OperationalError):
        logger.exception("The database does not answer the API")
        body = describe(503)
        headers["Retry-After"] = str(BACK_IN)
    elif isinstance(error, Http404):
        body = describe(404)
    elif isinstance(error, PermissionDenied):
        body = describe(403)
    else:
        return None
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _come_back(seconds: int) -> str:
    """When the next request is served, in a sentence."""
    unit, length = next(((u, n) for u, n in (("heures", 3600), ("minutes", 60)) if seconds >= 2 * n), ("secondes", 1))
    return (
        f"Vous avez fait toutes les demandes permises : les suivantes le seront dans {-(-seconds // length)} {unit}. "
        "Une clé en permet davantage."
    )


def api_problem(request: HttpRequest, status: int) -> HttpResponse:
    """The same for what Django refuses before or after a view: the site's error handlers call it under /api/."""
    body = json.dumps(describe(status), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE)
