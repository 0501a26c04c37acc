"""SendGrid: mails handed to its Web API v3, many copies of a letter in one request."""

import ssl
import time
from collections import deque
from collections.abc import Sequence

from sendgrid import SendGridAPIClient

from outreach.db import Clock, utcnow
from outreach.delivery.carriers import GROUP_SECONDS, OUR_OWN_FAULT, Outcome
from outreach.delivery.carriers.sendgrid.answers import (
    A_WHILE,
    Judgement,
    for_all,
    in_doubt,
    judge,
)
from outreach.delivery.carriers.sendgrid.https import (
    KeptConnection,
    NotAnswered,
    NotConnected,
    NotWritten,
)
from outreach.delivery.carriers.sendgrid.requests import Request, share_out
from outreach.delivery.composing import Outgoing

_HOST = "https://api.sendgrid.com"
_PATH = "/v3/mail/send"
_TOO_SLOW = Outcome("later", "SendGrid is answering too slowly", retry_after=A_WHILE)


class SendGrid:
    """``host`` is https://api.eu.sendgrid.com for accounts in the European Union.

    Without ``shared_requests`` each copy goes in a request of its own.
    """

    name = "sendgrid"

    def __init__(
        self,
        api_key: str,
        *,
        host: str = _HOST,
        shared_requests: bool = True,
        timeout: float = 30.0,
        tls: ssl.SSLContext | None = None,
        clock: Clock = utcnow,
    ) -> None:
        client = SendGridAPIClient(api_key.strip(), host=host).client
        headers = {**client.request_headers, "Content-Type": "application/json"}
        # The package itself opens a connection for each request, and would wait for ever.
        self._connection = KeptConnection(client.host, headers, timeout=timeout, tls=tls)
        self._shared = shared_requests
        self._clock = clock

    @property
    def group_size(self) -> int:
        return 1_000 if self._shared else 32

    def send(self, group: Sequence[Outgoing]) -> list[Outcome]:
        outcomes = {mail.key: unfit for mail in group if (unfit := _unfit(mail))}
        fit = (mail for mail in group if mail.key not in outcomes)
        waiting = deque(share_out(fit, shared=self._shared))
        until = time.monotonic() + GROUP_SECONDS
        rest: Outcome | None = None
        while waiting:
            if rest is None and time.monotonic() > until:
                rest = _TOO_SLOW
            request = waiting.popleft()
            judgement = for_all(request, rest, rest) if rest else self._hand_over(request)
            outcomes |= judgement.outcomes
            waiting.extendleft(reversed(judgement.again))
            rest = judgement.rest
        return [outcomes[mail.key] for mail in group]

    def close(self) -> None:
        self._connection.close()

    def _hand_over(self, request: Request) -> Judgement:
        try:
            answer = self._connection.post(_PATH, request.body())
        except NotConnected as problem:
            out_of_reach = Outcome("later", f"SendGrid: {problem}", retry_after=A_WHILE)
            return for_all(request, out_of_reach, rest=out_of_reach)
        except NotWritten as problem:
            return for_all(request, Outcome("later", f"SendGrid: {problem}"))
        except NotAnswered as problem:
            return in_doubt(request, f"SendGrid did not confirm: {problem}")
        return judge(request, answer, self._clock())


def _unfit(mail: Outgoing) -> Outcome | None:
    """What SendGrid would take and drop, or change, is not handed to it."""
    if not f"{mail.sender.name}{mail.sender.address}".isascii():
        return Outcome(
            "later",
            "SendGrid takes no letters outside ASCII in a sender's name or address: give the "
            "campaign such a sender, or send over SMTP (OUTREACH_CARRIER=smtp), which takes any",
            retry_after=OUR_OWN_FAULT,
        )
    if mail.needs_smtputf8:
        return Outcome("refused", "SendGrid takes no letters outside ASCII before the @")
    return None
