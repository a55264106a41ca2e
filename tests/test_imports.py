"""The CRESS's own list: read, compared, applied in one go, taken back; dirt gets a sentence, hand-made values stay."""

import csv
import random
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from actors.enums import Precision
from actors.importers.workbooks import Unreadable
from actors.imports import refused, services, tasks
from actors.imports.enums import Stage
from actors.imports.models import ActorList, Import, ListMembership, Progress
from actors.models import Actor
from actors.services import DERIVED, refresh
from observatory.editing import services as editing
from observatory.editing.models import Revision
from observatory.editing.registry import kind_of
from observatory.records.models import Provenance
from observatory.territories.models import Territory

from .factories import ActorFactory, ThemeFactory
from .lists import HEADERS, applied, as_csv, as_xlsx, fates, line, private_folder, read, region, siret, staged

__all__ = ["private_folder", "region"]


# Reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encoding_separator_and_title_lines_are_guessed(tmp_path, encoding, separator):
    title = [["Liste des adhérents, au 15 janvier"], [], ["Édition 2026"]]
    content = as_csv([line("Œuvre à l’été")], encoding=encoding, separator=separator, title=title)
    table = read(content, tmp_path)
    assert (table.headers, table.header_line) == (HEADERS, 4)
    ((number, cells),) = table.rows()
    assert (number, cells[0]) == (5, "Œuvre à l’été")


def test_line_numbers_are_those_of_the_file_even_after_a_cell_of_several_lines(tmp_path):
    content = as_csv([["Un", "a\nb"], ["", ""], ["Deux", ""]], ["Nom", "Description"])
    assert [number for number, _ in read(content, tmp_path).rows()] == [2, 5]


def test_a_workbook_gives_numbers_and_dates_as_text(tmp_path):
    rows = [["Le Relais", 73282932000074, date(2014, 7, 31), 12.0, True, None]]
    table = read(as_xlsx(rows, ["Nom", "SIRET", "Création", "Effectif", "ESS", "Site"]), tmp_path, "liste.xlsx")
    assert [cells for _, cells in table.rows()] == [["Le Relais", "73282932000074", "2014-07-31", "12", "oui", ""]]


NOT_LISTS = {
    "vide": (b"", "vide"),
    "blanc": (b"\n \n\n", "vide"),
    "PDF": (b"%PDF-1.7 ...", "PDF"),
    "image": (b"\x89PNG\r\n\x1a\n" + bytes(50), "image"),
    "ancien Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "Excel"),
    "page web": (b"<!DOCTYPE html><html></html>", "page web"),
    "binaire": (bytes(range(32)) * 20, "pas du texte"),
    "sans en-tête": (as_csv([line(number=2)], line()), "nom des colonnes"),
    "deux noms": (as_csv([["a", "b"]], ["Nom", "nom"]), "même nom"),
    "guillemet ouvert": (b'Nom;Ville\n"' + b"x" * 200_000, "guillemet"),
    "XLSX coupé": (as_xlsx([line()])[:2_000], "incomplet"),
    "XLSX abîmé": (as_xlsx([line()]).replace(b"xl/workbook.xml", b"xl/workbook.xyz"), "XLSX"),
}


@pytest.mark.parametrize("content, sentence", NOT_LISTS.values(), ids=NOT_LISTS)
def test_what_is_no_list_gets_a_sentence_and_nothing_is_kept(region, content, sentence):
    with pytest.raises(Unreadable, match=sentence):
        services.create(file=ContentFile(content, name="x"), territory=region, title="L", edition=date(2026, 1, 1))
    assert not Import.objects.exists() and not ActorList.objects.exists()


# What a list does ---------------------------------------------------------------------------------------------


def test_a_list_creates_what_the_desk_would_have_created(region):
    ThemeFactory(key="textile", name="Textile et mode")
    headers = [*HEADERS, "Thématiques", "Labels", "Activités", "Description", "Longitude", "Latitude", "Sigle", "Site"]
    more = ["Textile et mode", "ACI, ESUS", "tri | vente", "Trie le linge.\nEt le vend.", "3,06", "50.63", "LR", "relais.invalid"]  # fmt: skip
    load = applied(region, as_csv([line(Téléphone="320112233") + more], headers))
    actor = Actor.objects.get()
    assert (actor.telephone, actor.website, actor.precision) == ("03 20 11 22 33", "https://relais.invalid", "address")
    assert (actor.is_ess, actor.ess_reason, actor.siren) == (True, "statute", siret(1)[:9])
    assert [theme.key for theme in actor.themes.all()] == ["textile"] and actor.flags.count() == 2
    before = {column: getattr(actor, column) for column in DERIVED}
    refresh([actor])
    actor.refresh_from_db()
    assert before == {column: getattr(actor, column) for column in DERIVED}
    revision = Revision.objects.of(actor).get()
    assert (revision.deed, revision.through, revision.batch) == ("created", "import", load.batch)
    plain = kind_of(actor).read(actor)
    assert revision.fields == {
        field: [None, value] for field, value in plain.items() if value not in (None, "", [], False)
    }
    assert actor.provenances.get().source.title == "Liste de la CRESS"
    assert actor.change > 0 and Actor.objects.search("linge relais").get() == actor


