"""Words people type, matched the same way on SQLite and PostgreSQL (DESIGN §4.8).

- ``analysis``: text to stems, in Python, once;
- ``models.Searchable``: the two columns that a searchable model carries;
- ``engines``: the native index of each engine, and nothing else;
- ``ranking``: our order of results, plain SQL;
- ``words``: the nearest known words when nothing matches;
- ``registry``: what the one box of the home page looks through.
"""
