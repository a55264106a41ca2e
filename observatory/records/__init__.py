"""Identity, change and provenance of what the observatory publishes (DESIGN §4.6 and §4.7).

- ``models.Published``: opaque public id, slug and change number of every published record;
- ``triggers``: the change number is drawn by the database itself, so that no write path can forget it;
- ``changes``: the door for "what changed since?";
- ``models.Source`` and ``models.Provenance``: which document says what.
"""
