"""The kits of the RTES: their editions, fiches and levers, and what the fiches tell.

Identity is ours and stable (``Kit``, ``Sheet``, ``Lever``, ``Experience``); words and numbers belong to an edition
(``Edition``, ``SheetVersion``, ``LeverVersion``), so that a checklist answered under one edition carries over to the next.
"""
