"""The desk as tests use it: addresses, a form as a browser sends it back, several people at the same instant."""

import re
from threading import Barrier, Thread

from django.db import connection, connections
from django.urls import reverse


def to(name: str, *args) -> str:
    return reverse(f"editing:{name}", args=["acteurs", *args])


def filled(response) -> dict:
    """The main form of a page as a browser would send it back untouched."""
    form = re.search(r'<form[^>]*(?:id="fiche"|enctype).*?</form>', response.text, re.DOTALL)[0]
    data: dict = {}

    def add(name, value):
        data.setdefault(name, []).append(value)

    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("name") and (attributes.get("type") not in ("checkbox", "radio") or " checked" in tag):
            add(attributes["name"], _text(attributes.get("value", "")))
    for name, inner in re.findall(r'<textarea name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        add(name, _text(inner))
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        add(name, chosen[1] if chosen else "")
    return data


def _text(escaped: str) -> str:
    for sign, entity in (("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;"), ("&", "&amp;")):
        escaped = escaped.replace(entity, sign)
    return escaped


def opened(client, actor) -> dict:
    return filled(client.get(to("edit", actor.public_id)))


def at_once(work, arguments) -> None:
    """Call ``work`` with each argument at the same time on PostgreSQL, in turn on SQLite, which has one writer."""
    if connection.vendor != "postgresql":
        for argument in arguments:
            work(argument)
        return
    barrier = Barrier(len(arguments))

    def alone(argument):
        barrier.wait()
        try:
            work(argument)
        finally:
            connections.close_all()

    threads = [Thread(target=alone, args=[argument]) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
