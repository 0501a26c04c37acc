"""What SendGrid's answer to a request means for each of its copies.

A 4xx has taken none of them, so what was not at fault can go again at once. A 5xx may have.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message

import orjson

from outreach.delivery.carriers import OUR_OWN_FAULT, Outcome
from outreach.delivery.carriers.sendgrid.https import Answer
from outreach.delivery.carriers.sendgrid.requests import Request

A_WHILE = timedelta(minutes=1)  # where nobody says how long
_LONGEST_WAIT = timedelta(hours=1)  # however late a clock says that it is

_LONGEST_ANSWER = 500
_ADDRESS = re.compile(r"[^\s<>\[\]()'\"]+@[^\s<>\[\]()'\"]+")
_NUMBER = re.compile(r"personalizations[.\[](\d+)")

_ADVICE = {
    401: "is OUTREACH_SENDGRID_API_KEY right?",
    403: "may the key send mail, and is the sender verified at SendGrid?",
    404: "is OUTREACH_SENDGRID_HOST right?",
}


@dataclass(frozen=True)
class Judgement:
    """``again`` is certain not to have been taken. With ``rest``, nothing more can go for now."""

    outcomes: dict[str, Outcome]  # by the key of the copy
    again: Sequence[Request] = ()
    rest: Outcome | None = None


@dataclass(frozen=True)
class _Mistake:
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


def for_all(request: Request, outcome: Outcome, rest: Outcome | None = None) -> Judgement:
    return Judgement({mail.key: outcome for mail in request.copies}, rest=rest)


def in_doubt(request: Request, answer: str) -> Judgement:
    """No more goes until it has had a while: every further request would be a doubt as well."""
    rest = Outcome("later", "SendGrid is not answering well", retry_after=A_WHILE)
    return for_all(request, Outcome("unknown", answer, retry_after=A_WHILE), rest)


def judge(request: Request, answer: Answer, now: datetime) -> Judgement:
    match answer.status:
        case 202:
            taken = Outcome("sent", "202", provider_id=answer.headers.get("X-Message-Id"))
            return for_all(request, taken)
        case 413:
            return _narrowed(request, _said(answer))
        case 429:
            pace = Outcome("later", _said(answer), retry_after=_wait(answer.headers, now))
            return for_all(request, pace, rest=pace)
        case 401:
            fault = _our_own_fault(answer)
            return for_all(request, fault, rest=fault)
        case status if 400 <= status < 500:
            return _refused(request, answer)
        case _:
            return in_doubt(request, _said(answer))


def _refused(request: Request, answer: Answer) -> Judgement:
    mistakes = _mistakes(answer.body)
    at_fault = _by_copy(mistakes, len(request.copies))
    if at_fault:
        return _without(request, at_fault, answer.status)
    if any(mistake.field.startswith("personalizations") for mistake in mistakes):
        return _narrowed(request, _said(answer))
    return for_all(request, _our_own_fault(answer))


def _without(request: Request, at_fault: dict[int, list[_Mistake]], status: int) -> Judgement:
    """Refuse what is at fault. Substitutions are our doing: such a copy is to go without them."""
    outcomes: dict[str, Outcome] = {}
    again = [request.without(at_fault)] if len(at_fault) < len(request.copies) else []
    for place, mistakes in at_fault.items():
        if len(request.copies) > 1 and any(".substitutions" in each.field for each in mistakes):
            again.append(request.only([place]))
        else:
            outcomes[request.copies[place].key] = Outcome("refused", _joined(status, mistakes))
    return Judgement(outcomes, again)


def _narrowed(request: Request, said: str) -> Judgement:
    """One of the copies is at fault, or all together are: find out which."""
    if len(request.copies) == 1:
        return for_all(request, Outcome("refused", said))
    return Judgement({}, again=request.halves())


def _our_own_fault(answer: Answer) -> Outcome:
    """It is in what all copies have in common, or in our account: no letter is to be lost by it."""
    advice = _ADVICE.get(answer.status)
    said = f"{_said(answer)} ({advice})" if advice else _said(answer)
    return Outcome("later", said, retry_after=OUR_OWN_FAULT)


def _by_copy(mistakes: Sequence[_Mistake], copies: int) -> dict[int, list[_Mistake]]:
    found: dict[int, list[_Mistake]] = {}
    for mistake in mistakes:
        number = _NUMBER.match(mistake.field)
        if number and int(number[1]) < copies:
            found.setdefault(int(number[1]), []).append(mistake)
    return found


def _mistakes(body: bytes) -> list[_Mistake]:
    try:
        errors = orjson.loads(body)["errors"]
        return [_Mistake(_field(error), str(error["message"])) for error in errors]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _field(error: dict[str, object]) -> str:
    name = str(error.get("field") or "")
    return "" if name == "null" else name  # SendGrid writes the word


def _said(answer: Answer) -> str:
    """For the rows of several copies: whose address was wrong is in one of them only."""
    return _ADDRESS.sub("[address]", _joined(answer.status, _mistakes(answer.body)))


def _joined(status: int, mistakes: Sequence[_Mistake]) -> str:
    return f"{status} {'; '.join(map(str, mistakes))}".strip()[:_LONGEST_ANSWER]


def _wait(headers: Message, now: datetime) -> timedelta:
    """As told by X-RateLimit-Reset (a moment) or Retry-After (seconds)."""
    try:
        if "X-RateLimit-Reset" in headers:
            told = datetime.fromtimestamp(int(headers["X-RateLimit-Reset"]), UTC) - now
        else:
            told = timedelta(seconds=int(headers["Retry-After"]))
    except (TypeError, ValueError, OverflowError, OSError):
        return A_WHILE
    return min(max(told, timedelta(seconds=1)), _LONGEST_WAIT)
