"""All the fiches of a search as one file: asked for by anybody, within limits, whole or not at all."""

import io
import re
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from actors.models import Actor
from observatory.pdf import rendering
from observatory.pdf.batches import archive, leases, pool, services, tasks
from observatory.pdf.batches.enums import State
from observatory.pdf.batches.models import Batch, folder
from observatory.records.enums import State as Published

from .factories import ActorFactory

ASKED = "/fiches/lots/annuaire/"


@pytest.fixture(autouse=True)
def drawn_here(settings, tmp_path, monkeypatch):
    """The worker draws by itself; what a PDF looks like is not the question here."""
    settings.VAR_DIR, settings.PDF_PROCESSES = tmp_path, 0
    monkeypatch.setattr(rendering, "render", lambda html: b"%PDF " + html.encode())


def ask(client, address=ASKED) -> Batch:
    """What a visitor does: open the page, press the button."""
    page = client.get(address)
    assert page.status_code == 200, page.text
    response = client.post(address)
    assert response.status_code == 302, response.text
    return Batch.objects.get(token=response["Location"].split("/")[-2])


def work(batch: Batch) -> Batch:
    tasks.run(batch.pk)
    batch.refresh_from_db()
    return batch


def fetched(client, batch: Batch) -> ZipFile:
    page = client.get(batch.get_absolute_url())
    address = f"{batch.get_absolute_url()}fiches.zip"
    assert address in page.text
    response = client.get(address)
    assert response["Content-Type"] == "application/zip" and "no-store" in response["Cache-Control"]
    return ZipFile(io.BytesIO(b"".join(response)))


@pytest.mark.django_db
def test_a_search_comes_as_one_file(client):
    one, two = ActorFactory(name="Café des possibles"), ActorFactory(name="Café des possibles")
    ActorFactory(name="Autre chose")
    link = client.get("/annuaire/?q=possibles").text
    assert "/fiches/lots/annuaire/?q=possibles" in link
    batch = ask(client, f"{ASKED}?q=possibles")
    waiting = client.get(batch.get_absolute_url())
    assert "<progress" in waiting.text and "no-store" in waiting["Cache-Control"]
    assert client.get(f"{batch.get_absolute_url()}fiches.zip").status_code == 404
    assert "<progress" in client.get(batch.get_absolute_url(), headers={"HX-Request": "true"}).text
    work(batch)
    assert client.get(batch.get_absolute_url(), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    file = fetched(client, batch)
    assert sorted(file.namelist()) == sorted(
        ["LISEZMOI.txt", *(f"fiches/cafe-des-possibles-{actor.public_id}.pdf" for actor in (one, two))]
    )
    assert one.public_id in file.read(f"fiches/cafe-des-possibles-{one.public_id}.pdf").decode()
    notice = file.read("LISEZMOI.txt").decode()
    for words in (
        "« possibles »",
        "http://testserver/annuaire/?q=possibles",
        "Licence Ouverte",
        "2\u00a0fiches en PDF",
    ):
        assert words in notice
    assert not batch.keys and not batch.part.exists()


@pytest.mark.parametrize("search", ["annuaire", "poles", "collectivites", "dispositifs", "kit"])
def test_every_list_of_records_has_its_fiches(client, world, search):
    assert f"/fiches/lots/{search}/" in client.get(f"/{search if search != 'poles' else 'ptce'}/").text
    batch = work(ask(client, f"/fiches/lots/{search}/"))
    assert (batch.state, batch.failures) == (State.DONE, [])
    assert len(fetched(client, batch).namelist()) == batch.total + 1


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("collectivites/?region=region-32&level=commune", "Hauts-de-France&nbsp;; Commune"),
        ("dispositifs/?territory=region-32", "Territoire\N{NO-BREAK SPACE}: Hauts-de-France"),
        (
            "kit/?kit=essai&level=commune",
            "Kit\N{NO-BREAK SPACE}: Kit d’essai&nbsp;; Utilisable par\N{NO-BREAK SPACE}: Communes",
        ),
        ("annuaire/?territory=region-32&ess=all", "Hauts-de-France&nbsp;; Tous les acteurs"),
    ],
)
def test_the_page_says_the_search_in_words(client, world, address, words):
    assert f"Recherche : {words}." in client.get(f"/fiches/lots/{address}").text


