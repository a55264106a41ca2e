"""The checklist of a collectivité with all its levers, and the comparison of 1,500 of them, beside the bare SQL.

The checklists are synthetic, written for the measure in one transaction that is rolled back. Times are taken in this
process, without the network: page and statements alike.
"""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

GROUP = "checklists"
CHECKLISTS, TIMES = 1_500, 15
KIT = "municipaless"
#: budgets: milliseconds and queries of the page, milliseconds of the comparison
PAGE, QUERIES, COMPARISON = 80, 15, 200


@dataclass(frozen=True)
class ChecklistResult:
    """Medians in milliseconds; ``bare`` is the same essential work through the driver."""

    name: str
    median: float
    bare: float
    budget: float
    queries: int
    budget_queries: int | None = None

    @property
    def ratio(self) -> float:
        return self.median / self.bare

    @property
    def within(self) -> bool:
        return self.median <= self.budget and (self.budget_queries is None or self.queries <= self.budget_queries)

    def as_json(self) -> dict:
        return {"group": GROUP, **self.__dict__, "ratio": round(self.ratio, 2), "within": self.within}

    def __str__(self) -> str:
        return (
            f"{GROUP}: {self.name}, {self.median:.1f} ms (budget {self.budget:.0f}), {self.queries} queries, "
            f"bare {self.bare:.1f} ms, ratio {self.ratio:.1f}  {'ok' if self.within else 'OVER'}"
        )


def measure(count: int = CHECKLISTS) -> list[ChecklistResult]:
    """Draw the checklists, time the page and the comparison, forget everything."""
    from policies.kits.models import Kit

    kit = Kit.objects.get(key=KIT)
    with transaction.atomic():
        mine = fill(kit, count)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE checklists_answer; ANALYZE checklists_checklist")
        results = [_page(mine), _comparison(mine)]
        transaction.set_rollback(True)
    return results


def fill(kit, count: int):
    """``count`` checklists of communes, the most peopled first, answered by chance; gives one in the middle."""
    from observatory.territories.models import Collectivity
    from policies.checklists.enums import Status
    from policies.checklists.models import Answer, Checklist, answer_id, checklist_id
    from policies.checklists.selectors import WITH_PLACE, versions

    Checklist.objects.filter(kit=kit).delete()
    chance = random.Random(20140731)
    edition = kit.editions.get(is_current=True)
    bodies = Collectivity.objects.current().filter(kind="commune").order_by("-territory__population", "pk")
    bodies = list(bodies.select_related(*WITH_PLACE)[:count])
    made = [
        Checklist(
            collectivity=body, kit=kit, edition=edition, name=f"Grille de {body.name}", public_id=checklist_id(body, kit),
            is_published=n % 5 == 0, published_on="2026-01-01" if n % 5 == 0 else None,
        )
        for n, body in enumerate(bodies)
    ]  # fmt: skip
    levers = [version.lever for version in versions(edition, {"commune"})]
    _insert(Checklist, made)
    answers = [
        Answer(
            checklist=checklist, lever=lever, status=chance.choice(Status.values), note="Une note de synthèse.",
            name=lever.name, public_id=answer_id(checklist, lever), service="Service",
        )
        for checklist in made
        for lever in levers
        if chance.random() < 0.7
    ]  # fmt: skip
    _insert(Answer, answers)
    return made[len(made) // 2]


def _insert(model, rows: list) -> None:
    """Without the words of the search, which nothing measured here reads."""
    for row in rows:
        row.slug, row.sort_key = "grille", row.name[:200].lower()
    model._base_manager.bulk_create(rows, batch_size=2_000)


def _page(mine) -> ChecklistResult:
    from observatory.accounts.enums import Role
    from observatory.accounts.models import User

    user = User.objects.create_user("mesure@synthetique.invalid", label="Mesure", is_demonstration=True)
    user.grants.create(
        role=Role.COLLECTIVITY_AGENT, territory=mine.collectivity.territory,
        record_kind="collectivity", record_id=mine.collectivity.public_id,
    )  # fmt: skip
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    address = mine.work_url

    def page():
        response = client.get(address)
        assert response.status_code == 200, response.status_code

    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        page()
    statements = [query["sql"] for query in queries.captured_queries]
    return ChecklistResult(
        "the page of a checklist, all its levers",
        *_times(page, lambda: _run(statements)),
        PAGE,
        len(statements),
        QUERIES,
    )


def _comparison(mine) -> ChecklistResult:
    from policies.checklists import comparison

    group = comparison.Group(frozenset({"commune"}))

    def compare():
        assert comparison.compare(mine.kit, group, but=mine.collectivity).by_lever

    with CaptureQueriesContext(connection) as queries:
        compare()
    statements = [query["sql"] for query in queries.captured_queries]
    name = f"comparison of {CHECKLISTS:,} checklists"
    return ChecklistResult(name, *_times(compare, lambda: _run(statements)), COMPARISON, len(statements))


def _run(statements: list[str]) -> None:
    """The same statements through the driver: what the database itself takes, rows fetched."""
    for statement in statements:
        if statement.lstrip().upper().startswith(("SELECT", "(SELECT", "WITH")):
            with connection.connection.cursor() if connection.vendor == "postgresql" else connection.cursor() as cursor:
                cursor.execute(statement)
                cursor.fetchall()


def _times(work: Callable[[], None], bare: Callable[[], None]) -> tuple[float, float]:
    """Medians in milliseconds, taken in turn so that both meet the same machine."""
    for each in (work, bare):
        each()
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        middle = time.perf_counter()
        bare()
        taken.append((middle - start, time.perf_counter() - middle))
    return tuple(round(statistics.median(column) * 1000, 1) for column in zip(*taken, strict=True))
