"""One incoming mail: the whole of it as it came, where it belongs, and where it might."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote

from flask import Response
from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.delivery.states import MAY_HAVE_GONE
from outreach.delivery.tables import Delivery
from outreach.errors import NotFound
from outreach.inbox import attachments, bodies
from outreach.inbox.attachments import Listed
from outreach.inbox.bodies import File
from outreach.inbox.cleaning import Cleaned, clean
from outreach.inbox.parsing import ParsedMail, parse
from outreach.inbox.tables import IncomingMail, RawMail, RawState
from outreach.texts import gettext as _
from outreach.web.headers import FILE_POLICY

LONGEST = 200_000  # bytes of a raw mail on a page; the download is whole
MOST_COPIES = 500


@dataclass(frozen=True)
class Place:
    """The copy that a mail is, or may be, about; ``why`` it may be."""

    copy: Delivery
    campaign: Campaign
    mission: Mission
    why: str = ""


@dataclass(frozen=True)
class Contents:
    """What a page shows of a mail besides its stored text.

    ``text`` is the whole text in its order; it and ``has_html`` need the mail as it came.
    """

    files: list[Listed]
    text: str = ""
    has_html: bool = False


def raw(session: Session, mail: IncomingMail) -> RawMail:
    return session.get_one(RawMail, mail.raw_id)


def kept(raw: RawMail) -> bytes:
    """The mail as it came; NotFound where it is kept no more."""
    if raw.state is RawState.deleted:
        raise NotFound(_("The mail as it came was deleted after its time. Its text is still here."))
    return raw.content


def contents(mail: IncomingMail, raw: RawMail) -> Contents:
    if raw.state is RawState.deleted:
        return Contents(attachments.listed(mail.attachments))
    parsed = parse(raw.content)
    return Contents(attachments.look_into(parsed), parsed.text, bool(_markup(parsed)))


def formatted(content: bytes) -> Cleaned | None:
    """The mail's HTML, fit to be shown; None where it has none."""
    parsed = parse(content)
    markup = _markup(parsed)
    return clean(markup, bodies.by_content_id(bodies.parts(parsed.message))) if markup else None


def _markup(parsed: ParsedMail) -> str:
    parts = list(bodies.parts(parsed.message))
    return bodies.markup(parts, bodies.winmails(parts))


def readable(content: bytes) -> tuple[str, bool]:
    """The bytes as text, those that are no UTF-8 as escapes, and whether that is all of them."""
    return content[:LONGEST].decode(errors="backslashreplace"), len(content) <= LONGEST


def download(content: bytes, name: str) -> Response:
    """As a file, whatever is in it: a stranger's mail is never shown as a page."""
    answer = Response(content, mimetype="message/rfc822")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def save(file: File, at: int) -> Response:
    """Never as what its sender says it is, so that no browser opens it by itself."""
    name = attachments.safe_name(file.name, at)
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    answer = Response(file.content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = (  # RFC 6266, and RFC 8187 for letters beyond ASCII
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer


def place(session: Session, mail: IncomingMail) -> Place | None:
    """Where the mail is filed; None in the holding pen."""
    found = _places(session, [mail.delivery_id] if mail.delivery_id else [])
    return found[0] if found else None


def suggested(session: Session, mail: IncomingMail) -> list[Place]:
    """What the inbox thinks likely, the likeliest first."""
    reasons = {int(each["delivery_id"]): str(each["why"]) for each in mail.suggestions}
    places = {each.copy.id: each for each in _places(session, reasons)}
    return [
        Place(found.copy, found.campaign, found.mission, why)
        for number, why in reasons.items()
        if (found := places.get(number))
    ]


def typed_in(session: Session, state: str, states: MemberStates) -> list[Place]:
    """For each mission of the state and each campaign, the copy that went last."""
    code = states.find(state) if state else None
    if code is None:
        return []
    query = (
        select(Delivery.id, Delivery.campaign_id, Delivery.mission_id)
        .join(Mission, col(Mission.id) == col(Delivery.mission_id))
        .where(Mission.state == code, col(Delivery.state).in_(MAY_HAVE_GONE))
        .order_by(col(Delivery.id))
        .limit(MOST_COPIES)
    )
    latest = {(campaign, mission): number for number, campaign, mission in session.exec(query)}
    return _places(session, [number for number in latest.values() if number is not None])


def _places(session: Session, copies: Collection[int]) -> list[Place]:
    query = (
        select(Delivery, Campaign, Mission)
        .join(Campaign, col(Campaign.id) == col(Delivery.campaign_id))
        .join(Mission, col(Mission.id) == col(Delivery.mission_id))
        .where(col(Delivery.id).in_(copies))
        .order_by(col(Campaign.id).desc(), col(Mission.organization))
    )
    return [Place(copy, campaign, mission) for copy, campaign, mission in session.exec(query)]
