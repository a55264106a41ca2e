"""The forms of schemes, calls, agreements and stakes; plain values in and out (see ``policies.editing``)."""

from itertools import pairwise

from django import forms
from django.db.models import Q

from actors.fields import ActorField, YearField
from actors.models import Theme
from observatory.accounts import perms
from observatory.accounts.perms import Action
from observatory.editing.amounts import AmountField, CountField, DayField, ShareField
from observatory.editing.fields import LineField, ManyField, OneField, TextField
from observatory.editing.forms import DeskForm
from observatory.territories.models import Collectivity

from .editing.acts import AGREEMENT_LABELS, STAKE_LABELS
from .editing.offers import CALL_LABELS, SCHEME_LABELS
from .enums import Give, InstrumentFamily, Nature, StakeKind
from .fields import ActBodyField, PartField, SchemeField
from .limits import AgreementLimits, ReasonField, StakeLimits
from .models import Call, Instrument
from .rows import InstalmentsField, LaureatesField, LinksField, OffersField

NO_BODY = "Quelle collectivité ? Choisissez-la, ou écrivez le nom qu’elle portait."
ADDRESS = {"invalid": "L’adresse d’une page s’écrit https://www.exemple.fr/."}
AMOUNT_HELP = "En euros ; virgule, espaces et signe € sont compris."


class InstrumentField(forms.ChoiceField):
    """The key of an instrument, by family."""

    def __init__(self, **kwargs):
        super().__init__(
            error_messages={"required": "Choisissez l’instrument : il dit quelles règles valent."}, **kwargs
        )

    def offer(self) -> None:
        """Read the referential, once the form is made."""
        rows = list(Instrument.objects.order_by("sort_key").values_list("family", "key", "name"))
        groups = [
            (label, [(key, name) for of, key, name in rows if of == family])
            for family, label in InstrumentFamily.choices
        ]
        self.choices = [("", "à choisir"), *((label, choices) for label, choices in groups if choices)]


class AddressField(forms.URLField):
    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            max_length=300,
            assume_scheme="https",
            widget=forms.TextInput({"inputmode": "url", "autocomplete": "off"}),
            error_messages=ADDRESS,
            **kwargs,
        )


class PolicyForm(DeskForm):
    """What the four forms have in common: labels, the referential, the body of the person who adds."""

    LABELS: dict[str, str] = {}

    def __init__(self, data=None, *, initial, record=None, user=None):
        super().__init__(data, initial=initial, record=record, user=user)
        for name, field in self.fields.items():
            field.label = self.LABELS[name]
        if "instrument" in self.fields:
            self.fields["instrument"].offer()
        if record is None and user is not None:
            self.start(user)

    def start(self, user) -> None:
        """What a new form proposes to somebody who speaks for one body."""

    def own_body(self, user) -> Collectivity | None:
        mine = perms.spoken_for(user, Collectivity.change_kind)
        return Collectivity.objects.filter(public_id=mine[0]).first() if len(mine) == 1 else None

    def understood(self, name):
        value = self.cleaned_data.get(name)
        if isinstance(self.fields[name], AmountField | ShareField) and value:
            unit = "€" if isinstance(self.fields[name], AmountField) else "%"
            return f"Compris : {self.fields[name].prepare_value(value)} {unit}."
        if isinstance(self.fields[name], ActorField):
            field = self.fields[name]
            if value:
                return f"Dans l’annuaire : {field.record.name}."
            if field.outside:
                return f"« {field.outside} » n’est pas dans l’annuaire : ce nom sera gardé tel quel."
        return ""

    def in_order(self, data: dict, first: str, last: str, sentence: str) -> None:
        """Refuse at ``last`` a day or a year that comes before ``first``."""
        if data.get(first) and data.get(last) and data[last] < data[first]:
            self.add_error(last, sentence)


class SchemeForm(PolicyForm):
    LABELS = SCHEME_LABELS
    SECTIONS = (
        ("identite", "Le dispositif", ("name", "bodies", "instrument", "summary", "themes")),
        ("offre", "Ce qu’il offre", ("audience", "gives", "gives_text", "amount", "rate", "ceiling")),
        ("vie", "Sa vie", ("is_active", "since", "until", "contact_service", "website")),
    )
    CHECKED = ("name", "amount", "ceiling")

    name = LineField(longest=200, name=True, error_messages={"required": "Le nom est nécessaire."})
    bodies = OffersField(help_text="Une ligne par collectivité, celle d’aujourd’hui.")
    instrument = InstrumentField()
    summary = TextField(
        longest=400, rows=3, counted=True, error_messages={"required": "Dites en une phrase ce qu’il fait."}
    )
    themes = ManyField(required=False)
    audience = LineField(longest=300, required=False, help_text="Qui peut le demander.")
    gives = ManyField(choices=Give.choices, required=False)
    gives_text = LineField(longest=400, required=False)
    amount = AmountField(help_text=AMOUNT_HELP)
    rate = ShareField()
    ceiling = AmountField(help_text=AMOUNT_HELP)
    is_active = forms.NullBooleanField(required=False)
    since = YearField()
    until = YearField()
    contact_service = LineField(longest=200, required=False, help_text="Un service, jamais une personne.")
    website = AddressField()

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["themes"].choices = list(Theme.objects.values_list("key", "name"))

    def start(self, user):
        if body := self.own_body(user):
            self.initial["bodies"] = [[body.code, body.name, None]]

    def clean(self):
        data = super().clean()
        self.in_order(data, "since", "until", "L’année de fin précède celle du début.")
        if "bodies" in data and not data["bodies"]:
            self.add_error("bodies", NO_BODY)
        return data