def test_a_second_edition_changes_marks_gone_and_forgets_nothing(region):
    first = [line("Un", 1), line("Deux", 2), line("Trois", 3)]
    applied(region, as_csv(first))
    load = applied(region, as_csv([line("Un", 1), line("Deux bis", 2, Courriel="a@b.fr"), line("Quatre", 4)]))
    assert fates(load) == {"new": 1, "changed": 1, "unchanged": 1, "gone": 1}
    two = Actor.objects.get(siret=siret(2))
    assert (two.name, two.slug, two.email) == ("Deux bis", "deux-bis", "a@b.fr")
    assert Revision.objects.of(two).first().fields == {"name": ["Deux", "Deux bis"], "email": ["", "a@b.fr"]}
    gone = ListMembership.objects.get(gone_since__isnull=False)
    assert gone.actor.name == "Trois" and gone.actor.state == "published"
    applied(region, as_csv(first))
    assert ListMembership.objects.get(gone_since__isnull=False).actor.name == "Quatre"


def test_two_lists_whose_titles_begin_alike_each_have_their_source(region):
    title = "Liste des adhérents de la chambre régionale de l’économie sociale et solidaire, "
    lists = [services.list_of(region, title + end) for end in ("associations", "coopératives")]
    assert lists[0].source != lists[1].source and services.list_of(region, title + "associations") == lists[0]


def test_what_the_list_leaves_empty_changes_nothing_unless_told(region):
    applied(region, as_csv([line(Courriel="a@b.fr")]))
    assert fates(staged(region, as_csv([line()]))) == {"unchanged": 1}
    applied(region, as_csv([line()]), when_empty="clear")
    actor = Actor.objects.get()
    assert (actor.email, actor.siret) == ("", siret(1))


def test_hand_made_values_are_kept_and_listed(region):
    applied(region, as_csv([line("Un", 1), line("Deux", 2)]))
    one = Actor.objects.get(siret=siret(1))
    editing.change(one, {"telephone": "01 00 00 00 00"}, editing.Author())
    made = editing.create(kind_of(one), {"name": "Trois", "territory": "commune-59350"}, editing.Author())
    new = [line("Un bis", 1, Téléphone="0320000000"), line("Deux", 2), line("Trois", SIRET="", Courriel="c@d.fr")]
    load = applied(region, as_csv(new))
    one.refresh_from_db()
    made.refresh_from_db()
    assert (one.name, one.telephone, made.email) == ("Un bis", "01 00 00 00 00", "")
    kept = {entry.public_id: entry.kept for entry in load.lines.exclude(kept={})}
    assert kept == {
        one.public_id: {"telephone": "03 20 00 00 00"},
        made.public_id: {"email": "c@d.fr", "family": "association"},
    }


def test_matching_follows_own_key_then_siret_then_rna_then_name_and_commune(region):
    lille = Territory.objects.get(code="commune-59350")
    by_rna = ActorFactory(name="Autre nom", rna="W595000001", territory=lille)
    by_name = ActorFactory(name="L’Atelier d’Éloi", territory=lille)
    headers = ["Identifiant", *HEADERS]
    rows = [
        ["A1", *line("Clé", 1)],
        ["A2", *line("Par le RNA", SIRET="", RNA="w595000001")],
        ["A3", *line("ATELIER D'ELOI", SIRET="")],
    ]
    load = applied(region, as_csv(rows, headers))
    assert fates(load) == {"new": 1, "changed": 1, "unchanged": 1}
    by_rna.refresh_from_db()
    by_name.refresh_from_db()
    assert (by_rna.name, by_name.name) == ("Par le RNA", "L’Atelier d’Éloi")
    moved = staged(region, as_csv([["A1", *line("Clé", 9, Commune="Roubaix", **{"Code postal": "59100"})]], headers))
    assert set(moved.lines.get().diff) == {"siret", "siren", "territory"}


