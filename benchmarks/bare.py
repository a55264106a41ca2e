"""The bare SQL that each measure is held against: the same essential work through the driver, without Django."""

from collections.abc import Callable

from observatory.search.engines import SearchTextField

ESS = "state = 'published' AND is_ess"
CARD = "id, public_id, slug, name, acronym, family, legal_form, activities, description, facets, commune_id"
LINKS = (
    "SELECT actor_id, theme_id FROM actors_actor_themes WHERE actor_id IN ({marks})",
    "SELECT actor_id, label, since FROM actors_flag WHERE actor_id IN ({marks})",
)
MENTIONS = "SELECT actor_id, source_id, statement FROM actors_mention WHERE actor_id IN ({marks})"
SORTED = "sort_key, id"

Work = Callable[["Bare"], None]


class Bare:
    """The driver's own connection; statements carry ``%s``, words are matched by the native index."""

    def __init__(self, django_connection):
        django_connection.ensure_connection()
        self.postgresql = django_connection.vendor == "postgresql"
        self.connection = django_connection.connection
        stored = SearchTextField().db_type(django_connection) == "tsvector"
        self._vector = "search_text" if stored else "search_vector"

    def rows(self, statement: str, *parameters) -> list[tuple]:
        if not self.postgresql:
            statement = statement.replace("%s", "?").replace("%%", "%")
        return self.connection.execute(statement, parameters).fetchall()

    def matches(self, stem: str, prefix: str, table: str = "actors_actor") -> str:
        """The condition that a row holds the stem, or a word that begins with ``prefix``."""
        if self.postgresql:
            return f"{self._vector} @@ '{stem} | {prefix}:*'::tsquery"
        return f'id IN (SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH \'"{stem}" OR "{prefix}"*\')'

    def by_ids(self, keys: list[tuple], *statements: str) -> None:
        """The rows of a card by their keys, then what each statement reads beside them."""
        if not keys:
            return
        marks = ", ".join(["%s"] * len(keys))
        for statement in (f"SELECT {CARD} FROM actors_actor WHERE id IN ({{marks}})", *statements):
            self.rows(statement.format(marks=marks), *(key for key, *_ in keys))


def listing(where: str = "TRUE", *, words=None, facets: str = "TRUE", offset=0, size=20, links=LINKS) -> Work:
    """Groups of facets under the conditions that are no facet, keys of one page, then its rows with their links."""

    def work(bare: Bare) -> None:
        scope = f"{ESS} AND {where}" + (f" AND {bare.matches(*words)}" if words else "")
        order = f"(search_names NOT LIKE '%% {words[0]} %%'), {SORTED}" if words else SORTED
        bare.rows(f"SELECT facets, COUNT(*) FROM actors_actor WHERE {scope} GROUP BY facets")
        keys = bare.rows(
            f"SELECT id FROM actors_actor WHERE {scope} AND {facets} ORDER BY {order} LIMIT %s OFFSET %s", size, offset
        )
        bare.by_ids(keys, *links)

    return work


def bears(word: str) -> str:
    """The condition that a row bears a facet word."""
    return f"facets LIKE '%% {word} %%'"


def clusters(shift: int, where: str = "TRUE", *, words=None) -> Work:
    """How many actors in each square, and their middle."""

    def work(bare: Bare) -> None:
        scope = f"{ESS} AND quadkey IS NOT NULL AND {where}" + (f" AND {bare.matches(*words)}" if words else "")
        bare.rows(
            f"SELECT quadkey >> {shift} AS cell, COUNT(*), SUM(longitude) / COUNT(*), SUM(latitude) / COUNT(*), MIN(id)"
            f" FROM actors_actor WHERE {scope} GROUP BY cell ORDER BY 2 DESC LIMIT 1500"
        )

    return work


def beginnings(text: str, stem: str) -> Work:
    """The first names that begin with what is typed, then some that hold it, in both tables of the box."""

    def work(bare: Bare) -> None:
        for table in ("actors_actor", "territories_collectivity"):
            bare.rows(
                f"SELECT public_id, slug, name FROM {table} WHERE sort_key >= %s AND sort_key < %s ORDER BY sort_key LIMIT 4",
                text,
                text + "{",
            )
            bare.rows(f"SELECT public_id, slug, name FROM {table} WHERE {bare.matches(stem, text, table)} LIMIT 4")

    return work


def actor(public_id: str) -> Work:
    """One actor with all that its page shows."""

    def work(bare: Bare) -> None:
        found = bare.rows("SELECT id, commune_id FROM actors_actor WHERE public_id = %s", public_id)
        bare.by_ids(found, *LINKS, MENTIONS)
        bare.rows("SELECT name, code FROM territories_territory WHERE id = %s", found[0][1])
        near = bare.rows(
            f"SELECT id FROM actors_actor WHERE {ESS} AND commune_id = %s ORDER BY sort_key LIMIT 6", found[0][1]
        )
        bare.by_ids(near, *LINKS)

    return work


def pole(slug: str) -> Work:
    """One pole with its members, its figures, its recognitions and what documents say of it."""

    def work(bare: Bare) -> None:
        ((key, *_),) = bare.rows("SELECT id, name, description FROM ptce_pole WHERE slug = %s", slug)
        for table in ("ptce_member", "ptce_figure", "ptce_recognition", "ptce_milestone"):
            bare.rows(f"SELECT * FROM {table} WHERE pole_id = %s", key)

    return work


def collectivity(code: str, column: str) -> Work:
    """One public body, the groups of the actors on its territory and the first of them."""

    def work(bare: Bare) -> None:
        ((territory, *_),) = bare.rows(
            "SELECT territory_id, name, siren, telephone, email FROM territories_collectivity WHERE code = %s", code
        )
        scope = f"{ESS} AND {column} = %s"
        bare.rows(f"SELECT facets, COUNT(*) FROM actors_actor WHERE {scope} GROUP BY facets", territory)
        keys = bare.rows(f"SELECT id FROM actors_actor WHERE {scope} ORDER BY {SORTED} LIMIT 12", territory)
        bare.by_ids(keys, *LINKS)

    return work
