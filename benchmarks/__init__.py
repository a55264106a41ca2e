"""Speed of the portal at the size of the country, on synthetic actors in a database of its own.

``python -m benchmarks`` fills the database, serves the portal from it and prints each measure of the budgets
(docs/performance.md) beside the bare SQL of the same work.

- ``database``: the benchmark's own database, never the portal's;
- ``vocabulary`` and ``synthetic``: what a synthetic actor is made of, drawn with a seed;
- ``fill``: its rows written in bulk;
- ``measures``: what is measured, with its bare baseline and its budget;
- ``runner``, ``server``, ``report``: measuring through gunicorn, and showing the figures.
"""