def test_ambiguous_foreign_archived_and_repeated_lines_are_listed_not_written(region):
    lille, brest = Territory.objects.get(code="commune-59350"), Territory.objects.get(code="commune-29019")
    twins = [ActorFactory(name="Jumelle", territory=lille) for _ in range(2)]
    away = ActorFactory(name="Bretonne", siret=siret(5), siren=siret(5)[:9], territory=brest)
    archived = ActorFactory(name="Archivée", siret=siret(6), siren=siret(6)[:9], territory=lille)
    editing.archive(archived, editing.Author())
    rows = [
        line("Jumelle", SIRET="", Courriel="a@b.fr"),
        line("Bretonne bis", 5),
        line("Archivée bis", 6),
        line("Neuve", 7),
        line("Neuve encore", 7),
        line("À Brest", 8, Commune="Brest", **{"Code postal": "29200"}),
    ]
    load = applied(region, as_csv(rows))
    assert fates(load) == {"new": 1, "refused": 4, "ambiguous": 1}
    reasons = {entry.number: refused.reason(entry) for entry in load.lines.all()}
    assert twins[0].public_id in reasons[2] and "hors du territoire" in reasons[3] and "archivée" in reasons[4]
    assert "La ligne 5 parle déjà" in reasons[6] and "hors du territoire" in reasons[7]
    assert set(Actor.objects.values_list("name", flat=True)) == {"Jumelle", "Bretonne", "Archivée", "Neuve"}
    assert away.provenances.count() == 0


def test_two_establishments_may_share_a_name_in_one_commune(region):
    rows = [line("Le Relais", 1), line("Le Relais", 2), line("Le Relais", SIRET="")]
    load = staged(region, as_csv(rows))
    assert fates(load) == {"new": 2, "refused": 1}


def test_a_record_that_was_checked_takes_what_the_next_list_says_and_keeps_its_date(region):
    applied(region, as_csv([line("Un", 1)]))
    today = timezone.localdate()
    Actor.objects.update(checked_on=today)
    applied(region, as_csv([line("Un bis", 1)]))
    assert list(Actor.objects.values_list("name", "checked_on")) == [("Un bis", today)]


def test_refused_lines_come_back_with_their_reason_and_no_live_formula(region):
    rows = [line('=HYPERLINK("http://mal.invalid")', SIRET="123"), line("Deux", 2, Commune="Nulle-Part")]
    load = staged(region, as_csv(rows))
    table = list(csv.reader("".join(refused.lines(load)).lstrip("\ufeff").splitlines(), delimiter=";"))
    assert table[0] == [*HEADERS, "ligne", "motif"]
    assert table[1][0].startswith("'=HYPER") and table[1][-2] == "2" and "n’est pas un SIRET" in table[1][-1]
    assert "Nulle-Part" in table[2][-1]
    assert table[1][HEADERS.index("Téléphone")] == "", "une case vide reste vide"


def test_a_name_with_a_tag_is_refused_as_in_the_form(region):
    load = staged(region, as_csv([line("<script>alert(1)</script>Ferme"), line("Cœur <3", 2)]))
    assert fates(load) == {"new": 1, "refused": 1}
    assert "Un nom ne contient pas de balise HTML" in "".join(refused.lines(load))


def test_wrong_details_are_left_out_with_a_remark_wrong_identity_refuses_the_line(region):
    load = applied(region, as_csv([line(Téléphone="appeler le soir", Courriel="a@", Création="bientôt")]))
    assert (fates(load), load.counts["remarks"]) == ({"new": 1}, 1)
    assert len(load.lines.get().problems) == 3
    actor = Actor.objects.get()
    assert (actor.telephone, actor.email, actor.founded) == ("", "", None)


def test_constants_fill_every_line(region):
    headers = [h for h in HEADERS if h != "Famille"]
    rows = [[cell for cell, header in zip(line(), HEADERS, strict=True) if header != "Famille"]]
    applied(region, as_csv(rows, headers), constants={"family": "cooperative"})
    assert Actor.objects.get().family == "cooperative"


@pytest.mark.parametrize(
    ("form", "family", "reason"),
    [("SCOP", "cooperative", "statute"), ("SAS", None, "cited"), ("9220", "association", "statute")],
)
def test_the_legal_form_tells_the_family_when_the_list_does_not(region, form, family, reason):
    applied(region, as_csv([[*line(Famille=""), form]], [*HEADERS, "Forme juridique"]))
    actor = Actor.objects.get()
    assert (actor.family, actor.ess_reason) == (family, reason)


# Between reading and writing ----------------------------------------------------------------------------------


