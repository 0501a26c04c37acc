"""How long whoever guesses must wait."""

from datetime import datetime, timedelta

from outreach.web.throttle import BY_NETWORK_ADDRESS, WINDOW, SignInThrottle, Throttle


def test_waiting_ends_with_the_window(now: datetime) -> None:
    throttle = Throttle(limit=2)
    throttle.failed("anna", now)
    assert not throttle.wait("anna", now)
    throttle.failed("anna", now + timedelta(minutes=1))
    assert throttle.wait("anna", now + timedelta(minutes=5)) == WINDOW - timedelta(minutes=5)
    assert not throttle.wait("anna", now + WINDOW)
    assert not throttle.wait("berta", now)


def test_guessing_many_accounts_from_one_place_is_slowed_too(now: datetime) -> None:
    throttle = SignInThrottle()
    for number in range(BY_NETWORK_ADDRESS):
        throttle.failed(f"person{number}@example.org", "203.0.113.7", now)
    throttle.succeeded("person1@example.org")
    assert throttle.wait("new@example.org", "203.0.113.7", now)
    assert not throttle.wait("new@example.org", "203.0.113.8", now)


def test_a_flood_of_made_up_accounts_does_not_fill_the_memory(now: datetime) -> None:
    throttle = Throttle(limit=1, most_keys=20)
    for number in range(100):
        throttle.failed(str(number), now + timedelta(seconds=number))
    end = now + timedelta(seconds=99)
    remembered = [number for number in range(100) if throttle.wait(str(number), end)]
    assert len(remembered) <= 20
    assert remembered == list(range(remembered[0], 100))  # the latest, and 99 among them
