"""What the OpenAPI document says of every operation alike: headers, 304, problems, sparse records, examples.

A hook of drf-spectacular, which describes each operation alone and knows nothing of what middlewares and mixins add.
"""

from .deprecation import mark
from .errors import MEDIA_TYPE, PROBLEMS
from .examples import CONTOUR, REMOVED, changes, in_formats, read, summary
from .refusals import REFUSALS
from .registry import Resource, resources
from .removed import kinds
from .sync import NUMBER

_ROOT = "/api/v1/"
_TEXT = {"type": "string"}
_TAG = {"type": "string", "pattern": r'^(?:W/)?"[^"]*"$'}
#: headers of answers that may be asked for again with a condition
_CONDITIONAL = ("ETag", "Last-Modified", "Cache-Control", "Vary")
_FILE = ("Content-Disposition", "Observatory-Change")
_PART = ("ETag", "Cache-Control", "Vary", "Accept-Ranges", "Content-Disposition")
HEADERS = {
    "ETag": ("Étiquette de cette réponse, à rendre dans `If-None-Match`. Absente pendant une écriture.", _TAG),
    "Last-Modified": ("Moment du dernier changement de ces fiches, à rendre dans `If-Modified-Since`.", _TEXT),
    "Cache-Control": ("`no-cache` : une copie se garde, et se vérifie avant de servir.", _TEXT),
    "Vary": ("En-têtes de la demande dont la réponse dépend.", _TEXT),
    "Content-Disposition": ("Nom du fichier ; absent en JSON.", _TEXT),
    "Observatory-Change": (
        f"Numéro de changement d’un fichier, à donner ensuite à `{NUMBER}` ; absent en JSON, dont le corps le donne.",
        {"type": "integer", "minimum": 0},
    ),
    "Accept-Ranges": ("`bytes` : un téléchargement coupé se reprend.", _TEXT),
    "Content-Range": ("Octets rendus, et taille du fichier.", _TEXT),
    "WWW-Authenticate": ("Comment une clé se donne : `Api-Key`.", _TEXT),
}
_ASKED = {
    "If-None-Match": "Étiquette (`ETag`) de la réponse que vous tenez : 304 si elle est encore la bonne.",
    "If-Modified-Since": "`Last-Modified` de la réponse que vous tenez ; `If-None-Match` l’emporte.",
    "Range": "Octets voulus, comme `bytes=1000-` ; une seule partie.",
    "If-Range": "`ETag` du fichier commencé : s’il a changé, il est rendu entier.",
}
_GEO = {
    "Feature": {
        "type": "object",
        "description": "Une entité GeoJSON (RFC 7946), en degrés WGS 84.",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string", "description": "Identifiant ou code."},
            "geometry": {
                "type": ["object", "null"],
                "description": "Point, ou contour ; null : aucun lieu connu.",
                "required": ["type", "coordinates"],
                "properties": {
                    "type": {"type": "string", "enum": ["Point", "Polygon", "MultiPolygon"]},
                    "coordinates": {"type": "array", "items": {}},
                },
            },
            "properties": {"type": "object", "description": "La fiche, comme en JSON."},
        },
    },
    "FeatureCollection": {
        "type": "object",
        "description": "Des entités GeoJSON.",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
        },
    },
}
_JSON, _GEOJSON = "application/json", "application/geo+json"
#: operations that list no records → the example of their answer
_OTHERS = {
    "root_retrieve": lambda: read("root"),
    "removed_list": lambda: REMOVED,
    "dumps_list": lambda: read("dumps"),
    "territories_contour_retrieve": lambda: CONTOUR,
}


def complete(result: dict, generator, request, public) -> dict:
    """The document with what its operations share."""
    components = result["components"]
    components["schemas"] |= _GEO
    components["headers"] |= {name: {"description": said, "schema": schema} for name, (said, schema) in HEADERS.items()}
    components["parameters"] = {name: _asked(name, said) for name, said in _ASKED.items()}
    components["responses"] = {}
    components["examples"] = {}
    for operations in result["paths"].values():
        for operation in operations.values():
            _add_conditions(operation)
            _share_problems(operation, components)
            if name := _OTHERS.get(operation["operationId"]):
                _show(operation, name())
            if operation["operationId"] == "dumps_retrieve":
                _contents(operation)[_JSON]["example"] = _manifest()
    for resource in resources():
        for many, path in ((True, f"{_ROOT}{resource.prefix}/"), (False, f"{_ROOT}{resource.prefix}/{{key}}/")):
            _describe(result["paths"][path]["get"], resource, components, many=many)
    for parameter in result["paths"][f"{_ROOT}removed/"]["get"]["parameters"]:
        if parameter.get("name") == "kind":
            parameter["schema"]["enum"] = sorted(kinds())
    mark(result["paths"])
    result["externalDocs"] = {"description": "Le guide : par où commencer, exemples, journal", "url": "/api/"}
    return result


def _manifest() -> dict:
    """The manifest of a dump as its file is: the list of dumps adds the addresses."""
    dump = read("dumps")["results"][0]
    files = [{name: said for name, said in file.items() if name != "url"} for file in dump["files"]]
    return {name: said for name, said in dump.items() if name != "url"} | {"files": files}


