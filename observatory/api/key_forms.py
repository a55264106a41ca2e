from django import forms

from .models import ApiKey

#: keys that one person may have at once: one a program
MOST = 10


class KeyForm(forms.Form):
    """What a new key is for."""

    name = forms.CharField(
        label="À quoi servira-t-elle ?",
        max_length=50,
        help_text="Par exemple « Mise à jour de notre site ». Cet intitulé n’est pas public.",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_name(self):
        """A name serves once: whoever sends the form again, or reloads the page, makes no second key."""
        name = self.cleaned_data["name"]
        if ApiKey.objects.filter(user=self.user, revoked=False, name=name).exists():
            raise forms.ValidationError(
                "Vous avez déjà une clé de ce nom : choisissez-en un autre, ou révoquez d’abord celle qui le porte."
            )
        return name

    def clean(self):
        if ApiKey.objects.filter(user=self.user, revoked=False).count() >= MOST:
            raise forms.ValidationError(f"Vous avez déjà {MOST} clés : révoquez d’abord celle qui ne sert plus.")
        return super().clean()