def test_a_record_changed_or_created_meanwhile_is_listed_not_overwritten(region):
    applied(region, as_csv([line("Un", 1), line("Deux", 2)]))
    load = staged(region, as_csv([line("Un bis", 1), line("Deux bis", 2), line("Trois", 3)]))
    one = Actor.objects.get(siret=siret(1))
    editing.change(one, {"description": "Écrit à la main."}, editing.Author())
    editing.create(kind_of(one), {"name": "Trois à la main", "siret": siret(3)}, editing.Author())
    services.start(load, Stage.APPLYING)
    tasks.run(load.pk)
    load.refresh_from_db()
    assert fates(load) == {"changed": 1, "stale": 2}
    one.refresh_from_db()
    assert (one.name, one.description) == ("Un", "Écrit à la main.")
    assert Actor.objects.get(siret=siret(3)).name == "Trois à la main"


def test_the_way_back_archives_restores_and_keeps_what_was_touched_since(region):
    applied(region, as_csv([line("Un", 1), line("Deux", 2), line("Trois", 3)]))
    load = applied(region, as_csv([line("Un bis", 1), line("Deux bis", 2), line("Quatre", 4)]))
    two = Actor.objects.get(siret=siret(2))
    editing.change(two, {"telephone": "01 00 00 00 00"}, editing.Author())
    services.start(load, Stage.UNDOING)
    tasks.run(load.pk)
    load.refresh_from_db()
    assert load.undone == {"archived": 1, "restored": 1, "kept": 1}
    names = dict(Actor.objects.values_list("name", "state"))
    assert names == {"Un": "published", "Deux bis": "published", "Trois": "published", "Quatre": "archived"}
    assert not ListMembership.objects.filter(gone_since__isnull=False).exists()
    assert Actor.objects.search("un").filter(name="Un").exists()


def test_a_work_whose_worker_died_is_seen_and_taken_up_again(region):
    load = staged(region, as_csv([line()]))
    services.start(load, Stage.APPLYING)
    with pytest.raises(services.NotNow):
        services.resume(load)
    Progress.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    load = Import.objects.get(pk=load.pk)
    assert load.is_interrupted
    services.resume(load)
    assert not Import.objects.get(pk=load.pk).is_interrupted
    tasks.run(load.pk)
    assert Import.objects.get(pk=load.pk).stage == Stage.APPLIED and Actor.objects.count() == 1


# The command --------------------------------------------------------------------------------------------------


def test_the_command_is_dry_unless_told(region, tmp_path, capsys):
    path, out = tmp_path / "liste.csv", tmp_path / "refus.csv"
    path.write_bytes(as_csv([line(), line("Deux", SIRET="12")]))
    call_command("import_actors", str(path), "--territory", "region-32", "--refused", str(out))
    shown = capsys.readouterr().out
    assert "ligne 3" in shown and "Rien n’a été écrit" in shown and not Actor.objects.exists()
    assert "n’est pas un SIRET" in out.read_text()
    call_command("import_actors", str(path), "--territory", "region-32", "--apply")
    assert Actor.objects.get().name == "Le Relais"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(CommandError, match="PDF"):
        call_command("import_actors", str(path), "--territory", "region-32")


# Ten thousand lines with dirt ---------------------------------------------------------------------------------


def test_ten_thousand_lines_with_dirt(region):
    draw, rows, expected = random.Random(3), [], {"new": 0, "refused": 0}
    places = [("59000", "LILLE"), ("59100", "Roubaix"), ("62500", "St Omer"), ("59042", "Lille Cedex"), ("", "Lille")]
    for n in range(10_000):
        postal_code, commune = draw.choice(places)
        row = line(f"Association n° {n}", n + 1, **{"Code postal": postal_code, "Commune": commune})
        dirt, fate = n % 25, "new"
        if dirt == 1:
            row[1], fate = f"{row[1][:13]}{(int(row[1][13]) + 1) % 10}", "refused"
        elif dirt == 2:
            row[5], row[4], fate = "Nulle-Part", "", "refused"
        elif dirt == 3:
            row[1], fate = rows[-3][1], "refused"  # a line of the same file, two above a wrong one
        elif dirt == 4:
            row[0], fate = "", "refused"
        elif dirt == 5:
            row[8] = "31/31/bientôt"
        elif dirt == 6:
            row[0] = f"=HYPERLINK({n})\x00"
        elif dirt == 7:
            row[6], row[7] = "néant", "contact(at)relais"
        elif dirt == 8:
            row[4], row[5], fate = "29200", "Brest", "refused"
        expected[fate] += 1
        rows.append(row)
    load = applied(region, as_csv(rows, encoding="cp1252"))
    assert fates(load) == expected and load.counts["remarks"] == 800
    assert Actor.objects.count() == expected["new"] == Revision.objects.count() == ListMembership.objects.count()
    assert Actor.objects.filter(precision=Precision.COMMUNE, territory__region=region).count() == expected["new"]
    assert Provenance.objects.count() == expected["new"]
    again = staged(region, as_csv(rows))
    assert fates(again) == {"unchanged": expected["new"], "refused": expected["refused"]}
