"""What a mail server answers, and whom a refusal is about: the mail, or us.

By the standards. Whatever is in no row is about the one mail: 5yz refuses it for good, 4yz for
now (RFC 5321, 4.2.1; greylisting is that, RFC 6647).

=========================  ==============================================  ====================
reply                      what it says                                    where it is written
=========================  ==============================================  ====================
421                        the server hangs up, and has taken nothing      RFC 5321, 3.8
530 534 535 538            sign in, otherwise, rightly, or encrypted       RFC 4954, 6; RFC 3207
500 502 503                it does not know what we speak                  RFC 5321, 4.2.2
X.7.8 to X.7.14            the same, and accounts that are closed          RFC 5248
X.7.20 to X.7.27           our domain's DKIM, SPF, DNS or MX are wrong     RFC 7372, RFC 7505
X.1.7 X.1.8                our own address is no good                      RFC 3463
5yz to MAIL                the same: all our mails have one inbox          RFC 5321, 3.3
but 552 X.2.3 X.3.4 X.6.7  the mail is too large, or not in ASCII          RFC 1870, RFC 6531
4yz to MAIL                no room, or too fast: no recipient was named    RFC 5321, 4.2.2
552 to RCPT                means 452                                       RFC 5321, 4.5.3.1.10
X.2.2                      a mailbox that is full now                      RFC 3463, 3.3
=========================  ==============================================  ====================
"""

import re
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from outreach.delivery.carriers import OUR_OWN_FAULT, Outcome

# Until a mail goes again that the server has not looked at: no attempt of its own.
NOT_LOOKED_AT = timedelta(minutes=1)

_OUR_CODES = frozenset({500, 502, 503, 530, 534, 535, 538})
_OUR_STATUSES = frozenset(
    {(1, 7), (1, 8), *((7, detail) for detail in (*range(8, 15), *range(20, 28)))}
)
_OF_THIS_MAIL = frozenset({(2, 3), (3, 4), (6, 7)})
_MAILBOX_FULL = (2, 2)

_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
_LONGEST_ANSWER = 500


class Stage(StrEnum):
    mail = "MAIL"
    recipient = "RCPT"
    data = "DATA"
    dot = "the final dot"


class Reply(NamedTuple):
    code: int
    text: str

    @property
    def kind(self) -> int:
        """2 is yes, 3 go on, 4 not now and 5 no."""
        return self.code // 100

    @property
    def status(self) -> tuple[int, int] | None:
        """Subject and detail of the enhanced status code, if its class is the code's (RFC 2034)."""
        found = _STATUS.match(self.text)
        return (int(found[2]), int(found[3])) if found and int(found[1]) == self.kind else None

    def __str__(self) -> str:
        return " ".join(f"{self.code} {self.text}".split())[:_LONGEST_ANSWER]


def refusal(stage: Stage, reply: Reply) -> Outcome:
    """What a reply of 4yz or 5yz makes of the mail."""
    if _about_us(stage, reply):
        return Outcome("later", str(reply), retry_after=OUR_OWN_FAULT)
    if stage is Stage.mail and reply.kind == 4:
        return Outcome("later", str(reply), retry_after=NOT_LOOKED_AT)
    return Outcome("later" if _for_now(stage, reply) else "refused", str(reply))


def _about_us(stage: Stage, reply: Reply) -> bool:
    if reply.code in _OUR_CODES or reply.status in _OUR_STATUSES:
        return True
    of_this_mail = reply.code == 552 or reply.status in _OF_THIS_MAIL
    return stage is Stage.mail and reply.kind == 5 and not of_this_mail


def _for_now(stage: Stage, reply: Reply) -> bool:
    too_many = stage is Stage.recipient and reply.code == 552
    return reply.kind == 4 or too_many or reply.status == _MAILBOX_FULL
