"""The CRESS's own list: a file is read, staged, compared with the directory, shown, then applied in one transaction.

- ``actors.importers``: the file itself, without database;
- ``staging``: lines → what each would do; ``derived``: what a new record's row holds;
- ``applying`` and ``undoing``: the two transactions; ``writing``: COPY or inserts behind one interface;
- ``services``: what views and the command call; ``leases``: a work whose worker died is seen and taken up again.
"""
