"""Opaque keys and signed tokens: what stands in reply addresses, links and Message-IDs.

Written in Crockford's base32 in lower case: no look-alikes, so a token survives being retyped,
and 32 characters fit a local part (64 octets, RFC 5321) behind ``inbox+``.
"""

import hashlib
import hmac
from base64 import b32hexencode, urlsafe_b64encode
from typing import Literal

from cryptography.fernet import Fernet, InvalidToken

Purpose = Literal["reply", "open", "unsubscribe", "feed", "entry"]

_CROCKFORD = bytes.maketrans(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUV", b"0123456789abcdefghjkmnpqrstvwxyz"
)
_RETYPED = str.maketrans("oilu", "011v")
_KEY_LENGTH = 16  # 80 bits each for the key and for its signature
_TOKEN_LENGTH = 2 * _KEY_LENGTH


class Tokens:
    """Makes and reads tokens with one secret; the same input always gives the same token."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def key(self, identity: str) -> str:
        """The opaque name of the copy that ``identity`` says; cannot be guessed without the secret.

        A function of the identity alone, so a preview shows the very bytes that will be sent.
        """
        return self._digest("key", identity)

    def sign(self, purpose: Purpose, key: str) -> str:
        return key + self._digest(purpose, key)

    def read(self, purpose: Purpose, token: str) -> str | None:
        """The key a token was signed for, or None; case and look-alikes are forgiven."""
        token = token.strip().lower().translate(_RETYPED)
        key, signature = token[:_KEY_LENGTH], token[_KEY_LENGTH:]
        if len(token) != _TOKEN_LENGTH or not token.isascii():
            return None
        return key if hmac.compare_digest(signature, self._digest(purpose, key)) else None

    def derive(self, use: str) -> str:
        """A secret of its own for ``use``, so that no second one has to be kept."""
        return hmac.digest(self._secret, f"derive\0{use}".encode(), hashlib.sha256).hex()

    def seal(self, use: str, text: str) -> str:
        """``text`` so that only this secret can read it, or change it unseen."""
        return self._fernet(use).encrypt(text.encode()).decode()

    def unseal(self, use: str, sealed: str) -> str | None:
        """None for what was sealed with another secret or for another use."""
        try:
            return self._fernet(use).decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def _fernet(self, use: str) -> Fernet:
        return Fernet(urlsafe_b64encode(bytes.fromhex(self.derive(use))))

    def _digest(self, purpose: str, text: str) -> str:
        digest = hmac.digest(self._secret, f"{purpose}\0{text}".encode(), hashlib.sha256)
        return b32hexencode(digest[:10]).translate(_CROCKFORD).decode()