@pytest.mark.django_db
def test_only_what_anybody_may_see_is_inside(client):
    kept, gone = ActorFactory(name="Publiée"), ActorFactory(name="Retirée entre-temps")
    ActorFactory(name="Brouillon", state=Published.DRAFT)
    batch = ask(client)
    Actor.objects.filter(pk=gone.pk).update(state=Published.ARCHIVED)
    file = fetched(client, work(batch))
    assert len(file.namelist()) == 2 and any(kept.public_id in name for name in file.namelist())
    assert f"{gone.public_id} : n’est plus publiée" in file.read("LISEZMOI.txt").decode()


@pytest.mark.django_db
def test_a_fiche_that_cannot_be_drawn_is_named_and_the_others_come(client, monkeypatch, caplog):
    bad, _ = ActorFactory(name="Mauvaise"), ActorFactory(name="Bonne")

    def render(html):
        if "Mauvaise" in html:
            raise ValueError("impossible")
        return b"%PDF"

    monkeypatch.setattr(rendering, "render", render)
    batch = work(ask(client))
    assert batch.failures == [[bad.public_id, "n’a pas pu être dessinée"]]
    assert "fiche manque" in client.get(batch.get_absolute_url()).text
    assert "impossible" in caplog.text


def test_names_suit_every_system():
    name = archive.member_name("Ça/../\\ : « œuvre » " + "é" * 300, "0123456789")
    assert len(name) <= 100 and name.startswith("fiches/ca-oeuvre") and name.endswith("-0123456789.pdf")
    assert archive.member_name("مرحبا", "commune-59350") == "fiches/sans-nom-commune-59350.pdf"


# Limits -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_search_too_long_or_empty_or_nonsense_gets_a_sentence(client, settings):
    ActorFactory.create_batch(3)
    settings.PDF_BATCH_MOST = 2
    for method in (client.get, client.post):
        response = method(ASKED)
        assert response.status_code == 422 and "au plus 2 fiches, et cette recherche en trouve 3" in response.text
        assert method(f"{ASKED}?q=introuvable").status_code == 422
        assert method(f"{ASKED}?family=lune").status_code == 400
        assert method("/fiches/lots/lune/").status_code == 404
    assert not Batch.objects.exists()


@pytest.mark.django_db
def test_one_at_a_time_and_a_few_a_day_from_one_address(client, monkeypatch):
    ActorFactory()
    batch = ask(client)
    refused = client.post(ASKED)
    assert refused.status_code == 429 and refused["Retry-After"] and "déjà en préparation" in refused.text
    assert client.post(ASKED, REMOTE_ADDR="10.0.0.9").status_code == 302
    work(batch)
    monkeypatch.setattr(services, "MOST_ASKED", 1)
    assert "en un jour" in client.post(ASKED).text


@pytest.mark.django_db
def test_a_full_machine_says_so(client, monkeypatch, settings):
    ActorFactory()
    work(ask(client))
    settings.PDF_BATCHES_BYTES = 1
    assert client.post(ASKED).status_code == 503
    settings.PDF_BATCHES_BYTES = 10**9
    monkeypatch.setattr(services, "MOST_WAITING", 0)
    assert client.post(ASKED).status_code == 503


@pytest.mark.django_db
def test_asking_needs_the_form(world):
    assert Client(enforce_csrf_checks=True).post(ASKED).status_code == 403


