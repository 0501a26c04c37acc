"""What became of a test mail, in plain words."""

import pytest

from outreach.delivery.tables import Delivery, State
from outreach.upkeep import trials


@pytest.mark.parametrize(
    ("state", "reason", "carrier", "said"),
    [
        (State.queued, "421 later", "smtp", "The answer: 421 later"),
        (State.sent, None, "smtp", "It left by smtp"),
        (State.delivered, None, "sendgrid", "It was delivered"),
        (State.unknown, "no answer", "smtp", "not confirmed: no answer"),
        (State.failed, "550 no", "smtp", "It did not go (failed): 550 no"),
    ],
)
def test_what_became_of_it_is_said_in_plain_words(
    state: State, reason: str | None, carrier: str, said: str
) -> None:
    trial = Delivery(state=state, reason=reason)  # type: ignore[call-arg]
    assert said in trials.fate(trial, carrier).what