class CallForm(PolicyForm):
    LABELS = CALL_LABELS
    SECTIONS = (
        ("appel", "L’appel", ("scheme", "name", "text", "website")),
        ("dates", "Ses dates", ("opens", "closes", "year")),
        ("resultats", "Ses résultats", ("envelope", "received", "eligible", "laureates_count", "laureates")),
    )
    CHECKED = ("envelope",)

    scheme = SchemeField(
        error_messages={"required": "De quel dispositif est-ce un appel ? Choisissez-le dans la liste."},
        help_text="Tapez le début de son nom.",
    )
    name = LineField(longest=200, name=True, required=False, help_text="Vide : le nom du dispositif et l’année.")
    text = TextField(longest=400, rows=3, counted=True, required=False)
    website = AddressField()
    opens = DayField()
    closes = DayField(help_text="La date limite paraît dans le calendrier public des échéances.")
    year = YearField(help_text="Vide : celle de la clôture.")
    envelope = AmountField(help_text=AMOUNT_HELP)
    received = CountField()
    eligible = CountField()
    laureates_count = CountField()
    laureates = LaureatesField(help_text="Un nom seul suffit pour une organisation qui n’est pas dans l’annuaire.")

    def clean(self):
        data = super().clean()
        self.in_order(data, "opens", "closes", "La clôture précède l’ouverture.")
        counts = [
            (name, data[name]) for name in ("received", "eligible", "laureates_count") if data.get(name) is not None
        ]
        for (_, before), (name, after) in pairwise(counts):
            if after > before:
                self.add_error(
                    name, f"Ce nombre ({after}) dépasse le précédent ({before}) : reçus, éligibles, lauréats."
                )
        return data


class ActForm(PolicyForm):
    """What agreements and stakes have in common: who acts, with whom, by name when the directory does not know it."""

    #: name of the other party when it stands outside the directory
    party: str
    no_party: str

    def start(self, user):
        if body := self.own_body(user):
            self.initial["body"] = body.code

    def clean(self):
        data = super().clean()
        outside = self.fields["actor"].outside
        if outside and not data.get(self.party):
            data[self.party] = outside
        if "actor" not in self.errors and not data.get("actor") and not data.get(self.party):
            self.add_error("actor", self.no_party)
        if "body" not in self.errors and not any(data.get(name) for name in ("body", "body_then", "organisation")):
            self.add_error("body", NO_BODY)
        return data


