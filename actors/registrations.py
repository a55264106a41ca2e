"""What the ground floor learns of the directory on start."""

from observatory.records import reference

reference.register("load_actors", order=20)
