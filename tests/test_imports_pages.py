"""An import as an editor plays it in the pages, and the rights of each of them."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from actors.imports import aside, leases, progress, services, tasks
from actors.imports.applying import Application
from actors.imports.enums import Fate, Stage
from actors.imports.models import Import, Progress
from actors.models import Actor
from observatory.accounts.enums import Role
from observatory.accounts.perms import Action
from observatory.editing import services as editing
from observatory.editing.services import Author

from .lists import applied, as_csv, line, private_folder, region, staged
from .permissions import PermissionCase, person

__all__ = ["private_folder", "region"]


# The pages ----------------------------------------------------------------------------------------------------


def editor(client, region):
    user = person(Role.CRESS_EDITOR, territory=region)
    client.force_login(user)
    return user


def test_an_editor_loads_a_list_from_file_to_report_and_back(client, region):
    editor(client, region)
    assert "Aucune liste" in client.get("/bureau/imports/").text
    rows = [line("Un", 1), line("Deux", 2), line("Trois", SIRET="12"), line("Quatre", 4, Téléphone="le soir")]
    sent = {"file": ContentFile(as_csv(rows), name="liste.csv"), "title": "Adhérents", "territory": "region-32", "edition": "2026-01-15"}  # fmt: skip
    page = client.post("/bureau/imports/charger/", sent, follow=True)
    address = page.request["PATH_INFO"]
    assert "Que contient chaque colonne" in page.text and "Ligne 2" in page.text
    mapping = {f"column_{i}": field for i, field in services.suggested(Import.objects.get(), []).items()}
    mapping |= {"when_empty": "keep", "all_family": "", "all_legal_form": ""}
    wrong = client.post(address, mapping | {"column_0": ""})
    assert wrong.status_code == 422 and "Dites quelle colonne porte le nom" in wrong.text
    assert "refusée" in client.post(address, mapping | {"preview": "1"}).text
    page = client.post(address, mapping, follow=True)
    load = Import.objects.get()
    assert "en attente" in page.text and 'hx-trigger="every 1s"' in page.text
    tasks.run(load.pk)
    assert client.get(load.get_absolute_url(), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = client.get(load.get_absolute_url()).text
    assert "Rien n’est encore écrit" in page and "Lignes refusées" in page
    assert "le soir" in client.get(f"{load.get_absolute_url()}?lignes=remarks").text
    assert "SIRET" in "".join(part.decode() for part in client.get(reverse("imports:refused", args=[load.pk])))
    assert "Appliquer cette liste" in client.get(reverse("imports:apply", args=[load.pk])).text
    client.post(reverse("imports:apply", args=[load.pk]))
    client.post(reverse("imports:apply", args=[load.pk]))
    tasks.run(load.pk)
    assert "Appliquée le" in client.get(load.get_absolute_url()).text and Actor.objects.count() == 3
    client.post(reverse("imports:undo", args=[load.pk]))
    tasks.run(load.pk)
    assert "3\u00a0fiches archivées" in client.get(load.get_absolute_url()).text
    assert not Actor.objects.published().exists()


def test_what_changed_is_shown_field_by_field_and_gone_ones_are_listed(client, region):
    editor(client, region)
    applied(region, as_csv([line("Un", 1), line("Deux", 2)]))
    load = staged(region, as_csv([line("Un bis", 1)]))
    page = client.get(f"{load.get_absolute_url()}?lignes=changed").text
    assert "Un bis" in page and '<th scope="row">Nom</th>' in page
    assert "Deux" in client.get(f"{load.get_absolute_url()}?lignes=gone").text
    applied(region, as_csv([line("Un bis", 1)]))
    assert "Deux" in client.get("/bureau/imports/absents/").text
    assert client.get(f"{load.get_absolute_url()}?lignes=lune").status_code == 404


def test_who_left_the_list_is_settled_by_a_check_or_an_archive_and_found_in_the_list_of_records(client, region):
    editor(client, region)
    applied(region, as_csv([line("Un", 1), line("Deux", 2), line("Trois", 3)]))
    applied(region, as_csv([line("Un", 1)]))
    desk, records = client.get("/bureau/").text, "/bureau/acteurs/?only=absentes"
    assert "Absents des dernières listes" in desk and "2 à vérifier" in desk
    listed = client.get(records)
    assert "Deux" in listed.text and "Un" not in [row.name for row in listed.context["page"]]
    assert "Disparues de la dernière liste" in listed.text
    two, three = Actor.objects.get(name="Deux"), Actor.objects.get(name="Trois")
    client.post(reverse("editing:check", args=["acteurs", two.public_id]), {"next": "/bureau/imports/absents/"})
    client.post(reverse("editing:archive", args=["acteurs", three.public_id]), {"motif": "Fermée"})
    assert "Personne ne manque" in client.get("/bureau/imports/absents/").text
    assert client.get(records).context["total"] == 0
    assert client.get("/bureau/acteurs/?only=en-liste&family=association&sort=-created").context["total"] == 1
    for wrong in ("only=lune", "family=lune", "sort=lune", "state=lune"):
        assert client.get(f"/bureau/acteurs/?{wrong}").status_code == 404


def test_the_page_says_what_going_back_will_do_and_what_it_will_leave(client, region):
    user = editor(client, region)
    applied(region, as_csv([line("Un", 1), line("Deux", 2)]))
    load = applied(region, as_csv([line("Un bis", 1), line("Deux bis", 2), line("Trois", 3), line("Quatre", 4)]))
    two, three = Actor.objects.get(name="Deux bis"), Actor.objects.get(name="Trois")
    editing.change(two, {"telephone": "03 20 00 00 00"}, Author(user))
    editing.check(three, Author(user))
    address = reverse("imports:undo", args=[load.pk])
    page = client.get(address)
    assert page.context["forecast"] == {"archived": 1, "restored": 1, "kept": 2}
    assert "2\u00a0fiches resteront telles quelles" in page.text and "Deux bis" in page.text and "Trois" in page.text
    client.post(address)
    tasks.run(load.pk)
    load.refresh_from_db()
    assert load.undone == page.context["forecast"]
    names = dict(Actor._base_manager.values_list("name", "state"))
    assert names == {"Un": "published", "Deux bis": "published", "Trois": "published", "Quatre": "archived"}


@pytest.mark.django_db(transaction=connection.vendor == "postgresql")
def test_the_bar_moves_while_the_transaction_is_open(client, region, monkeypatch):
    editor(client, region)
    load = staged(region, as_csv([line("Un", 1), line("Deux", 2)]))
    services.start(load, Stage.APPLYING)
    assert "en attente de l’exécuteur" in client.get(load.get_absolute_url()).text
    seen, history = [], Application._history

    def look(application):
        seen.append(client.get(load.get_absolute_url()).text)
        assert leases.sweep() == []
        history(application)

    monkeypatch.setattr(Application, "_history", look)
    monkeypatch.setattr(progress, "PACE", 0)
    tasks.run(load.pk)
    assert "2 sur environ 2" in seen[0].replace("\u00a0", " ") and 'value="2"' in seen[0]
    assert aside.read(load.pk) is None and "Appliquée" in client.get(load.get_absolute_url()).text


def test_an_unreadable_file_gets_a_sentence_next_to_its_field(client, region):
    editor(client, region)
    sent = {"file": ContentFile(b"%PDF-1.7", name="liste.csv"), "title": "L", "territory": "region-32", "edition": "2026-01-15"}  # fmt: skip
    page = client.post("/bureau/imports/charger/", sent)
    assert page.status_code == 422 and "document PDF" in page.text and not Import.objects.exists()


def test_an_interrupted_work_offers_to_be_resumed(client, region):
    editor(client, region)
    load = staged(region, as_csv([line()]))
    services.start(load, Stage.APPLYING)
    Progress.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    assert "Reprendre" in client.get(load.get_absolute_url()).text
    assert "interrompu" in client.get("/bureau/imports/").text
    client.post(reverse("imports:resume", args=[load.pk]))
    assert "en attente" in client.get(load.get_absolute_url()).text


# Rights -------------------------------------------------------------------------------------------------------


class ImportCase(PermissionCase):
    """A view of one import of the world's région."""

    action = Action.IMPORT
    stage = Stage.STAGED

    def record(self, world):
        load = services.create(
            file=ContentFile(as_csv([line()]), name="l.csv"),
            territory=world.region,
            title="L",
            edition=date(2026, 1, 1),
        )
        Import.objects.filter(pk=load.pk).update(
            stage=self.stage, counts=dict.fromkeys((*Fate.values, "gone", "lines"), 0)
        )
        return load

    def url(self, record):
        return reverse(self.url_name, args=[record.pk])


class TestUpload(PermissionCase):
    url_name = "imports:upload"
    action = Action.IMPORT
    elsewhere_get = (200,)
    elsewhere_post = (422,)

    def record(self, world):
        return world.region

    def url(self, record):
        return reverse(self.url_name)

    def data(self, record):
        file = ContentFile(as_csv([line()]), name="l.csv")
        return {"file": file, "title": "L", "territory": record.code, "edition": "2026-01-15"}


class TestColumns(ImportCase):
    url_name = "imports:columns"

    def data(self, record):
        return {"column_0": "name", "when_empty": "keep"}


class TestApply(ImportCase):
    url_name = "imports:apply"


class TestUndo(ImportCase):
    url_name = "imports:undo"
    stage = Stage.APPLIED


class TestResume(ImportCase):
    url_name = "imports:resume"
    has_form = False


class TestCancel(ImportCase):
    url_name = "imports:cancel"
    has_form = False
