from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from observatory.records.identity import fold
from observatory.search.registry import ranked
from observatory.territories.models import Territory

from . import perms, services, targets
from .enums import Role
from .models import Grant, User
from .perms import Action

#: how many look-alikes a vague name offers
CHOICES = 8


class InviteForm(forms.Form):
    """Who is invited, to which role, on which territory or record; ``right`` holds the answer once valid."""

    email = forms.EmailField(label="Courriel", help_text="L’invitation y est envoyée.")
    label = forms.CharField(
        label="Nom affiché", max_length=80, required=False, help_text="Facultatif : la personne peut le corriger."
    )
    role = forms.ChoiceField(label="Rôle", widget=forms.RadioSelect)
    place = forms.CharField(
        label="Territoire",
        max_length=150,
        required=False,
        help_text="Pour l’édition, la modération et les partenaires : une commune, une intercommunalité, un département ou une région.",
    )
    record = forms.CharField(
        label="Fiche",
        max_length=200,
        required=False,
        help_text="Pour qui parle d’une seule fiche : le nom de la collectivité, du pôle ou de l’acteur.",
    )
    which = forms.CharField(label="Laquelle ?", widget=forms.RadioSelect, required=False)

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.by = by
        self.right: dict = {}
        self._show_picked()
        everything = perms.may_administer(by)
        self.fields["role"].choices = [(r.value, r.label) for r in Role if everything or r in perms.INVITABLE]

    def _show_picked(self) -> None:
        """A suggestion that was picked comes as its code alone: its name is put back in the field."""
        given = self.data if self.is_bound else self.initial
        self.territory_code = given.get("territory", "")
        if self.territory_code and not given.get("place"):
            territory = Territory.objects.current().filter(code=self.territory_code).first()
            named = {"place": territory.label if territory else ""}
            if self.is_bound:
                self.data = self.data.dict() | named
            else:
                self.initial |= named

    def clean_email(self):
        return self.cleaned_data["email"].lower()

    def clean(self):
        cleaned = super().clean()
        if "role" not in cleaned:
            return cleaned
        role = Role(cleaned["role"])
        record = territory = None
        if target := targets.for_role(role):
            record = self._record(target)
            territory = targets.finest_territory(record) if record else None
        elif role != Role.ADMINISTRATOR:
            territory = self._territory()
        if self.errors:
            return cleaned
        if not perms.may_invite(self.by, role, territory):
            self.add_error("record" if record else "place", "Ce territoire est hors du vôtre.")
        self.right = services.right_on(role=role, territory=territory, record=record)
        if Grant.objects.filter(user__email=cleaned.get("email"), **self.right).exists():
            self.add_error("email", "Cette personne a déjà ce droit.")
        return cleaned

    def _record(self, target):
        rows = perms.reachable(self.by, Action.INVITE, target.queryset())
        text = self.cleaned_data.get("record", "").strip()
        if not text:
            self.add_error("record", f"Indiquez la fiche ({target.label}) pour laquelle cette personne parlera.")
            return None
        exact = rows.filter(public_id=text).first()
        found = [exact] if exact else list(ranked(rows, text)[:CHOICES])
        return self._choose(
            "record", found, text, key="public_id", none="Aucune fiche de votre territoire ne porte ce nom."
        )

    def _territory(self):
        rows = Territory.objects.current().order_by("-population", "sort_key")
        text = self.cleaned_data.get("place", "").strip()
        if not text:
            self.add_error("place", "Indiquez le territoire sur lequel ce rôle s’exerce.")
            return None
        exact = Territory.objects.current().filter(code__in=[self.data.get("territory", ""), text]).first()
        found = [exact] if exact else list(ranked(rows, text)[:CHOICES])
        return self._choose("place", found, text, key="code", none="Aucun territoire ne porte ce nom.")

    def _choose(self, field: str, found: list, text: str, *, key: str, none: str):
        """The one that is meant: the only one, the only namesake, or the one picked; else they are offered."""
        if not found:
            self.add_error(field, none)
            return None
        picked = [row for row in found if getattr(row, key) == self.cleaned_data.get("which")]
        namesakes = [row for row in found if fold(text) in (fold(row.name), fold(getattr(row, "label", row.name)))]
        for candidates in (picked, found, namesakes):
            if len(candidates) == 1:
                return candidates[0]
        self.offer([(getattr(row, key), describe(row)) for row in found])
        self.add_error("which", "Plusieurs réponses sont possibles : choisissez la bonne, puis envoyez de nouveau.")
        return None

    def offer(self, choices: list[tuple[str, str]]) -> None:
        """Show the records or territories among which to choose."""
        self.fields["which"].widget.choices = choices


def describe(row) -> str:
    """A record or a territory with what tells it from its namesakes."""
    if isinstance(row, Territory):
        return f"{row.label} · {row.get_level_display().lower()}"
    place = getattr(row, "territory", None) or getattr(row, "region", None)
    return f"{row.name} · {place.label}" if place else row.name


class AcceptForm(forms.Form):
    """The account of somebody invited: a name and a password."""

    label = forms.CharField(label="Nom affiché", max_length=80)
    password1 = forms.CharField(
        label="Mot de passe",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=" ".join(password_validators_help_texts()),
    )
    password2 = forms.CharField(
        label="Le même mot de passe, une seconde fois",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, email: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self):
        cleaned = super().clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", "Les deux mots de passe ne sont pas les mêmes.")
        if first:
            try:
                validate_password(first, User(email=self.email, label=cleaned.get("label", "")))
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned


class PasswordForm(forms.Form):
    """What confirms that somebody at the keyboard is the person of the account."""

    password = forms.CharField(
        label="Votre mot de passe",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self):
        # Through the adapter, which counts failures.
        if not get_adapter().reauthenticate(self.user, self.cleaned_data["password"]):
            raise ValidationError("Ce n’est pas le mot de passe de ce compte.")
        return self.cleaned_data["password"]


class _CodeInFrench:
    """The field of a code with its French name, without the placeholder that repeats it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code"
        self.fields["code"].widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}


class ActivateFactorForm(_CodeInFrench, ActivateTOTPForm):
    """The first code, which shows that the application has read the key."""


class FactorForm(_CodeInFrench, AuthenticateForm):
    """A code of the application or a recovery code, at sign-in."""


class FactorAgainForm(_CodeInFrench, ReauthenticateForm):
    """The same, before something that touches the account's security."""
