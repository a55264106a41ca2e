"""What the floors below learn of the checklists on start."""

from django.contrib.sitemaps import Sitemap

from observatory.api import registry as api
from observatory.editing import registry as editing
from observatory.pages import sitemaps
from observatory.records.chores import Chore
from observatory.records.chores import register as register_chore
from observatory.territories import panels
from observatory.territories.models import Territory

from ..kits import panels as lever_panels
from ..kits.models import Lever
from . import comparison, demonstration, desk, guests, links, personal  # noqa: F401 (personal data)
from .editing import KINDS
from .models import Checklist

for kind in KINDS:
    editing.register(kind)
desk.register()
demonstration.register()


def _panel(territory: Territory) -> dict:
    """The published checklists of the bodies of a territory."""
    held = Checklist.objects.published().filter(collectivity__territory=territory, is_published=True)
    return {"held": held.select_related("collectivity", "kit")}


panels.register(
    panels.Panel(
        key="checklists",
        template="checklists/_panel.html",
        context=_panel,
        order=15,
        pdf_template="pdf/_panel_checklists.html",
    )
)


def _lever_panel(lever: Lever, territory: Territory | None) -> dict | None:
    """How many collectivités work on a lever, and those that published."""
    level = comparison.everywhere(lever)
    return {"level": level, "fewest": comparison.FEWEST} if level.count or level.published else None


lever_panels.register(
    lever_panels.Panel(key="checklists", template="checklists/_lever_panel.html", context=_lever_panel, order=50)
)


class ChecklistSitemap(Sitemap):
    def items(self):
        rows = Checklist.objects.published().filter(is_published=True, is_demonstration=False)
        return rows.select_related("collectivity", "kit").order_by("pk")

    def lastmod(self, checklist):
        return checklist.updated_at


sitemaps.register("checklists", ChecklistSitemap)

api.register(
    "checklists", "policies.checklists.api.ChecklistViewSet", label="les grilles de leviers publiées", order=45
)


def _prune() -> str:
    gone = guests.prune()
    return f"grilles sans compte effacées : {gone}" if gone else ""


register_chore(Chore("guest-checklists", "Grilles sans compte : oublier celles de plus de dix-huit mois", _prune))
register_chore(Chore("evidence-links", "Pièces : vérifier que les adresses répondent", links.check_some))
