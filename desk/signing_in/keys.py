"""The portal's keys, to sign and to encrypt with: all are derived from the settings' one secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from settings import Settings
from wording import console


class Keys:
    """Signs forms, and encrypts what has to be read again (second factors)."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._box = Fernet(base64.urlsafe_b64encode(self._derived("encryption")))

    @classmethod
    def of(cls, settings: Settings) -> Keys:
        """As the settings say; the embedded profile makes its secret at first use and keeps it to its owner.

        Raises `Stopped` in production without a secret.
        """
        if settings.secret_key:
            return cls(settings.secret_key.get_secret_value())
        if settings.profile == "production":
            raise console.Stopped(console.bad_settings([console.NO_SECRET_KEY]))
        return cls(_made_once(settings.secret_file))

    def signature(self, purpose: str, value: str) -> str:
        """What proves that we said `value` for this purpose."""
        return hmac.new(self._derived(purpose), value.encode(), hashlib.sha256).hexdigest()

    def is_signed(self, purpose: str, value: str, signature: str) -> bool:
        return hmac.compare_digest(self.signature(purpose, value).encode(), signature.encode())

    def stamp(self, owner: str) -> str:
        """What a form carries to prove that it came from a page of this visitor's: another one each time.

        So that the lengths of compressed pages give nothing away.
        """
        nonce = secrets.token_urlsafe(12)
        return f"{nonce}.{self.signature('stamp', f'{nonce}.{owner}')}"

    def is_stamp(self, given: str, owner: str) -> bool:
        """Whether this stamp was made for that visitor."""
        nonce, _, signature = given.partition(".")
        return self.is_signed("stamp", f"{nonce}.{owner}", signature)

    def sealed(self, text: str) -> str:
        """The text encrypted, as it may be kept."""
        return self._box.encrypt(text.encode()).decode()

    def opened(self, sealed: str) -> str | None:
        """The text, or None where another secret sealed it."""
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def _derived(self, purpose: str) -> bytes:
        return hmac.new(self._secret, purpose.encode(), hashlib.sha256).digest()


def _made_once(file: Path) -> str:
    """The secret in the file, which appears whole or not at all: of two processes that start at once, one makes it."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(unfinished, file)
        unfinished.unlink()
    return file.read_text().strip()
