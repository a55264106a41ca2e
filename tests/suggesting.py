"""Helpers of the tests of suggestions and of the desk: people with a right, forms as a browser sends them back."""

from django.urls import reverse

from observatory.accounts.enums import Role
from observatory.accounts.models import Grant, User
from observatory.editing.models import Suggestion

ADD = "/annuaire/proposer/"


def person(role=Role.CRESS_EDITOR, territory=None, **right) -> User:
    user = User.objects.create_user(
        f"{role}-{User.objects.count()}@essai.invalid", None, label="Personne", is_demonstration=True
    )
    Grant.objects.create(user=user, role=role, territory=territory, **right)
    return user


def filled(client, address, **changes) -> dict:
    """What a browser would send back from a form, with some fields changed."""
    form = client.get(address).context["form"]
    values = {field.html_name: field.value() for field in form if field.value() is not None}
    if place := form.place_in_use:
        values |= {"territory": place.code, "place": place.label}
    return values | changes


def report_address(actor) -> str:
    return reverse("suggest:report", kwargs={"kind": "actor", "public_id": actor.public_id})


def left(client, actor, **changes) -> Suggestion:
    """A suggestion as a visitor leaves it."""
    address = report_address(actor)
    response = client.post(address, filled(client, address, **changes))
    assert response.status_code == 302, response.context["form"].errors
    return Suggestion.objects.latest("pk")
