"""The legal limits of an act while it is typed: shown as one types or sends, a breach asks for a reason and no more."""

from datetime import date
from decimal import Decimal
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import timezone

from actors.models import Actor
from observatory.editing.fields import TextField
from observatory.pages.templatetags.observatory import euros, percent
from observatory.territories.models import Collectivity

from . import notices
from .editing.plain import amount_or_none
from .enums import StakeKind
from .models import Agreement

ASK = (
    "D’après ce que l’observatoire connaît, un plafond serait dépassé. Dites sur quoi l’aide se fonde (règlement "
    "d’exemption, SIEG, régime notifié…), ou cochez « Enregistrer sans motif »."
)
ASK_CAPITAL = (
    "D’après ce que l’observatoire connaît, les collectivités détiendraient plus que la loi ne permet. Dites pourquoi, "
    "ou cochez « Enregistrer sans motif »."
)


class ReasonField(TextField):
    """Why a limit is passed, with what the law says above it."""

    template = "policies/fields/limits.html"

    def __init__(self):
        super().__init__(longest=400, rows=2, required=False)


class Limits:
    """What both forms share; a form says which notices its values call for."""

    ask = ASK

    @property
    def limits(self) -> list[notices.Notice]:
        raise NotImplementedError

    @property
    def is_passed(self) -> bool:
        return notices.passed(self.limits)

    @property
    def without_reason(self) -> bool:
        """Whether the person chose to give none: the portal warns, it does not forbid."""
        return self.is_bound and self.data.get("sans_motif") == "1"

    def ask_for_a_reason(self, data: dict) -> None:
        if self.is_passed and not data.get("exception") and not self.without_reason:
            self.add_error("exception", self.ask)

    def typed(self, name: str):
        """The plain value of a field, whatever the others hold; None when it is empty or not understood."""
        field = self.fields[name]
        if not self.is_bound:
            return self.initial.get(name)
        try:
            return field.clean(field.widget.value_from_datadict(self.data, {}, self.add_prefix(name)))
        except ValidationError:
            return None

    def _actor(self) -> Actor | None:
        return Actor.objects.filter(public_id=self.typed("actor") or "").first()

    def _body(self) -> Collectivity | None:
        return Collectivity.objects.filter(code=self.typed("body") or "").first()

    def _day(self, *names: str) -> date | None:
        return next((date.fromisoformat(day) for name in names if (day := self.typed(name))), None)


class AgreementLimits(Limits):
    @cached_property
    def limits(self):
        # Its part alone counts for a beneficiary that shares a grant with others.
        part = Agreement(beneficiary_share=amount_or_none(self.typed("beneficiary_share"))).part
        total = amount_or_none(self.typed("total"))
        return notices.of_agreement(
            notices.Grant(
                actor=self._actor(),
                body=self._body(),
                instrument=self.typed("instrument"),
                day=self._day("signed_on", "start"),
                year=self.typed("year"),
                total=None if total is None else part(total),
                instalments={year: part(Decimal(amount)) for year, amount in self.typed("instalments") or []},
                is_de_minimis=self.typed("is_de_minimis"),
                is_sieg=self.typed("is_sieg"),
                record=self.record,
            )
        )

    def _sum(self, data: dict) -> None:
        """Instalments sum to the total, one a year."""
        rows = data.get("instalments") or []
        years = [year for year, _ in rows]
        if double := next((year for year in years if years.count(year) > 1), None):
            self.add_error("instalments", f"L’année {double} est écrite deux fois.")
        total, paid = amount_or_none(data.get("total")), sum((Decimal(amount) for _, amount in rows), Decimal(0))
        if rows and total is not None and paid != total:
            gap = f"il manque {euros(total - paid)}" if paid < total else f"il y a {euros(paid - total)} de trop"
            self.add_error(
                "instalments", f"Les versements font {euros(paid)}, le montant total est de {euros(total)} : {gap}."
            )


class StakeLimits(Limits):
    ask = ASK_CAPITAL

    @cached_property
    def _found(self):
        kind = self.typed("kind")
        if kind and kind != StakeKind.CAPITAL:
            sentence = (
                "Un compte courant ou un titre participatif n’est pas du capital : aucun plafond ne s’y applique."
            )
            return [notices.Notice("Capital public", sentence)], None
        return notices.of_stake(
            actor=self._actor(),
            body=self._body(),
            day=self._stake_day(),
            share=amount_or_none(self.typed("percent")),
            record=self.record,
        )

    def _stake_day(self) -> date:
        year = self.typed("year")
        return self._day("taken_on") or (date(year, 12, 31) if year else timezone.localdate())

    @property
    def limits(self):
        return self._found[0]

    def ask_for_a_reason(self, data: dict) -> None:
        check = self._found[1]
        if check and data.get("percent") and check.total > 100:
            self.add_error(
                "percent",
                f"Avec les parts déjà connues, les collectivités détiendraient {percent(check.total)} du capital.",
            )
            return
        super().ask_for_a_reason(data)
