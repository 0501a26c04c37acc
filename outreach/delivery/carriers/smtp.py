"""SMTP: mails handed to a mail server over one connection (RFC 5321)."""

import smtplib
import ssl
import time
from collections.abc import Sequence

from outreach.delivery.carriers import GROUP_SECONDS, OUR_OWN_FAULT, Outcome
from outreach.delivery.carriers.mail_server import MailServer
from outreach.delivery.composing import Outgoing

_DOT_SECONDS = 180.0  # servers may look long at a mail; giving up early brings it to doubt

# Replies about our session and not about the mail (RFC 4954, RFC 3207): a wrong password must
# not use up the letters.
_ABOUT_US = frozenset({530, 534, 535, 538})

_LONGEST_ANSWER = 500


class _Refusal(Exception):
    def __init__(self, code: int, text: bytes) -> None:
        self.code = code
        self.answer = _answer(code, text)


class Smtp:
    """One server, one connection at a time. See MailServer.parse for the address."""

    name = "smtp"
    group_size = 32

    def __init__(
        self, url: str, *, timeout: float = 30.0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server = MailServer.parse(url)
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()
        self._connection: smtplib.SMTP | None = None

    def send(self, group: Sequence[Outgoing]) -> list[Outcome]:
        self._forget_if_closed()
        outcomes: list[Outcome] = []
        until, lost = time.monotonic() + GROUP_SECONDS, 0
        for outgoing in group:
            if outcomes and outcomes[-1].retry_after:
                outcomes.append(outcomes[-1])
                continue
            if lost > 1 or time.monotonic() > until:
                outcomes.append(Outcome("later", f"{self._server.host} is not answering well"))
                continue
            outcomes.append(self._hand_over(outgoing))
            lost = lost + 1 if self._connection is None else 0
        return outcomes

    def close(self) -> None:
        if self._connection is not None:
            try:
                self._connection.quit()
            except OSError:
                self._connection.close()
        self._connection = None

    def _hand_over(self, outgoing: Outgoing) -> Outcome:
        content = outgoing.mime()
        try:
            connection = self._connected()
            if outgoing.needs_smtputf8 and not connection.has_extn("smtputf8"):
                return Outcome(
                    "refused", "letters outside ASCII before the @: the server takes no SMTPUTF8"
                )
            _offer(connection, outgoing, content)
        except _Refusal as refusal:
            self._start_over(refusal.code)
            return _refused(refusal.code, refusal.answer)
        except OSError as error:
            # The server has not seen the final dot, so it cannot have taken the mail.
            self._hang_up()
            wait = OUR_OWN_FAULT if isinstance(error, smtplib.SMTPAuthenticationError) else None
            return Outcome("later", f"{self._server.host}: {_reason(error)}", retry_after=wait)
        return self._await_answer(connection)

    def _await_answer(self, connection: smtplib.SMTP) -> Outcome:
        """The one place of doubt: the whole mail is there, and its receipt is not."""
        try:
            _allow(connection, _DOT_SECONDS)
            code, text = connection.getreply()
            _allow(connection, self._timeout)
        except OSError as error:
            self._hang_up()
            return Outcome("unknown", f"{self._server.host} did not confirm: {_reason(error)}")
        if 200 <= code < 300:
            return Outcome("sent", _answer(code, text))
        if 400 <= code < 600:
            self._start_over(code)
            return _refused(code, _answer(code, text))
        self._hang_up()
        return Outcome("unknown", f"not an SMTP reply: {_answer(code, text)}")

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            self._connection = self._server.connect(self._timeout, self._tls)
        return self._connection

    def _forget_if_closed(self) -> None:
        """Servers close idle connections: find out now, and not with a mail in hand."""
        try:
            if self._connection is not None and self._connection.noop()[0] != 250:
                self._hang_up()
        except OSError:
            self._hang_up()

    def _start_over(self, code: int) -> None:
        """Make ready for the next mail after a refusal; 421 says that the server hangs up."""
        try:
            if code == 421 or self._connection is None or self._connection.rset()[0] != 250:
                self._hang_up()
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _offer(connection: smtplib.SMTP, outgoing: Outgoing, content: bytes) -> None:
    """Everything up to and including the final dot; raises _Refusal or OSError."""
    options = ["SMTPUTF8"] if outgoing.needs_smtputf8 else []
    if connection.has_extn("size"):
        options.append(f"SIZE={len(content)}")
    _expect(2, connection.mail(outgoing.envelope_sender, options))
    _expect(2, connection.rcpt(outgoing.recipient.address))
    _expect(3, connection.docmd("DATA"))
    # The dot in the same breath: if any of this cannot be written, then the dot was not.
    connection.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")


def _allow(connection: smtplib.SMTP, seconds: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)


def _expect(kind: int, reply: tuple[int, bytes]) -> None:
    code, text = reply
    if code // 100 != kind:
        raise _Refusal(code, text)


def _refused(code: int, answer: str) -> Outcome:
    """By the standards: 5yz is for good, 4yz for now (RFC 5321, 4.2.1)."""
    if code in _ABOUT_US:
        return Outcome("later", answer, retry_after=OUR_OWN_FAULT)
    return Outcome("refused" if 500 <= code < 600 else "later", answer)


def _answer(code: int, text: bytes | str) -> str:
    """One line with the reply code and, where the server gives one, the enhanced status code."""
    written = text if isinstance(text, str) else text.decode("utf-8", "replace")
    return " ".join(f"{code} {written}".split())[:_LONGEST_ANSWER]


def _reason(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    return error.strerror or str(error)
