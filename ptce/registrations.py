"""What the ground floor learns of the poles on start."""

from observatory.records import reference

reference.register("load_poles", order=30)