@pytest.mark.django_db
def test_the_address_is_not_guessed_and_forgotten_with_the_file(client):
    ActorFactory()
    batch = work(ask(client))
    assert client.get("/fiches/lots/00000000-0000-4000-8000-000000000000/").status_code == 404
    (folder() / "orphelin.part").write_bytes(b"")
    Batch.objects.update(created_at=timezone.now() - timedelta(days=2))
    call_command("chores", "--all", verbosity=0)
    assert Batch.objects.get().origin == "" and batch.path.exists()
    Batch.objects.update(created_at=timezone.now() - timedelta(days=8))
    call_command("chores", "--all", verbosity=0)
    assert not list(folder().iterdir())
    assert "sept jours" in client.get(batch.get_absolute_url()).text


# Cancelled, begun again, given way ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_batch_is_given_up_and_begun_again(client, monkeypatch):
    ActorFactory.create_batch(2)
    batch = ask(client)
    page = f"{batch.get_absolute_url()}abandonner/"
    client.post(page)
    assert "abandonnée" in client.get(batch.get_absolute_url()).text
    assert work(batch).state == State.CANCELLED
    client.post(f"{batch.get_absolute_url()}recommencer/")
    draw = pool.draw

    def given_up(*args):
        client.post(page)
        return draw(*args)

    with monkeypatch.context() as patch:
        patch.setattr(pool, "draw", given_up)
        patch.setattr(tasks, "PACE", 0)
        assert work(batch).state == State.CANCELLED
    assert not list(folder().iterdir())
    client.post(f"{batch.get_absolute_url()}recommencer/")
    assert work(batch).state == State.DONE


@pytest.mark.django_db
def test_other_works_go_first_and_the_file_is_gone_on_with(client, monkeypatch):
    ActorFactory.create_batch(3)
    batch = ask(client)
    waits = iter([True, False, False, False])
    monkeypatch.setattr(tasks, "_others_wait", lambda: next(waits))
    monkeypatch.setattr(tasks, "PACE", 0)
    work(batch)
    assert (batch.state, batch.position) == (State.WAITING, 1)
    work(batch)
    assert (batch.state, batch.attempts) == (State.DONE, 1)
    assert len(set(fetched(client, batch).namelist())) == 4


@pytest.mark.django_db
def test_what_stops_every_fiche_is_said(client, monkeypatch):
    ActorFactory()
    batch = ask(client)

    def render(html):
        raise rendering.NotDrawn("Une bibliothèque manque.")

    monkeypatch.setattr(rendering, "render", render)
    assert work(batch).state == State.FAILED
    page = client.get(batch.get_absolute_url()).text
    assert "Une bibliothèque manque." in page and "Recommencer" in page
    assert not list(folder().iterdir())


@pytest.mark.django_db
def test_a_dead_worker_is_seen_and_its_batch_taken_up_again_a_few_times(client):
    ActorFactory()
    batch = ask(client)
    for attempt in range(leases.ATTEMPTS):
        Batch.objects.update(state=State.RUNNING, beat_at=timezone.now(), attempts=attempt + 1)
        assert leases.sweep() == []
        Batch.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
        page, htmx = client.get(batch.get_absolute_url()).text, {"headers": {"HX-Request": "true"}}
        again = re.search(r'hx-get="([^"]+interrompue=1)"', page)[1]
        assert client.get(batch.get_absolute_url(), **htmx)["HX-Refresh"]
        assert "interrompue" in client.get(again, **htmx).text
        assert leases.sweep() == [batch]
        assert client.get(again, **htmx)["HX-Refresh"]
    batch.refresh_from_db()
    assert batch.state == State.FAILED and "plusieurs fois" in client.get(batch.get_absolute_url()).text


@pytest.mark.django_db
def test_a_worker_held_dead_leaves_the_batch_to_the_other(client, monkeypatch):
    ActorFactory.create_batch(2)
    batch = ask(client)
    draw, begun = pool.draw, []

    def slow(*args):
        if not begun:
            begun.append(1)
            Batch.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
            leases.sweep()
            tasks.run(batch.pk)
        return draw(*args)

    monkeypatch.setattr(pool, "draw", slow)
    assert work(batch).state == State.DONE
    assert len(fetched(client, batch).namelist()) == 3
