"""One's own second factor: setting it up, replacing it, switching it off, new recovery codes."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from segno import make_qr

from outreach.accounts import people, second_factor, sessions
from outreach.accounts.tables import Organizer
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.web.current import desk_session, organizer, parts
from outreach.web.desk.account import confirm_password, note_change

blueprint = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")

# Gives new recovery codes to be shown, if there are some.
Change = Callable[[Organizer], list[str] | None]


@blueprint.get("")
def show() -> str:
    return _page()


@blueprint.post("")
def set_up() -> ResponseReturnValue:
    form, tokens, now = request.form, parts().tokens, parts().clock()
    offered, code = form.get("offered", ""), form.get("code", "")

    def change(mine: Organizer) -> list[str]:
        return second_factor.set_up(mine, offered, code, tokens=tokens, now=now)

    act, what = mark("second factor set up"), "a second factor was set up"
    return _change(change, act, what, offered, confirmed=not _needs_password())


@blueprint.post("/recovery-codes")
def renew_codes() -> ResponseReturnValue:
    def change(mine: Organizer) -> list[str]:
        return second_factor.renew_recovery_codes(mine, parts().tokens)

    return _change(change, mark("recovery codes made anew"), "your recovery codes were made anew")


@blueprint.post("/off")
def switch_off() -> ResponseReturnValue:
    act, what = mark("second factor switched off"), "your second factor was switched off"
    return _change(second_factor.switch_off, act, what)


def _change(
    change: Change, act: str, what: str, offered: str = "", *, confirmed: bool = False
) -> ResponseReturnValue:
    """Whoever came in before it was changed, elsewhere, is asked anew."""
    try:
        if not confirmed:
            confirm_password(request.form.get("password", ""))
        with parts().database.transaction() as session:
            mine = people.lock(session, organizer().id)
            codes = change(mine)
            sessions.end_all(session, mine.id, besides=desk_session().id)
            note_change(session, mine, act, what)
    except InvalidInput as error:
        return _page(offered, problem=str(error)), 400
    if codes:
        return render_template("desk/recovery_codes.html", codes=codes)
    flash(_("The second factor is off. The password alone signs you in."))
    return redirect(url_for("account.show"), 303)


def _needs_password() -> bool:
    """To set one up: not of whoever is led to it, who has just come in by the password."""
    me = organizer()
    is_free_to = me.password_hash is not None and not me.must_have_second_factor
    return me.totp_sealed is not None or is_free_to


def _page(offered: str = "", problem: str = "") -> str:
    """What was ``offered`` stands again: a mistyped code is not set up anew in the app."""
    try:
        secret = second_factor.offered_secret(organizer(), offered, parts().tokens)
    except InvalidInput:
        offered = second_factor.offer(organizer(), parts().tokens)
        secret = second_factor.offered_secret(organizer(), offered, parts().tokens)
    return render_template(
        "desk/second_factor.html",
        me=organizer(),
        offered=offered,
        secret=[secret[at : at + 4] for at in range(0, len(secret), 4)],
        picture=_picture(second_factor.address_for_apps(organizer(), secret)),
        needs_password=_needs_password(),
        problem=problem,
    )


def _picture(address: str) -> Markup:
    """As SVG within the page: no script, no style, and nothing that is fetched."""
    title = _("QR code for an authenticator app")
    code = make_qr(address, error="m")
    made = code.svg_inline(omitsize=True, border=4, dark="#000", light="#fff", title=title)
    return Markup(made)  # of modules and our own title
