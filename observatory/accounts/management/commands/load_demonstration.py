from django.core.management.base import BaseCommand, CommandError

from observatory.accounts import demonstration


class Command(BaseCommand):
    help = "Crée les comptes de démonstration qui manquent et affiche leurs mots de passe, une seule fois."

    def handle(self, **options):
        try:
            credentials = demonstration.load()
        except demonstration.DemonstrationError as error:
            raise CommandError(str(error)) from error
        if not credentials:
            self.stdout.write(
                "Les comptes de démonstration existent déjà. Pour de nouveaux mots de passe : "
                "remove_demonstration, puis load_demonstration."
            )
            return
        width = max(len(line.label) for line in credentials)
        email_width = max(len(line.email) for line in credentials)
        self.stdout.write("Comptes de démonstration (mots de passe affichés cette seule fois) :")
        for line in credentials:
            self.stdout.write(f"  {line.label:<{width}}  {line.email:<{email_width}}  {line.password}")
