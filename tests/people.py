"""What tests about people share: a password, the code of the telephone, the sign-in form."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from observatory.accounts.models import User

PASSWORD = "des mots assez longs pour entrer"


def code_for(secret: str) -> str:
    """What the application on the telephone shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, user, password=PASSWORD, **more):
    return client.post("/connexion/login/", {"login": user.email, "password": password, **more})
