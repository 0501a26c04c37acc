"""Codes by time and recovery codes."""

from base64 import b32encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from time import sleep

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.accounts import people, second_factor
from outreach.accounts.tables import Organizer, Role
from outreach.db import Database
from outreach.errors import InvalidInput, NotAllowed
from outreach.tokens import Tokens

TOKENS = Tokens("a secret for tests")
RFC_SECRET = b32encode(b"12345678901234567890").decode()


def somebody(role: Role = Role.organizer, number: int = 7) -> Organizer:
    return Organizer(
        id=number,
        address="anna@example.org",
        role=role,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def with_secret(secret: str) -> Organizer:
    anna = somebody()
    anna.totp_sealed = TOKENS.seal("second factor", secret)
    return anna


def take(anna: Organizer, code: str, now: datetime) -> str | None:
    return second_factor.take_code(anna, code, tokens=TOKENS, now=now)


def set_up(anna: Organizer, now: datetime) -> tuple[str, list[str]]:
    """The secret, and the recovery codes."""
    offered = second_factor.offer(anna, TOKENS)
    secret = second_factor.offered_secret(anna, offered, TOKENS)
    code = pyotp.TOTP(secret).at(now)
    return secret, second_factor.set_up(anna, offered, code, tokens=TOKENS, now=now)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B has eight digits with SHA-1; apps show the last six."""
    anna = with_secret(RFC_SECRET)
    assert take(anna, code, datetime.fromtimestamp(seconds, UTC)) == "app"


@given(st.integers(min_value=-3, max_value=3))
def test_a_code_is_good_for_its_half_minute_and_those_beside_it(steps: int) -> None:
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    anna = with_secret(RFC_SECRET)
    code = pyotp.TOTP(RFC_SECRET).at(now + timedelta(seconds=30 * steps))
    assert (take(anna, code, now) == "app") is (abs(steps) <= 1)


def test_no_code_is_taken_twice_nor_an_older_one_after_it(now: datetime) -> None:
    anna = with_secret(RFC_SECRET)
    steps = (now + timedelta(seconds=each) for each in (-30, 0, 30))
    codes = [pyotp.TOTP(RFC_SECRET).at(each) for each in steps]
    assert take(anna, codes[1], now) == "app"
    assert take(anna, codes[1], now) is None
    assert take(anna, codes[0], now) is None
    assert take(anna, f" {codes[2][:3]} {codes[2][3:]}", now) == "app"


def test_the_code_that_set_it_up_does_not_sign_in(now: datetime) -> None:
    anna = somebody()
    secret, _ = set_up(anna, now)
    assert take(anna, pyotp.TOTP(secret).at(now), now) is None
    later = now + timedelta(seconds=30)
    assert take(anna, pyotp.TOTP(secret).at(later), later) == "app"


def test_a_recovery_code_works_once_however_it_is_typed(now: datetime) -> None:
    anna = somebody()
    _, codes = set_up(anna, now)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert take(anna, codes[3].upper().replace("-", " "), now) == "recovery code"
    assert take(anna, codes[3], now) is None
    assert take(anna, codes[4], now) == "recovery code"
    assert len(anna.recovery_codes) == second_factor.RECOVERY_CODES - 2


def test_nothing_stored_can_be_used_by_who_reads_the_database(now: datetime) -> None:
    anna = somebody()
    secret, codes = set_up(anna, now)
    assert anna.totp_sealed
    assert secret not in anna.totp_sealed
    assert not {code.replace("-", "") for code in codes} & set(anna.recovery_codes)
    assert take(anna, anna.recovery_codes[0], now) is None
    with_another_key = Tokens("another secret")
    later = now + timedelta(minutes=1)
    code = pyotp.TOTP(secret).at(later)
    assert second_factor.take_code(anna, code, tokens=with_another_key, now=later) is None


def test_new_recovery_codes_end_the_old(now: datetime) -> None:
    anna = somebody()
    _, old = set_up(anna, now)
    new = second_factor.renew_recovery_codes(anna, TOKENS)
    assert take(anna, old[0], now) is None
    assert take(anna, new[0], now) == "recovery code"


def test_nobody_sets_up_what_was_offered_to_another_or_with_a_wrong_code(now: datetime) -> None:
    anna, berta = somebody(), somebody(number=8)
    offered = second_factor.offer(berta, TOKENS)
    with pytest.raises(InvalidInput, match="not for this account"):
        second_factor.set_up(anna, offered, "123456", tokens=TOKENS, now=now)
    secret = second_factor.offered_secret(berta, offered, TOKENS)
    old = pyotp.TOTP(secret).at(now - timedelta(minutes=5))
    for code in (old, "", "äöü"):
        with pytest.raises(InvalidInput, match="six digits"):
            second_factor.set_up(berta, offered, code, tokens=TOKENS, now=now)
    assert berta.totp_sealed is None


@pytest.mark.parametrize("typed", ["app", "recovery code"])
def test_the_same_code_at_two_places_at_one_moment_lets_in_once(
    database: Database, now: datetime, typed: str
) -> None:
    with database.transaction() as session:
        made = people.add_organizer(session, "anna@example.org", Role.admin, "", None, now)
        secret, codes = set_up(made, now)
    later = now + timedelta(minutes=1)
    code = pyotp.TOTP(secret).at(later) if typed == "app" else codes[0]
    together = Barrier(2)

    def type_it(_: int) -> str | None:
        together.wait()
        with database.transaction() as session:
            taken = take(people.lock(session, made.id), code, later)
            sleep(0.05)  # the other looks before this is written
            return taken

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(type_it, range(2))) == {typed, None}


@pytest.mark.parametrize("role", Role)
def test_it_is_switched_off_only_where_it_is_not_required(role: Role, now: datetime) -> None:
    anna = somebody(role)
    set_up(anna, now)
    if role.includes(Role.approver):
        with pytest.raises(NotAllowed, match="replaced"):
            second_factor.switch_off(anna)
        assert anna.totp_sealed
    else:
        second_factor.switch_off(anna)
        assert (anna.totp_sealed, anna.recovery_codes) == (None, [])
