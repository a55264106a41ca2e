"""The columns of the lists of the third floor as files: one row a record, texts as they stand, amounts as numbers."""

from observatory.pages.downloads import Columns

from .enums import Give
from .models import Agreement, Call, Stake, SupportScheme

_GIVES = dict(Give.choices)
_NAMES = {"beneficiary": "beneficiaire", "cooperative": "cooperative"}
_YES_NO = {True: "oui", False: "non", None: ""}


def _bodies(scheme: SupportScheme) -> str:
    return " | ".join(scheme.body_names)


def _codes(scheme: SupportScheme) -> str:
    return " | ".join(offer.body.code for offer in scheme.offers.all() if offer.body)


def _sources(record) -> str:
    return " | ".join(dict.fromkeys(str(said.source) for said in record.citations.all()))


def _party(party) -> list[tuple]:
    """Who acts and with whom: the same columns for agreements and stakes."""
    return [
        ("collectivite", lambda r: r.body_name),
        ("code_collectivite", lambda r: r.body and r.body.code),
        ("nom_d_alors", lambda r: r.body_then),
        (_NAMES[party], lambda r: getattr(r, party)),
        ("fiche", lambda r: r.actor and r.actor.public_id),
        ("siret", lambda r: r.actor and r.actor.siret),
    ]


_LAST = [
    ("sources", _sources),
    ("verifie_le", lambda r: r.checked_on),
    ("changement", lambda r: r.change),
]

SCHEMES: Columns = [
    ("identifiant", lambda s: s.public_id),
    ("nom", lambda s: s.name),
    ("instrument", lambda s: s.instrument.name),
    ("collectivites", _bodies),
    ("codes_collectivites", _codes),
    ("thematiques", lambda s: " | ".join(theme.name for theme in s.themes.all())),
    ("resume", lambda s: s.summary),
    ("pour_qui", lambda s: s.audience),
    ("apporte", lambda s: " | ".join(str(_GIVES.get(word, word)) for word in s.gives)),
    ("en_detail", lambda s: s.gives_text),
    ("montant", lambda s: s.amount),
    ("taux", lambda s: s.rate),
    ("plafond", lambda s: s.ceiling),
    ("depuis", lambda s: s.since),
    ("jusqu_a", lambda s: s.until),
    ("en_cours", lambda s: _YES_NO[s.is_active]),
    ("service", lambda s: s.contact_service),
    ("site", lambda s: s.website),
    *_LAST,
]
CALLS: Columns = [
    ("identifiant", lambda c: c.public_id),
    ("nom", lambda c: c.name),
    ("dispositif", lambda c: c.scheme.name),
    ("instrument", lambda c: c.scheme.instrument.name),
    ("collectivites", lambda c: _bodies(c.scheme)),
    ("codes_collectivites", lambda c: _codes(c.scheme)),
    ("annee", lambda c: c.year),
    ("ouverture", lambda c: c.opens),
    ("cloture", lambda c: c.closes),
    ("enveloppe", lambda c: c.envelope),
    ("dossiers_recus", lambda c: c.received),
    ("dossiers_eligibles", lambda c: c.eligible),
    ("laureats", lambda c: c.laureates_count),
    ("laureats_connus", lambda c: " | ".join(laureate.name for laureate in c.laureates.all())),
    ("resume", lambda c: c.text),
    ("site", lambda c: c.website),
    *_LAST,
]
AGREEMENTS: Columns = [
    ("identifiant", lambda a: a.public_id),
    ("objet", lambda a: a.name),
    ("instrument", lambda a: a.instrument.name),
    *_party("beneficiary"),
    ("annee", lambda a: a.year),
    ("signee_le", lambda a: a.signed_on),
    ("debut", lambda a: a.start),
    ("fin", lambda a: a.end),
    ("montant_total", lambda a: a.total),
    ("part_du_beneficiaire", lambda a: a.beneficiary_share),
    ("versements", lambda a: " | ".join(f"{i.year} : {i.amount:.2f}" for i in a.instalments.all())),
    ("nature", lambda a: a.get_nature_display()),
    ("conditions", lambda a: a.conditions),
    ("part_du_budget", lambda a: a.share),
    ("reference", lambda a: a.reference),
    ("de_minimis", lambda a: _YES_NO[a.is_de_minimis]),
    ("sieg", lambda a: _YES_NO[a.is_sieg]),
    ("dispositif", lambda a: a.scheme and a.scheme.name),
    ("appel", lambda a: a.call and a.call.name),
    ("resume", lambda a: a.summary),
    *_LAST,
]
STAKES: Columns = [
    ("identifiant", lambda s: s.public_id),
    ("titre", lambda s: s.name),
    ("nature", lambda s: s.get_kind_display()),
    *_party("cooperative"),
    ("annee", lambda s: s.year),
    ("prise_le", lambda s: s.taken_on),
    ("cedee_le", lambda s: s.ended_on),
    ("montant", lambda s: s.amount),
    ("part_du_capital", lambda s: s.percent),
    ("resume", lambda s: s.summary),
    *_LAST,
]
#: model → its columns, the name of its file, that of its sheet
FILES = {
    SupportScheme: (SCHEMES, "dispositifs-ess", "Dispositifs"),
    Call: (CALLS, "appels-ess", "Appels"),
    Agreement: (AGREEMENTS, "conventions-ess", "Conventions"),
    Stake: (STAKES, "parts-de-scic", "Parts de SCIC"),
}
