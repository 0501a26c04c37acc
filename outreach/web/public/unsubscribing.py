"""Opting out: opening the page asks, pressing the button or a mail program's one click acts."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session, select

from outreach.delivery.addresses import is_erased
from outreach.delivery.tables import Delivery
from outreach.letters.languages import UN_LANGUAGES
from outreach.tracking.unsubscribing import unsubscribe
from outreach.web.current import parts
from outreach.web.public.wording import WORDINGS

blueprint = Blueprint("unsubscribing", __name__)


@blueprint.get("/u/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Changes nothing: mail scanners open every link."""
    with parts().database.reading() as session:
        delivery = _delivery(session, token)
    return _page(delivery, done=False) if delivery else _unknown()


@blueprint.post("/u/<token>")
def act(token: str) -> ResponseReturnValue:
    """RFC 8058's one click and the page's button alike: no cookie, no sign-in, no redirect.

    Any body will do. Who refuses an odd one keeps writing to somebody who asked for silence.
    """
    with parts().database.transaction() as session:
        delivery = _delivery(session, token)
        if delivery is None:
            return _unknown()
        unsubscribe(session, delivery.key, _door(), parts().clock())
    return _page(delivery, done=True)


def masked(address: str) -> str:
    """Letters are forwarded with their links in them; who reads one need not learn the address."""
    if is_erased(address):
        return "…"
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _door() -> str:
    return "one-click" if request.form.get("List-Unsubscribe") == "One-Click" else "page"


def _delivery(session: Session, token: str) -> Delivery | None:
    key = parts().tokens.read("unsubscribe", token)
    return session.exec(select(Delivery).where(Delivery.key == key)).first() if key else None


def _page(delivery: Delivery, *, done: bool) -> str:
    language = delivery.language if delivery.language in WORDINGS else "en"
    return render_template(
        "public/unsubscribe.html",
        language=language,
        wording=WORDINGS[language],
        address=masked(delivery.recipient_address),
        done=done,
    )


def _unknown() -> ResponseReturnValue:
    language = request.accept_languages.best_match(UN_LANGUAGES) or "en"
    page = render_template(
        "public/unknown_link.html", language=language, wording=WORDINGS[language]
    )
    return page, 404
