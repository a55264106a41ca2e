"""The guards of the suite bite."""

import pytest
from django.contrib.auth.models import Group
from django.core.paginator import Paginator, UnorderedObjectListWarning
from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.test import override_settings
from django.urls import path

from .factories import ThemeFactory
from .markup import faults

Failed = pytest.fail.Exception


def write(request):
    Group.objects.create(name="essai")
    return HttpResponse("écrit")


def unsound(request):
    return HttpResponse('<p onclick="alert(1)">Bonjour</p>')


urlpatterns = [path("ecrit/", write), path("mal-fait/", unsound)]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "head", "options"])
@override_settings(ROOT_URLCONF=__name__)
def test_a_safe_method_cannot_write(client, method):
    with pytest.raises(Failed, match="n’écrivent pas"):
        getattr(client, method)("/ecrit/")
    assert not Group.objects.exists()


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_form_may_write(client):
    assert client.post("/ecrit/").status_code == 200
    assert Group.objects.exists()


@override_settings(ROOT_URLCONF=__name__)
def test_an_event_handler_in_an_answer_fails(client):
    with pytest.raises(Failed, match="onclick"):
        client.get("/mal-fait/")


def test_an_unknown_variable_fails_in_our_templates():
    with pytest.raises(Failed, match=r"_bars.html, ligne \d+ : variable « rows|highest »"):
        engines["django"].get_template("_bars.html").render({})


def test_an_unknown_variable_of_a_package_is_its_own_affair():
    engines["django"].get_template("admin/404.html").render({})


@pytest.mark.django_db
def test_an_unordered_paginated_queryset_fails():
    ThemeFactory()
    with pytest.raises(UnorderedObjectListWarning):
        Paginator(Group.objects.all(), 1).page(1)


_PAGE = (
    '<html lang="fr"><head><title>T</title><meta name="description" content="D"></head>'
    "<body><main><h1>Un</h1>{}</main></body></html>"
)


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        ('<p style="color:red">x</p>', "attribut style"),
        ("<script>1</script>", "sans nonce"),
        ('<script nonce="a">1</script>', "nonce absent"),
        ('<script src="https://exemple.invalid/x.js"></script>', "autre site"),
        ('<a href="javascript:1">x</a>', "javascript"),
        ("<h1>Deux</h1>", "2 titres h1"),
        ("<h3>x</h3>", "niveau sauté"),
        ('<p id="a">x</p><p id="a">y</p>', "figure 2 fois"),
        ('<img src="/x.png">', "sans alt"),
        ('<a href="/"></a>', "sans nom"),
        ('<input name="q">', "sans étiquette"),
        ('<label for="q"></label><input id="q" name="q">', "sans étiquette"),
        ('<p aria-labelledby="absent">x</p>', "absent de la page"),
        ("<div><p>x</div>", "ne ferme pas"),
    ],
)
def test_each_fault_of_a_page_is_found(markup, fault):
    assert not faults(_PAGE.format(""))
    assert any(fault in found for found in faults(_PAGE.format(markup)))


def test_the_guard_on_writes_is_gone_after_a_request(client, db):
    client.get("/sante/")
    assert not connection.execute_wrappers
