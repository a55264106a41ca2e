"""The guide, ``/aide/``: one page per task, first those of every reader, then those of an account and of the desk."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from . import suggestions
from .desk_registry import works
from .registry import kind_by_key

TITLE = "Guide de l’observatoire"


@dataclass(frozen=True)
class Section:
    slug: str
    title: str
    #: what one can do after reading it
    sentence: str

    @property
    def url(self) -> str:
        return reverse("help:section", args=[self.slug])

    @property
    def template(self) -> str:
        return f"help/{self.slug}.html"


#: (for whom, its sections)
PARTS = (
    (
        "Lire et réutiliser, sans compte",
        (
            Section("poles", "Les pôles (PTCE)", "Trouver un pôle, lire sa page, proposer une correction."),
            Section(
                "kit-et-grille",
                "Le Kit et la grille de leviers",
                "Lire les fiches, répondre levier par levier, comparer, publier.",
            ),
            Section(
                "fiches-a-imprimer", "Fiches à imprimer", "Emporter une fiche, une recherche ou une grille en PDF."
            ),
            Section("reutiliser", "Réutiliser les données", "Télécharger un fichier, suivre des dates, appeler l’API."),
        ),
    ),
    (
        "Avoir un compte",
        (
            Section(
                "premiers-pas", "Premiers pas", "Ouvrir son compte, lire son bureau et savoir ce que l’on peut faire."
            ),
            Section(
                "second-facteur", "Second facteur", "Protéger son compte, et y revenir quand le téléphone est perdu."
            ),
            Section("mon-compte", "Mon compte", "Ses droits, son mot de passe, ses sessions, ses clés, ses données."),
        ),
    ),
    (
        "Tenir les fiches, au bureau",
        (
            Section(
                "corriger",
                "Corriger une fiche",
                "Modifier, ajouter, vérifier, reprendre un brouillon, régler un conflit.",
            ),
            Section(
                "suggestions", "Traiter les suggestions", "Accepter, accepter en partie, refuser, répondre, rouvrir."
            ),
            Section(
                "doublons",
                "Doublons et fusion",
                "Reconnaître deux fiches qui n’en font qu’une, les réunir, les séparer.",
            ),
            Section(
                "completude", "Tenir les fiches à jour", "Savoir quoi vérifier d’abord, et ce que pèse chaque champ."
            ),
            Section("historique", "Historique", "Voir qui a changé quoi, et revenir en arrière."),
            Section("charger-une-liste", "Charger sa liste", "Faire entrer un fichier CSV ou XLSX sans rien perdre."),
            Section(
                "collectivites",
                "Ce que fait une collectivité",
                "Noter dispositifs, conventions et parts, et ce que dit la loi.",
            ),
            Section("donnees-personnelles", "Données personnelles", "Savoir ce qui peut être écrit d’une personne."),
            Section("raccourcis-clavier", "Raccourcis clavier", "Aller plus vite sans souris."),
        ),
    ),
)
SECTIONS = tuple(section for _, sections in PARTS for section in sections)


@require_safe
def index(request):
    return render(request, "help/index.html", {"parts": PARTS, "breadcrumbs": [(TITLE, None)]})


@require_safe
def section(request, slug: str):
    place = next((n for n, item in enumerate(SECTIONS) if item.slug == slug), None)
    if place is None:
        raise Http404("Ce chapitre du guide n’existe pas.")
    item = SECTIONS[place]
    context = {
        "section": item,
        "parts": PARTS,
        "before": SECTIONS[place - 1] if place else None,
        "after": SECTIONS[place + 1] if place + 1 < len(SECTIONS) else None,
        "weights": [(kind_by_key(work.kind), work.weights) for work in works()],
        "limits": suggestions.LIMITS,
        "breadcrumbs": [(TITLE, reverse("help:index")), (item.title, None)],
    }
    return render(request, item.template, context)


app_name = "help"
urlpatterns = [path("", index, name="index"), path("<slug:slug>/", section, name="section")]
