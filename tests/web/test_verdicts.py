"""One click says what a mail is, and what followed from the program's verdict is taken back."""

import pytest
from flask.testing import FlaskClient

from outreach.accounts import audit
from outreach.db import Database
from outreach.delivery.tables import Delivery, State
from outreach.inbox import effects
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail
from outreach.wiring import Outreach
from tests.web.reading import text
from tests.web.world import World, a_contact, a_copy, a_mail, csrf_token

Filed = tuple[IncomingMail, Delivery]


@pytest.fixture
def filed(outreach: Outreach, world: World) -> Filed:
    """A reply from Norway, and the reminder that it withdrew."""
    now = outreach.clock()
    with outreach.database.transaction() as session:
        norway = a_contact(session, "NO", now)
        sent, reminder = (
            a_copy(session, outreach.tokens, now, world.campaign, norway, step=step, state=state)
            for step, state in ((1, State.sent), (2, State.queued))
        )
        mail = a_mail(
            session, now, subject="Re: Norway", delivery_id=sent.id, matched_by="token",
            contact_id=norway.id, evidence=["nothing shows that a machine wrote it"],
        )  # fmt: skip
        effects.apply(session, mail, sent, now)
    return mail, reminder


def test_the_page_says_why_and_what_followed(viewer: FlaskClient, filed: Filed) -> None:
    page = text(viewer.get(f"/inbox/mail/{filed[0].id}").text)
    assert "takes it for a reply, because nothing shows that a machine wrote it." in page
    assert (
        "one reminder was withdrawn; the letter counts as delivered; the thread was begun" in page
    )
    assert "Say what it is" not in page


def test_one_click_makes_it_an_absence_and_lets_the_reminder_wait(
    organizer: FlaskClient, filed: Filed, database: Database
) -> None:
    mail, reminder = filed
    path = f"/inbox/mail/{mail.id}"
    form = {"kind": "out_of_office", "csrf_token": csrf_token(organizer.get(path).text)}
    answer = organizer.post(f"{path}/overrule", data={**form, "returns_on": "2099-01-08"})
    assert answer.headers["Location"] == path
    with database.reading() as session:
        assert session.get_one(IncomingMail, mail.id).kind is MailKind.out_of_office
        assert session.get_one(Delivery, reminder.id).state is State.queued
        (entry,) = audit.latest(session)
    assert (entry.act, entry.detail) == ("mail overruled", "reply is out_of_office")
    page = text(organizer.get(path).text)
    assert "A person says that this is a notice of absence. The program took it for a reply" in page
    assert "one reminder waits longer" in page


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"kind": "nonsense"}, 400),
        ({}, 400),
        ({"kind": "reply"}, 409),
        ({"kind": "out_of_office", "returns_on": "soon"}, 400),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    organizer: FlaskClient, filed: Filed, database: Database, form: dict[str, str], status: int
) -> None:
    path = f"/inbox/mail/{filed[0].id}"
    token = csrf_token(organizer.get(path).text)
    answer = organizer.post(f"{path}/overrule", data={**form, "csrf_token": token})
    assert answer.status_code == status
    with database.reading() as session:
        assert session.get_one(IncomingMail, filed[0].id).kind is MailKind.reply
        assert session.get_one(Delivery, filed[1].id).state is State.cancelled


def test_a_mail_in_the_wrong_place_goes_back_to_the_holding_pen(
    organizer: FlaskClient, filed: Filed, database: Database
) -> None:
    mail, reminder = filed
    path = f"/inbox/mail/{mail.id}"
    token = csrf_token(organizer.get(path).text)
    answer = organizer.post(f"{path}/take-out", data={"csrf_token": token})
    assert answer.headers["Location"] == f"{path}#filing"
    with database.reading() as session:
        assert session.get_one(IncomingMail, mail.id).delivery_id is None
        assert session.get_one(Delivery, reminder.id).state is State.queued
    assert "Where it belongs" in organizer.get(path).text
