"""``manage.py reindex``: after a change of the analysis, what is there is found by the new words, and only that is written."""

import pytest
from django.core.management import call_command

from actors.models import Actor
from observatory.records import changes
from observatory.search import analysis, reindexing
from observatory.search.models import Searchable

from .lists import applied, as_csv, line, private_folder, region

__all__ = ["private_folder", "region"]


def test_rows_are_found_by_the_new_words_and_a_second_time_nothing_is_written(client, world, monkeypatch):
    call_command("reindex", verbosity=0)
    number = changes.safe_number()
    call_command("reindex", verbosity=0)
    assert changes.safe_number() == number, "rien n’a changé, rien n’est écrit"

    stems = analysis.stems
    monkeypatch.setattr(analysis, "stems", lambda word: ("motnouveau",) if word == "garage" else stems(word))
    assert Actor.objects.search("garage lille").count() == 0
    call_command("reindex", verbosity=0)
    assert set(Actor.objects.search("garage lille")) >= {world.actor}


def test_every_model_that_is_searched_has_its_way(world):
    for model in reindexing.models():
        assert hasattr(model, "index_search") or model in reindexing._ways, model
        assert issubclass(model, Searchable)


def test_lists_and_forms_give_the_same_words(region):
    applied(
        region, as_csv([line("L’Épicerie", 1, Famille="Coopérative"), line("Garage des œuvres", 2, Commune="Roubaix")])
    )
    assert reindexing.reindex(Actor) == 0


@pytest.mark.parametrize("chunk", [1, 500])
def test_portions_cover_every_row(world, monkeypatch, chunk):
    monkeypatch.setattr(reindexing, "CHUNK", chunk)
    Actor._base_manager.update(search_names="", search_text="")
    seen = []
    assert reindexing.reindex(Actor, advance=seen.append) == Actor._base_manager.count() == sum(seen)
    assert Actor.objects.search("garage").exists()
