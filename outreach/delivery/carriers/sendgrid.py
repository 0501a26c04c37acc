"""SendGrid: mails handed to its Web API v3, one request a copy."""

import http.client
import json
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import URLError

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from outreach.db import Clock, utcnow
from outreach.delivery.carriers import GROUP_SECONDS, OUR_OWN_FAULT, Outcome
from outreach.delivery.composing import Outgoing
from outreach.delivery.headers import one_line

_HOST = "https://api.sendgrid.com"
_WAIT = timedelta(minutes=1)  # where a 429 does not say how long
# Replies about our account and not about the mail: a wrong key must not use up the letters.
_ABOUT_US = frozenset({401, 403, 408})
_NOT_IN_NAMES = str.maketrans(",;", "  ")

_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
}


class SendGrid:
    """``host`` is https://api.eu.sendgrid.com for accounts in the European Union."""

    name = "sendgrid"
    group_size = 32

    def __init__(
        self, api_key: str, *, host: str = _HOST, timeout: float = 30.0, clock: Clock = utcnow
    ) -> None:
        self._api = SendGridAPIClient(api_key, host=host)
        self._api.client.timeout = timeout  # by itself it would wait for ever
        self._clock = clock
        # At DEBUG the package logs the letters and the key.
        logging.getLogger("python_http_client").setLevel(logging.INFO)

    def send(self, group: Sequence[Outgoing]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        until = time.monotonic() + GROUP_SECONDS
        for outgoing in group:
            if outcomes and outcomes[-1].retry_after:
                outcomes.append(outcomes[-1])
            elif time.monotonic() > until:
                outcomes.append(Outcome("later", "SendGrid is answering too slowly"))
            else:
                outcomes.append(self._hand_over(outgoing))
        return outcomes

    def close(self) -> None:
        """Nothing to close: the package opens a connection for each request."""

    def _hand_over(self, outgoing: Outgoing) -> Outcome:
        if outgoing.needs_smtputf8:
            # It would answer 202 and drop the mail afterwards.
            return Outcome("refused", "SendGrid takes no letters outside ASCII before the @")
        try:
            response = self._api.send(payload(outgoing))
        except HTTPError as error:
            return self._refusal(error)
        except URLError as error:
            # Raised while connecting or writing: the request is not there as a whole.
            return Outcome("later", f"SendGrid: {error.reason}")
        except (OSError, http.client.HTTPException) as error:
            return Outcome("unknown", f"SendGrid did not confirm: {str(error) or 'no answer'}")
        if response.status_code != 202:
            return Outcome("unknown", f"SendGrid answered {response.status_code}")
        return Outcome("sent", "202", provider_id=response.headers.get("X-Message-Id"))

    def _refusal(self, error: HTTPError) -> Outcome:
        answer = f"{error.status_code} {_problems(error.body)}".strip()
        if error.status_code == 429:
            return Outcome("later", answer, retry_after=self._wait(error.headers))
        if error.status_code in _ABOUT_US:
            doubt = f"{answer} (is the API key right?)"
            return Outcome("later", doubt, retry_after=OUR_OWN_FAULT)
        if 400 <= error.status_code < 500:
            return Outcome("refused", answer)
        return Outcome("unknown", answer)

    def _wait(self, headers: Mapping[str, str]) -> timedelta:
        try:
            reset = datetime.fromtimestamp(int(headers["X-RateLimit-Reset"]), UTC)
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            return _WAIT
        return max(reset - self._clock(), timedelta(seconds=1))


def payload(outgoing: Outgoing) -> dict[str, Any]:
    """The body of POST /v3/mail/send. The provider keeps ``custom_args``: our key and no more."""
    return {
        "personalizations": [
            {
                "to": [_mailbox(outgoing.recipient.name, outgoing.recipient.address)],
                "headers": {"Message-ID": outgoing.message_id, **outgoing.headers},
                "custom_args": {"delivery": outgoing.key},
            }
        ],
        "from": _mailbox(outgoing.sender.name, outgoing.sender.address),
        "reply_to": {"email": outgoing.reply_to},
        "subject": one_line(outgoing.copy.subject),
        "content": [
            {"type": "text/plain", "value": outgoing.copy.text},
            {"type": "text/html", "value": outgoing.copy.html},
        ],
        "tracking_settings": _TRACKING,
    }


def _mailbox(name: str, address: str) -> dict[str, str]:
    name = one_line(name.translate(_NOT_IN_NAMES))
    return {"email": address, "name": name} if name else {"email": address}


def _problems(body: bytes) -> str:
    """What SendGrid says is wrong, each with the field it names."""
    try:
        errors = json.loads(body)["errors"]
        return "; ".join(": ".join(filter(None, (e.get("field"), e["message"]))) for e in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
