"""A checklist on a phone, in a real Chromium: from three questions to a published page and paper; refused to others."""

import re
import time
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from playwright.sync_api import expect

from observatory.accounts.enums import Role
from policies.checklists.models import Checklist

from .checklists import a_kit, a_region_elsewhere, an_agent, answer, url
from .factories import CollectivityFactory
from .people import PASSWORD, with_password
from .permissions import SECRET, person
from .test_browser import browser_type_launch_args, portal, world  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


def sign_in(page, portal, user):  # noqa: F811
    page.goto(f"{portal}/connexion/login/")
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.locator("input[name=code]").fill(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()


def fits(page) -> bool:
    """Whether nothing overflows the width of the phone."""
    return page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_from_three_questions_to_a_published_checklist_and_paper(page, portal, world, tmp_path):  # noqa: F811
    kit = a_kit(world)
    lever, part = kit.levers[0], kit.levers[2]
    page.set_viewport_size(PHONE)
    sign_in(page, portal, with_password(an_agent(world)))

    # Three questions, first levers with their reasons.
    page.goto(f"{portal}/grille/")
    page.locator("input[name=body_text]").press_sequentially("Lill", delay=30)
    page.get_by_role("option", name=re.compile("^Lille")).first.click()
    page.get_by_label("Mobilité durable").check()
    page.get_by_role("button", name="Voir dix premiers leviers").click()
    expect(page.get_by_role("heading", name="4 leviers pour commencer")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Il touche une thématique qui compte pour vous")
    assert fits(page)
    page.get_by_role("button", name="Ouvrir la grille de Lille").click()

    # Answered in place, with what is typed kept as a draft on the way.
    expect(page.locator("#avancement")).to_contain_text("à étudier 4")
    assert fits(page)
    row = page.locator(f"#levier-{lever.public_id}")
    row.get_by_role("link", name=re.compile("^Modifier")).click()
    row.get_by_label("en cours").check()
    row.get_by_label("Note", exact=True).fill("Une première édition.")
    expect(row.locator(".draft-status")).to_contain_text("Brouillon enregistré")
    row.get_by_label("La note paraît sur la page publique").check()
    row.get_by_role("button", name="Enregistrer").click()
    expect(row.locator(".status")).to_have_text("en cours")
    expect(page.locator("#avancement")).to_contain_text("en cours 1")

    # What the observatory knew already: one click.
    page.locator(f"#levier-{part.public_id}").get_by_role("button", name=re.compile("^Oui")).click()
    expect(page.locator(f"#levier-{part.public_id} .pieces")).to_contain_text("Lille dans le garage")
    assert answer(Checklist.objects.get(), part).evidence.get().record_id == world.stake.public_id

    # Published, read by everybody, printed.
    page.get_by_role("link", name="Publier").click()
    page.get_by_role("button", name="Publier la grille").click()
    page.wait_for_url(f"**{url('public')}")
    visitor = page.context.browser.new_context(viewport=PHONE).new_page()
    visitor.goto(f"{portal}{url('public')}")
    expect(visitor.locator("main")).to_contain_text("Une première édition.")
    expect(visitor.locator("main")).to_contain_text("Lille dans le garage")
    assert fits(visitor)
    visitor.get_by_role("link", name="Version à imprimer").click()
    expect(visitor.get_by_role("heading", name="En une page")).to_be_visible()
    paper = visitor.pdf(path=tmp_path / "grille.pdf", format="A4")
    assert Path(tmp_path / "grille.pdf").stat().st_size == len(paper) > 10_000

    _refused_to_others(world, Checklist.objects.get(), lever)


def _refused_to_others(world, checklist, lever):  # noqa: F811
    """A stranger, an agent of another collectivité and the CRESS of another région try the same journey."""
    pages = [url("work"), url("answer", lever.public_id), url("publish"), url("states"), url("print"), url("compare")]
    posts = {
        url("open"): {},
        url("answer", lever.public_id): {"status": "done"},
        url("evidence", lever.public_id): {"url": "https://essai.invalid/", "label": "x"},
        url("publish"): {"publier": "non"},
        url("states"): {"nom": "x"},
    }
    held = answer(checklist, lever).status
    for user in (
        None,
        person(),
        an_agent(world, CollectivityFactory()),
        person(Role.CRESS_EDITOR, territory=a_region_elsewhere()),
    ):
        stranger = Client(SERVER_NAME="127.0.0.1")
        if user:
            stranger.force_login(user)
        refusals = (302,) if user is None else (403,)
        assert {stranger.get(path).status_code for path in pages} <= set(refusals)
        for path, typed in posts.items():
            response = stranger.post(path, typed)
            assert response.status_code in refusals, path
            assert user or response.url.startswith("/connexion/login/")
    checklist.refresh_from_db()
    assert checklist.is_published
    assert not checklist.snapshots.exists()
    assert answer(checklist, lever).status == held
