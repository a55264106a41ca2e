from django.core.management.base import BaseCommand, CommandError

from observatory.records import chores


class Command(BaseCommand):
    help = (
        "Fait l’entretien dont le moment est venu : effacer ce qui n’a plus à être conservé, signaler ce qui s’est arrêté. "
        "L’exécuteur de tâches le fait de lui-même ; cette commande sert à cron, là où il ne tourne pas."
    )

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="tout faire, même ce qui vient de l’être")

    def handle(self, *, verbosity, **options):
        titles = {chore.key: chore.title for chore in chores.chores()}
        done = [run for chore in chores.chores() if (run := chores.run(chore, anyway=options["all"]))]
        for run in done:
            if verbosity or run.error:
                self.stdout.write(f"{titles[run.key]} : {run.error or run.report or 'rien à faire'}")
        if verbosity and not done:
            self.stdout.write("Rien n’est à faire pour l’instant.")
        if any(run.error for run in done):
            raise CommandError("Un entretien a échoué (voir ci-dessus) ; il sera repris.")
