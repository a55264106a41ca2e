"""Fiches that people print: accessible PDF (PDF/UA-1) drawn from the same records as the pages.

- ``rendering``: HTML to PDF, reaching nothing outside; the only import of WeasyPrint;
- ``registry``: the kinds of fiche, which each app registers on start;
- ``store``: PDFs kept by content;
- ``views``: one address per fiche, with its ETag.
"""
