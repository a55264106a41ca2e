"""Access in the OpenAPI document: the key, the rate in the headers of every answer."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from .access import VERSIONED, KeyAuthentication

_NUMBER = {"type": "integer", "minimum": 0}
_HEADERS = {
    "RateLimit-Limit": ("Demandes permises dans la fenêtre qui refusera la première.", _NUMBER),
    "RateLimit-Remaining": ("Demandes encore permises dans cette fenêtre.", _NUMBER),
    "RateLimit-Reset": ("Secondes avant que cette fenêtre recommence.", _NUMBER),
    "RateLimit-Policy": (
        "Toutes les fenêtres : `60;w=60` veut dire 60 demandes par 60 secondes.",
        {"type": "string"},
    ),
}
_LATER = ("Secondes à attendre avant de redemander.", _NUMBER)


class KeyScheme(OpenApiAuthenticationExtension):
    """Tells drf-spectacular how a key is given; no operation demands one."""

    target_class = KeyAuthentication
    name = "Api-Key"

    def get_security_definition(self, auto_schema) -> dict:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "« Api-Key », une espace, puis la clé. Facultative : elle donne un rythme plus large.",
        }


def add_rates(result: dict, generator, request, public) -> dict:
    """The headers of the rate on every answer, ``Retry-After`` where one must wait (a hook of drf-spectacular)."""
    headers = result["components"].setdefault("headers", {})
    for name, (description, schema) in {**_HEADERS, "Retry-After": _LATER}.items():
        headers[name] = {"description": description, "schema": schema}
    for path, operations in result["paths"].items():
        if path.startswith(VERSIONED):
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    names = [*_HEADERS, "Retry-After"] if status in ("429", "503") else _HEADERS
                    known = response.setdefault("headers", {})
                    known.update({name: {"$ref": f"#/components/headers/{name}"} for name in names})
    return result
