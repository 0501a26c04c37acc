"""The second factor: codes by time (TOTP, RFC 6238), and recovery codes for when they are lost."""

import hmac
import secrets
from datetime import datetime

from pyotp import HOTP, TOTP, random_base32

from outreach.accounts.tables import Organizer
from outreach.errors import InvalidInput, NotAllowed
from outreach.texts import gettext as _
from outreach.tokens import Tokens

STEP = 30  # seconds, as every authenticator app assumes
RECOVERY_CODES = 10
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_SEPARATORS = str.maketrans("", "", " -")


def offer(organizer: Organizer, tokens: Tokens) -> str:
    """A new secret, sealed for whom it is, to be handed back to ``set_up``."""
    return tokens.seal("second factor offered", f"{organizer.id}:{random_base32()}")


def offered_secret(organizer: Organizer, offered: str, tokens: Tokens) -> str:
    """In base32, to be typed into an app; InvalidInput when it was not offered to this person."""
    opened = tokens.unseal("second factor offered", offered) or ""
    number, __, secret = opened.partition(":")
    if number != str(organizer.id):
        raise InvalidInput(_("That picture was not for this account. Please begin again."))
    return secret


def address_for_apps(organizer: Organizer, secret: str) -> str:
    """The otpauth: address that the QR code shows."""
    return TOTP(secret).provisioning_uri(name=organizer.address, issuer_name="Outreach")


def set_up(
    organizer: Organizer, offered: str, code: str, *, tokens: Tokens, now: datetime
) -> list[str]:
    """In place of the one there was; the new recovery codes. InvalidInput for a wrong code."""
    secret = offered_secret(organizer, offered, tokens)
    step = _step(secret, code, after=0, now=now)
    if step is None:
        raise InvalidInput(_("The app shows another code: type the six digits it shows now."))
    organizer.totp_sealed = tokens.seal("second factor", secret)
    organizer.totp_step = step
    return renew_recovery_codes(organizer, tokens)


def renew_recovery_codes(organizer: Organizer, tokens: Tokens) -> list[str]:
    """To be shown once: only keyed hashes of them are kept."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    organizer.recovery_codes = [_hash(organizer, code, tokens) for code in codes]
    return codes


def take_code(organizer: Organizer, code: str, *, tokens: Tokens, now: datetime) -> str | None:
    """Which it was, "app" or "recovery code", or None. Each is taken once only: lock the row."""
    plain = code.translate(_SEPARATORS).lower()
    if _take_recovery_code(organizer, plain, tokens):
        return "recovery code"
    secret = tokens.unseal("second factor", organizer.totp_sealed or "")
    step = _step(secret, plain, after=organizer.totp_step, now=now) if secret else None
    if step is None:
        return None
    organizer.totp_step = step
    return "app"


def was_taken(organizer: Organizer, code: str, *, tokens: Tokens, now: datetime) -> bool:
    """Of the app, and right but for being used already: somebody may have looked on."""
    secret = tokens.unseal("second factor", organizer.totp_sealed or "")
    step = _step(secret, code, after=0, now=now) if secret else None
    return step is not None and step <= organizer.totp_step


def switch_off(organizer: Organizer) -> None:
    if organizer.must_have_second_factor:
        says = _("Every %(role)s needs a second factor; it can only be replaced.")
        raise NotAllowed(says % {"role": _(organizer.role.value)})
    remove(organizer)


def remove(organizer: Organizer) -> None:
    """What an admin does for somebody who lost it; whoever must have one sets up a new one."""
    organizer.totp_sealed, organizer.recovery_codes = None, []


def _step(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """The time step that the code is of: this one, or one beside it, for clocks differ a little."""
    typed = code.translate(_SEPARATORS)
    current = int(now.timestamp()) // STEP
    steps = (step for step in (current, current - 1, current + 1) if step > after)
    return next((step for step in steps if _same(HOTP(secret).at(step), typed)), None)


def _take_recovery_code(organizer: Organizer, code: str, tokens: Tokens) -> bool:
    typed = _hash(organizer, code, tokens)
    left = [each for each in organizer.recovery_codes if not _same(each, typed)]
    taken = len(left) < len(organizer.recovery_codes)
    organizer.recovery_codes = left
    return taken


def _recovery_code() -> str:
    """Eighty bits, in four groups that can be copied by hand."""
    code = "".join(secrets.choice(_CROCKFORD) for _ in range(16))
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def _hash(organizer: Organizer, code: str, tokens: Tokens) -> str:
    plain = code.translate(_SEPARATORS).lower()
    return tokens.key(f"recovery code:{organizer.id}:{plain}")


def _same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())
