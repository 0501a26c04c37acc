"""How the made-up missions write: replies as usual mail programs make them, and returned mail."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from html import escape


@dataclass(frozen=True)
class Received:
    """A letter as it lies in a mission's mailbox."""

    content: bytes
    mail: EmailMessage

    @classmethod
    def read(cls, content: bytes) -> "Received":
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return cls(content, mail)

    @property
    def address(self) -> str:
        return str(self.mail["To"].addresses[0].addr_spec)

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])

    @property
    def key(self) -> str:
        """Our own id of the copy, which a provider carries and tells with each event."""
        return self.message_id.strip("<>").partition("@")[0]

    @property
    def language(self) -> str:
        found = re.search(r'<html[^>]* lang="([a-z]+)', self.part("html"))
        return found[1] if found else "en"

    @property
    def is_letter(self) -> bool:
        return "List-Unsubscribe" in self.mail

    @property
    def is_answer(self) -> bool:
        """From the desk: one asks nobody to unsubscribe from an answer."""
        return not self.is_letter and "In-Reply-To" in self.mail

    @property
    def is_reminder(self) -> bool:
        return "In-Reply-To" in self.mail

    def part(self, subtype: str) -> str:
        part = self.mail.get_body(preferencelist=(subtype,))
        return str(part.get_content()) if part else ""


def reply(letter: Received, text: str, at: datetime, *, sender: str = "", client: str) -> bytes:
    """A person's answer, quoting the letter as ``client`` does; ``sender`` may be a colleague."""
    subject = str(letter.mail["Subject"]).removeprefix("Re: ")
    mail = _answer(letter, f"Re: {subject}", at, sender)
    mail["User-Agent"] = client
    plain = f"{text}\n\n{_quotation(letter, client)}"
    mail.set_content(plain)
    if client != "Thunderbird":
        mail.add_alternative(f"<p>{escape(text)}</p><blockquote><pre>{escape(plain)}</pre>", "html")
    return mail.as_bytes(policy=policy.SMTP)


def from_a_stranger(letter: Received, text: str, at: datetime, sender: str) -> bytes:
    """An answer typed anew from a private account: no token, no reference."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, f"letters@{letter.message_id.partition('@')[2].rstrip('>')}"
    mail["Subject"], mail["Date"] = str(letter.mail["Subject"]), format_datetime(at)
    mail["Message-ID"] = _message_id(sender, at)
    mail.set_content(text)
    return mail.as_bytes(policy=policy.SMTP)


def out_of_office(
    letter: Received, subject: str, text: str, at: datetime, marked: bool = True
) -> bytes:
    """An absence note; fewer than half of the real ones are ``marked`` in a header."""
    mail = _answer(letter, subject, at)
    if marked:
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(text)
    return mail.as_bytes(policy=policy.SMTP)


def receipt(letter: Received, subject: str, text: str, at: datetime) -> bytes:
    """An automatic confirmation of a registry."""
    mail = _answer(letter, subject, at)
    mail["Auto-Submitted"], mail["Precedence"] = "auto-generated", "bulk"
    mail.set_content(text)
    return mail.as_bytes(policy=policy.SMTP)


def wants_no_more(letter: Received, at: datetime) -> bytes:
    """The mail that a mail program writes on the address in List-Unsubscribe."""
    address = str(letter.mail["List-Unsubscribe"]).partition("<mailto:")[2].partition("?")[0]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = letter.address, address, "unsubscribe"
    mail["Date"], mail["Message-ID"] = format_datetime(at), _message_id(letter.address, at)
    mail.set_content("unsubscribe\n")
    return mail.as_bytes(policy=policy.SMTP)


def returned(letter: Received, at: datetime, *, status: str, action: str, said: str) -> bytes:
    """A delivery status notification (RFC 3464) with the letter's headers in its third part."""
    host = letter.address.rpartition("@")[2]
    notice = MIMEMultipart("report")
    notice.set_param("report-type", "delivery-status")
    notice["From"], notice["To"] = f"MAILER-DAEMON@mx.{host}", str(letter.mail["Reply-To"])
    notice["Subject"], notice["Date"] = "Undelivered Mail Returned to Sender", format_datetime(at)
    notice["Message-ID"], notice["Auto-Submitted"] = _message_id("mx." + host, at), "auto-replied"
    notice.attach(MIMEText(f"This is the mail system at mx.{host}.\n\n<{letter.address}>: {said}"))
    notice.attach(_delivery_status(letter, host, status, action, said))
    notice.attach(MIMEMessage(message_from_bytes(letter.content)))
    return notice.as_bytes(policy=policy.SMTP)


def long_date(day: date, language: str) -> str:
    return f"{day.day}.{day.month}.{day.year}" if language == "ru" else day.isoformat()


def _delivery_status(letter: Received, host: str, status: str, action: str, said: str) -> Message:
    about_us, about_them, part = Message(), Message(), Message()
    about_us["Reporting-MTA"] = f"dns; mx.{host}"
    about_them["Final-Recipient"] = f"rfc822; {letter.address}"
    about_them["Action"], about_them["Status"] = action, status
    about_them["Diagnostic-Code"] = f"smtp; {said}"
    part["Content-Type"] = "message/delivery-status"
    part.set_payload([about_us, about_them])
    return part


def _answer(letter: Received, subject: str, at: datetime, sender: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender or letter.address, str(letter.mail["Reply-To"])
    mail["Subject"], mail["Date"] = subject, format_datetime(at)
    mail["Message-ID"] = _message_id(sender or letter.address, at)
    mail["In-Reply-To"] = letter.message_id
    mail["References"] = f"{letter.mail['References'] or ''} {letter.message_id}".strip()
    return mail


def _quotation(letter: Received, client: str) -> str:
    """The letter under the answer, as the client introduces it."""
    sender, date_ = str(letter.mail["From"]), str(letter.mail["Date"])
    text = letter.part("plain").strip()
    if client == "Outlook":
        head = f"From: {sender}\nSent: {date_}\nTo: {letter.address}"
        head += f"\nSubject: {letter.mail['Subject']}"
        return f"________________________________\n{head}\n\n{text}"
    quoted = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    if client == "Phone":
        return f"Sent from my phone\n\nOn {date_}, {sender} wrote:\n\n{quoted}"
    return f"On {date_}, {sender} wrote:\n\n{quoted}"


def _message_id(sender: str, at: datetime) -> str:
    return f"<{at:%Y%m%d%H%M%S}.{sender.rpartition('@')[0] or 'mx'}@{sender.rpartition('@')[2]}>"
