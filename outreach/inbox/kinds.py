"""What an incoming mail can be. Apart from the tables, so that reading a mail loads no database."""

from enum import StrEnum


class MailKind(StrEnum):
    reply = "reply"
    out_of_office = "out_of_office"
    auto_reply = "auto_reply"
    bounce = "bounce"
    complaint = "complaint"
    opt_out = "opt_out"
    challenge = "challenge"
