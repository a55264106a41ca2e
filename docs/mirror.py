"""Copy the observatory, then what changed: python mirror.py https://observatoire.exemple/api/v1/ copie.sqlite3 [key]"""

import json
import sqlite3
import sys
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def get(url, key):
    try:
        return json.load(urlopen(Request(url, headers={"Authorization": f"Api-Key {key}"} if key else {})))
    except HTTPError as refusal:
        if refusal.code != 429:
            sys.exit(refusal.read().decode())
        time.sleep(int(refusal.headers["Retry-After"]))
        return get(url, key)


def mirror(root, path, key=None):
    copy = sqlite3.connect(path)
    copy.execute("CREATE TABLE IF NOT EXISTS record (list, id, data, PRIMARY KEY (list, id))")
    copy.execute("CREATE TABLE IF NOT EXISTS reached (list PRIMARY KEY, change)")
    reached = dict(copy.execute("SELECT list, change FROM reached"))
    for name, kind, url in [(one["name"], one["kind"], one["mirror"]) for one in get(root, key)["resources"]]:
        url = url.replace("changed_since=0", f"changed_since={reached.get(name, 0)}")
        copy.execute("DELETE FROM record WHERE list = ? AND ? IS NULL", [name, kind])  # not numbered: read whole
        while url:
            page = get(url, key)
            rows = [(name, one.get("id") or one["key"], json.dumps(one)) for one in page["results"]]
            copy.executemany("REPLACE INTO record VALUES (?, ?, ?)", rows)
            gone = [(name, one["id"]) for one in page.get("removed", [])]
            copy.executemany("DELETE FROM record WHERE list = ? AND id = ?", gone)
            copy.execute("REPLACE INTO reached VALUES (?, ?)", [name, page.get("change")])
            copy.commit()  # records and number together: cut short, it goes on from there
            url = page["next"]


mirror(*sys.argv[1:])
