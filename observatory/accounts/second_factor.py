"""Secrets of the second factor, which the database holds encrypted: a stolen copy of it opens no account."""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


class EncryptedSecrets(DefaultMFAAdapter):
    """Encrypts with SECRET_KEY; what a former key of SECRET_KEY_FALLBACKS encrypted can still be read."""

    def encrypt(self, text: str) -> str:
        return self._keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._keys().decrypt(encrypted_text.encode()).decode()

    def _keys(self) -> MultiFernet:
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        digests = (hashlib.sha256(f"second-factor:{key}".encode()).digest() for key in keys)
        return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
