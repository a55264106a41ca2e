"""Where to begin: three questions, ten first levers. GET only; writing needs a button."""

from django import forms
from django.shortcuts import render
from django.views.decorators.http import require_safe

from actors.models import Theme
from observatory.accounts import perms
from observatory.editing.fields import BodyField, ManyField
from observatory.territories.models import Collectivity

from ..kits.enums import LeverLevel
from . import selectors, start
from .models import Checklist

NO_ONE = "Choisissez votre collectivité, ou seulement son niveau."


class StartForm(forms.Form):
    """Which body or level, which themes, what exists already."""

    body = BodyField(
        required=False, label="Votre collectivité", help_text="Tapez le début de son nom, ou son code postal."
    )
    level = forms.ChoiceField(
        choices=[("", "à choisir"), *LeverLevel.choices], required=False, label="Ou seulement son niveau"
    )
    theme = ManyField(required=False, label="Les thématiques qui comptent pour vous")
    exists = ManyField(
        choices=[(item.key, item.label) for item in start.EXISTING], required=False, label="Ce que vous avez déjà"
    )
    kit = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data=None):
        super().__init__(data, label_suffix="", auto_id="depart_%s")
        self.fields["theme"].choices = list(Theme.objects.values_list("key", "name"))

    def clean(self):
        data = super().clean()
        if not {"body", "level"} & set(self.errors) and not data.get("body") and not data.get("level"):
            self.add_error(None, NO_ONE)
        return data

    @property
    def collectivity(self) -> Collectivity | None:
        code = self.cleaned_data.get("body")
        rows = Collectivity.objects.select_related(*selectors.WITH_PLACE)
        return rows.filter(code=code).first() if code else None


@require_safe
def begin(request):
    asked = any(name in request.GET for name in ("body", "body_text", "level", "theme", "exists"))
    form = StartForm(request.GET if asked else None)
    context = {"form": form, "breadcrumbs": [("Grille de leviers", None)], "found": None}
    if asked and form.is_valid():
        context |= _ten(request.user, form)
    return render(request, "checklists/start.html", context, status=400 if asked and not form.is_valid() else 200)


def _ten(user, form: StartForm) -> dict:
    data, body = form.cleaned_data, form.collectivity
    levels = selectors.levels_of(body) if body else {data["level"]}
    kits = selectors.kits_for(levels)
    kit = next((kit for kit in kits if kit.key == data["kit"]), kits[0] if kits else None)
    if kit is None:
        return {"found": [], "kit": None, "kits": [], "body": body}
    may_fill = user.is_authenticated and body and perms.may_fill(user, Checklist(collectivity=body, kit=kit))
    published = Checklist.objects.published().filter(collectivity=body, kit=kit, is_published=True)
    return {
        "found": start.first_levers(kit, levels, body=body, themes=data["theme"], existing=data["exists"]),
        "kit": kit,
        "kits": kits,
        "body": body,
        "level": data["level"] or next(level for level in LeverLevel.values if level in levels),
        "may_fill": bool(may_fill),
        "published": published.select_related("collectivity", "kit").first() if body else None,
    }