def _asked(name: str, said: str) -> dict:
    return {"name": name, "in": "header", "required": False, "description": said, "schema": _TEXT}


def _headers(*names: str) -> dict:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _contents(operation: dict) -> dict:
    return operation["responses"]["200"].get("content", {})


def _add_conditions(operation: dict) -> None:
    """What may be asked with a condition, and what answers then bear."""
    responses = operation["responses"]
    if operation["operationId"] == "dumps_list":
        responses["200"]["headers"] |= _headers("Cache-Control")
        return
    is_file = operation["operationId"] == "dumps_retrieve"
    names = _PART if is_file else _CONDITIONAL
    responses["304"] = {
        "description": "Rien n’a changé : la réponse que vous tenez est la bonne.",
        "headers": responses["200"]["headers"] | _headers(*(name for name in names if name != "Content-Disposition")),
    }
    responses["200"]["headers"] |= _headers(*names)
    for status in ("206", "416") if is_file else ():
        responses[status]["headers"] |= _headers(*_PART, "Content-Range")
    asked = ("If-None-Match", "Range", "If-Range") if is_file else ("If-None-Match", "If-Modified-Since")
    operation.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in asked)


def _share_problems(operation: dict, components: dict) -> None:
    """Problems are the same everywhere: each stands once, with its examples; faults of ours may happen to any."""
    responses = operation["responses"]
    for status in [*responses, "500", "503"]:
        if int(status) < 400:
            continue
        name = f"Problem{status}"
        if name not in components["responses"]:
            components["responses"][name] = _problem(int(status), responses.get(status), responses["200"]["headers"])
        responses[status] = {"$ref": f"#/components/responses/{name}"}
    operation["responses"] = dict(sorted(responses.items()))


def _problem(status: int, known: dict | None, headers: dict) -> dict:
    rates = {name: ref for name, ref in headers.items() if name.startswith("RateLimit-")}
    own = {401: ("WWW-Authenticate",), 503: ("Retry-After",)}.get(status, ())
    given = known or {"description": PROBLEMS[status][2], "headers": rates}
    shown = {
        one.code: {"summary": f"{one.summary} : {one.address}" if one.address else one.summary, "value": one.body}
        for one in REFUSALS
        if one.status == status
    }
    return {
        "description": given["description"],
        "headers": given["headers"] | _headers(*own),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": shown}},
    }


def _describe(operation: dict, resource: Resource, components: dict, *, many: bool) -> None:
    """List or detail of a resource: its files, its sparse records, its examples."""
    prefix, view = resource.prefix, resource.view
    contents = _contents(operation)
    operation["responses"]["200"]["headers"] |= _headers(*_FILE)
    if _GEOJSON in contents:
        name = "FeatureCollection" if many else "Feature"
        contents[_GEOJSON] = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    whole = contents[_JSON]["schema"]
    contents[_JSON]["schema"] = {"anyOf": [whole, _sparse(whole["$ref"], components)]}
    for media, value in in_formats(prefix, view.serializer_class, many=many).items():
        name = f"{operation['operationId']}.{media.rpartition('/')[2].replace('+', '-')}"
        components["examples"][name] = {"summary": summary(prefix), "value": value}
        contents[media]["examples"] = {"fiche": {"$ref": f"#/components/examples/{name}"}}
    if many and view.kind:
        shown = {"summary": f"Avec {NUMBER} et fields=id,name", "value": changes(prefix, view.kind)}
        contents[_JSON]["examples"]["changements"] = shown
    if not many:
        _show_key(operation, resource)


def _sparse(ref: str, components: dict) -> dict:
    """The schema of the same answer under ``fields``: only what identifies a record is sure to be there."""
    schemas = components["schemas"]
    name = f"{ref.rpartition('/')[2]}Fields"
    whole = schemas[ref.rpartition("/")[2]]
    properties = {one: {"$ref": f"{ref}/properties/{one}"} for one in whole["properties"]}
    if "results" in properties:
        items = whole["properties"]["results"]["items"]["$ref"]
        properties["results"] = {"type": "array", "items": _sparse(items, components)}
        required = whole["required"]
    else:
        required = [next(one for one in ("id", "key") if one in properties)]
    schemas[name] = {
        "type": "object",
        "description": "La même réponse avec `fields` : les champs demandés.",
        "required": required,
        "properties": properties,
    }
    return {"$ref": f"#/components/schemas/{name}"}


def _show(operation: dict, value: dict) -> None:
    for content in _contents(operation).values():
        content["example"] = value
        if value.get("type") == "Feature":
            content["schema"] = {"$ref": "#/components/schemas/Feature"}


def _show_key(operation: dict, resource: Resource) -> None:
    """A key that every installation knows where there is one: a code, a slug."""
    record = read(resource.prefix)
    columns = [key.column for key in reversed(resource.view.keys)]
    key = next(record[column] for column in [*columns, "id"] if record.get(column))
    for parameter in operation["parameters"]:
        if parameter.get("name") == "key":
            parameter["example"] = key
