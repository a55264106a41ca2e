from django.core.management.base import BaseCommand

from observatory.records.progress import bars
from observatory.search import reindexing


class Command(BaseCommand):
    help = "Refait les mots par lesquels les fiches se trouvent, après une mise à jour de la recherche ; sans danger en service."

    def handle(self, *, verbosity, **options):
        with bars(quiet=verbosity == 0) as progress:
            for model in reindexing.models():
                label = str(model._meta.verbose_name_plural).capitalize()
                advance = progress(label, model._base_manager.count())
                count = reindexing.reindex(model, advance=advance)
                if verbosity:
                    self.stdout.write(f"{label} : {count} refaites.")
        reindexing.load_again(verbosity)
        known = reindexing.finish()
        if verbosity:
            self.stdout.write(f"Mots connus : {known}.")
