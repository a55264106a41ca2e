from allauth.account.adapter import DefaultAccountAdapter


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Accounts are opened by the CRESS, never by a form left on the web."""

    def is_open_for_signup(self, request):
        return False
