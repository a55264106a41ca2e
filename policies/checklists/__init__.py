"""The living checklist: what a collectivité answers to each lever of a kit, with its evidence and its history.

An answer belongs to a lever, whatever the edition, so that a checklist carries over from one edition to the next.
"""
