"""Mails with contents of their own on the desk's pages."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session

from outreach.inbox.kinds import MailKind
from outreach.inbox.parsing import parse
from outreach.inbox.tables import IncomingMail
from tests.web.world import a_raw_mail


def a_read_mail(session: Session, now: datetime, content: bytes, **values: Any) -> int:
    """As the worker leaves it in the holding pen; its number."""
    read = parse(content)
    mail = IncomingMail(
        raw_id=a_raw_mail(session, now, content).id,
        message_key=hashlib.sha256(content).hexdigest(),
        received_at=now,
        text=read.visible,
        quoted=read.quoted,
        subject=read.subject,
        from_address=read.from_address,
        attachments=[asdict(each) for each in read.attachments],
        **{"kind": MailKind.reply, **values},
    )
    session.add(mail)
    session.flush()
    assert mail.id is not None
    return mail.id