class AgreementForm(AgreementLimits, ActForm):
    LABELS = AGREEMENT_LABELS
    SECTIONS = (
        ("parties", "Qui, avec qui", ("body", "body_then", "organisation", "actor", "beneficiary")),
        ("objet", "L’objet", ("name", "instrument", "scheme", "call", "summary")),
        ("dates", "Les dates", ("signed_on", "start", "end", "year", "reference")),
        ("montants", "Les montants", ("total", "beneficiary_share", "instalments", "nature", "conditions", "share")),
        (
            "plafonds",
            "Aides d’État et plafonds",
            ("is_de_minimis", "is_sieg", "eu_notified", "rae_number", "exception"),
        ),
        ("suites", "Documents et évaluation", ("documents", "evaluation")),
    )
    CHECKED = ("actor", "total", "reference", "share", "beneficiary_share")
    party, no_party = "beneficiary", "Qui reçoit ? Choisissez-le dans l’annuaire, ou écrivez son nom."

    body = ActBodyField(required=False)
    body_then = LineField(longest=200, required=False, help_text="Si elle portait un autre nom à cette date.")
    organisation = ActorField(help_text="Un réseau, un établissement public…")
    actor = ActorField(
        free=True, help_text="Tapez le début de son nom. Hors de l’annuaire, le nom écrit est gardé tel quel."
    )
    beneficiary = LineField(longest=300, name=True, required=False, help_text="S’il diffère de celui de l’annuaire.")
    name = LineField(
        longest=300, name=True, error_messages={"required": "L’objet est nécessaire : il donne son titre à la page."}
    )
    instrument = InstrumentField()
    scheme = SchemeField(required=False, help_text="Tapez le début de son nom.")
    call = OneField(choices=[], required=False)
    summary = TextField(longest=400, rows=3, counted=True, required=False)
    signed_on = DayField(help_text="Elle dit quels plafonds s’appliquent.")
    start = DayField()
    end = DayField(help_text="Votre bureau le rappelle quatre-vingt-dix jours avant.")
    year = YearField(help_text="Vide : celle de la signature.")
    reference = LineField(longest=80, required=False, help_text="Numéro de la délibération ou de la décision.")
    total = AmountField(help_text=AMOUNT_HELP)
    instalments = InstalmentsField(help_text="Leur somme est le montant total.")
    nature = OneField(choices=Nature.choices, required=False)
    conditions = LineField(
        longest=400,
        required=False,
        help_text="« unique », « échelonné », ou une phrase ; l’export officiel n’en prend que 256 signes.",
    )
    share = ShareField(help_text="Ce que l’aide paie du budget de l’action, en pour cent.")
    beneficiary_share = PartField(
        help_text="Vide s’il reçoit tout le montant ; sinon sa part, quand la même décision en sert plusieurs."
    )
    rae_number = LineField(
        longest=5, required=False, help_text="Celui de l’aide, si elle est au répertoire aides-entreprises.fr."
    )
    is_de_minimis = forms.NullBooleanField(required=False)
    is_sieg = forms.NullBooleanField(required=False)
    eu_notified = forms.NullBooleanField(required=False)
    exception = ReasonField()
    documents = LinksField(help_text="Délibération, texte de la convention, bilan : leur adresse en ligne.")
    evaluation = TextField(
        longest=4000, rows=5, counted=True, required=False, help_text="Ce que l’action a donné, quand on le sait."
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        reached = perms.reachable(self.user, Action.EDIT, Call.objects.all()) if self.user else Call.objects.none()
        known = Call.objects.filter(Q(pk__in=reached) | Q(public_id=self.initial.get("call") or ""))
        self.fields["call"].choices = [
            ("", "non précisé"),
            *((call.public_id, f"{call.name} ({call.scheme.name})") for call in known.select_related("scheme")[:500]),
        ]

    def clean(self):
        data = super().clean()
        self.in_order(data, "start", "end", "La fin précède le début.")
        self._sum(data)
        call = Call.objects.filter(public_id=data.get("call") or "").select_related("scheme").first()
        if call and not data.get("scheme"):
            data["scheme"] = call.scheme.public_id
        elif call and data["scheme"] != call.scheme.public_id:
            self.add_error("call", f"Cet appel est du dispositif « {call.scheme.name} », non de celui qui est choisi.")
        self.ask_for_a_reason(data)
        return data


class StakeForm(StakeLimits, ActForm):
    LABELS = STAKE_LABELS
    SECTIONS = (
        ("parties", "Qui, dans quoi", ("body", "body_then", "organisation", "actor", "cooperative")),
        ("part", "La part", ("kind", "taken_on", "ended_on", "year", "amount", "percent")),
        ("plafond", "Le plafond", ("exception",)),
        ("texte", "Le texte", ("name", "summary")),
    )
    CHECKED = ("actor", "amount", "percent")
    party, no_party = "cooperative", "Quelle coopérative ? Choisissez-la dans l’annuaire, ou écrivez son nom."

    body = ActBodyField(required=False)
    body_then = LineField(longest=200, required=False, help_text="Si elle portait un autre nom à cette date.")
    organisation = ActorField(help_text="Un établissement public, une société d’économie mixte…")
    actor = ActorField(free=True, help_text="Tapez le début de son nom.")
    cooperative = LineField(longest=300, name=True, required=False, help_text="S’il diffère de celui de l’annuaire.")
    kind = forms.ChoiceField(choices=StakeKind.choices, initial=StakeKind.CAPITAL)
    taken_on = DayField()
    ended_on = DayField(help_text="Vide tant que la collectivité la détient.")
    year = YearField(help_text="Vide : celle de la prise.")
    amount = AmountField(help_text=AMOUNT_HELP)
    percent = ShareField(help_text="Ce que la collectivité détient en tout à cette date, en pour cent du capital.")
    exception = ReasonField()
    name = LineField(longest=300, name=True, required=False, help_text="Vide : « telle collectivité dans telle SCIC ».")
    summary = TextField(longest=400, rows=3, counted=True, required=False)

    def clean(self):
        data = super().clean()
        self.in_order(data, "taken_on", "ended_on", "La cession précède la prise.")
        self.ask_for_a_reason(data)
        return data
