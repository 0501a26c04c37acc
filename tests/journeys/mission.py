"""One mission's side: its mailbox in a real Dovecot, and the mail program that answers from it."""

import smtplib
from email.message import EmailMessage
from email.utils import format_datetime

from outreach.db import Clock
from outreach.demo.mailroom import Received
from tests.dovecot import Dovecot
from tests.postfix import Postfix

OURS = "example.org"  # the domain that our Message-IDs end with


class MissionMailbox:
    """Reads what has come to ``address`` and writes from there, through the real mail server."""

    def __init__(self, address: str, dovecot: Dovecot, postfix: Postfix, clock: Clock) -> None:
        self.address, self._clock = address, clock
        self._dovecot, self._postfix = dovecot, postfix
        self._written = 0

    def received(self, number: int) -> list[Received]:
        """All from us in the order they came, as soon as there are ``number``, or more."""
        mails = self._dovecot.messages(self.address, f"@{OURS}>", number)
        return [Received.read(mail) for mail in mails]

    def answer(self, letter: Received, text: str, *, html: str = "") -> EmailMessage:
        """As a mail program begins it: to whom the letter asks, with all that it refers to."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self.address, str(letter.mail["Reply-To"])
        mail["Subject"] = f"Re: {str(letter.mail['Subject']).removeprefix('Re: ')}"
        mail["Date"] = format_datetime(self._clock())
        self._written += 1
        mail["Message-ID"] = f"<{self._written}.{self.address}>"
        mail["In-Reply-To"] = letter.message_id
        known = str(letter.mail["References"] or "")
        mail["References"] = f"{known} {letter.message_id}".strip()
        mail.set_content(text)
        if html:
            mail.add_alternative(html, "html")
        return mail

    def send(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self._postfix.port) as smtp:
            smtp.send_message(mail)
