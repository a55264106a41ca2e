"""Batches: all the fiches of a search as one ZIP, drawn in the background for whoever asks, private by their address.

- ``services``: asked for, cancelled, started again, within limits; what is kept is forgotten after a week;
- ``tasks``: the work, done by the task worker, which gives way to other tasks and gives signs of life;
- ``pool``: the drawing, over processes of their own;
- ``archive``: the file, written as the fiches come and named at its end;
- ``leases``: works whose worker died, taken up again.
"""
