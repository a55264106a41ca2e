import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Accounts are opened by invitation, never by a form left on the web; the address of an account is its own."""

    def is_open_for_signup(self, request):
        return False

    def get_login_redirect_url(self, request):
        """Whoever has something to do at the desk enters by the desk."""
        from . import guards, perms  # here, since allauth reads this module before the models are there

        return guards.desk_url() if perms.may_open_desk(request.user) else super().get_login_redirect_url(request)

    def reauthenticate(self, user, password):
        """The account's own e-mail is the one that signs in, whether or not allauth has copied it."""
        known = self.authenticate(self.request, email=user.email, password=password)
        return known is not None and known.pk == user.pk

    def is_reauthentication_required(self, *, app, **kwargs):
        """A password typed at sign-in a moment ago proves as much as one typed again."""
        records = get_authentication_records(self.request, self.request.user)
        if any(time.time() - record["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for record in records):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)
