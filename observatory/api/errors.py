"""Refusals as problems (RFC 9457): a French sentence, a code, the field at fault; never a page, never a stack."""

import json

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework import exceptions, status
from rest_framework.response import Response

MEDIA_TYPE = "application/problem+json"

#: status → (code, title, sentence)
PROBLEMS = {
    400: ("bad_request", "Demande incorrecte", "La demande n’a pas pu être comprise."),
    403: ("forbidden", "Accès refusé", "Cette ressource n’est pas ouverte à tous."),
    404: ("not_found", "Introuvable", "Cette adresse n’existe pas dans l’API : voir /api/ pour la liste des adresses."),
    405: (
        "method_not_allowed",
        "Méthode non permise",
        "Cette API est en lecture seule : GET, HEAD et OPTIONS.",
    ),
    406: ("not_acceptable", "Format non servi", "Aucun des formats demandés n’est servi à cette adresse."),
    415: ("unsupported_media_type", "Contenu non lu", "Cette API est en lecture seule et ne lit aucun contenu."),
    500: (
        "server_error",
        "Erreur du serveur",
        "L’erreur vient de nous : elle est enregistrée. Réessayez plus tard.",
    ),
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
    if isinstance(error, InvalidParameter | Unknown):
        body = describe(error.status_code, detail=str(error.detail), reason=error.detail.code, field=error.field)
    elif isinstance(error, exceptions.APIException):
        body = describe(error.status_code)
    elif isinstance(error, Http404):
        body = describe(404)
    elif isinstance(error, PermissionDenied):
        body = describe(403)
    else:
        return None
    return Response(body, status=body["status"], content_type=MEDIA_TYPE)


def api_problem(request: HttpRequest, status: int) -> HttpResponse:
    """The same for what Django refuses before or after a view: the site's error handlers call it under /api/."""
    body = json.dumps(describe(status), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE)
