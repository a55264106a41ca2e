from collections import Counter

from django.contrib.contenttypes.models import ContentType
from django.core.management.base import BaseCommand

from observatory.records.models import Citation
from policies.models import Agreement, Call, Offer, Stake, SupportScheme

#: (title, model) in the order of the columns
KINDS = (("dispositifs", SupportScheme), ("appels", Call), ("conventions", Agreement), ("parts", Stake))


class Command(BaseCommand):
    help = (
        "Compte les dispositifs, appels, conventions et parts de SCIC : par instrument, collectivité, source et fiche."
    )

    def add_arguments(self, parser):
        parser.add_argument("--by", choices=list(TABLES), help="un seul des quatre tableaux")

    def handle(self, *, by, **options):
        totals = ", ".join(f"{model.objects.published().count()} {title}" for title, model in KINDS)
        self.stdout.write(f"Publiés : {totals}.")
        for key, (title, count) in TABLES.items():
            if by in (None, key):
                self._table(title, [count(model) for _, model in KINDS])

    def _table(self, title: str, counts: list[Counter]) -> None:
        names = sorted({name for counter in counts for name in counter})
        widest = max(map(len, [*names, title]), default=0)
        self.stdout.write(f"\n{title:<{widest}}  " + "  ".join(f"{name:>11}" for name, _ in KINDS))
        for name in names:
            self.stdout.write(f"{name:<{widest}}  " + "  ".join(f"{counter[name]:>11}" for counter in counts))


def _by_instrument(model) -> Counter:
    path = {SupportScheme: "instrument__name", Call: "scheme__instrument__name", Agreement: "instrument__name"}.get(
        model
    )
    if path is None:
        return Counter({"Capital de SCIC": model.objects.published().count()})
    return Counter(model.objects.published().order_by().values_list(path, flat=True))


def _by_body(model) -> Counter:
    """A scheme of several bodies counts for each."""
    if model is SupportScheme:
        offers = Offer.objects.filter(scheme__in=model.objects.published()).select_related("body")
        return Counter(map(str, offers))
    if model is Call:
        calls = model.objects.published().select_related("scheme").prefetch_related("scheme__offers__body")
        return Counter(str(offer) for call in calls for offer in call.scheme.offers.all())
    return Counter(row.body_name for row in model.objects.published().select_related("body"))


def _citations(model):
    """What documents say of the published records; a call of the documents is cited with its scheme, or by itself."""
    ids = model.objects.published().values("pk")
    kind = ContentType.objects.get_for_model(model)
    return Citation.objects.filter(content_type=kind, object_id__in=ids).select_related("source")


def _by_source(model) -> Counter:
    """A record that several documents cite counts for each, once."""
    return Counter(str(source) for source, _ in {(c.source, c.object_id) for c in _citations(model)})


def _by_sheet(model) -> Counter:
    named = {
        (f"{c.source}, fiche {c.locator}" if c.locator else f"{c.source}, sans fiche", c.object_id)
        for c in _citations(model)
    }
    return Counter(name for name, _ in named)


TABLES = {
    "instrument": ("Par instrument", _by_instrument),
    "body": ("Par collectivité", _by_body),
    "source": ("Par source", _by_source),
    "sheet": ("Par fiche", _by_sheet),
}
