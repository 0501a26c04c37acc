"""What needs a person, in words: a line of work, and how long it has waited."""

from collections.abc import Callable

from outreach.reports.needs import Need
from outreach.reports.wording import moment
from outreach.texts import count, ngettext, retold
from outreach.texts import gettext as _


def need(item: Need) -> str:
    return _NEEDS[item.kind](item)


def age(item: Need, zone: str) -> str:
    """How long its work has waited; empty where that is not known."""
    if item.oldest_at is None:
        return ""
    since = moment(item.oldest_at, zone)
    if item.count == 1:
        old = _("Since %(since)s, for more than a week.", since=since)
        return old if item.older else _("Since %(since)s.", since=since)
    if not item.older:
        return _("The oldest since %(since)s.", since=since)
    if item.older == item.count:
        return _("The oldest since %(since)s; all for more than a week.", since=since)
    return _(
        "The oldest since %(since)s; %(older)s for more than a week.",
        since=since,
        older=count(item.older),
    )


def _waiting(item: Need) -> str:
    return ngettext("%(num)s answer waits for us.", "%(num)s answers wait for us.", item.count)


def _due(item: Need) -> str:
    return ngettext(
        "%(num)s thread is due today, or since an earlier day.",
        "%(num)s threads are due today, or since an earlier day.",
        item.count,
    )


def _answer_lost(item: Need) -> str:
    return ngettext(
        "%(num)s answer did not arrive, or nobody knows: %(mission)s.",
        "%(num)s answers did not arrive, or nobody knows: %(mission)s.",
        item.count,
        mission=item.missions[0],
    )


def _holding_pen(item: Need) -> str:
    return ngettext(
        "%(num)s mail in the holding pen, to be filed by a person.",
        "%(num)s mails in the holding pen, to be filed by a person.",
        item.count,
    )


def _unreadable(item: Need) -> str:
    return ngettext(
        "%(num)s mail could not be read: kept as received, to be tried again.",
        "%(num)s mails could not be read: kept as received, to be tried again.",
        item.count,
    )


def _in_doubt(item: Need) -> str:
    return ngettext(
        "%(num)s copy in doubt (%(campaign)s): to be settled by a person.",
        "%(num)s copies in doubt (%(campaign)s): to be settled by a person.",
        item.count,
        campaign=item.campaign,
    )


def _unreachable(item: Need) -> str:
    return ngettext(
        "%(num)s mission needs another address: mail to every contact bounced or was refused.",
        "%(num)s missions need another address: mail to every contact bounced or was refused.",
        item.count,
    )


def _held_back(item: Need) -> str:
    return ngettext(
        "%(num)s contact held back (%(campaign)s): %(reason)s",
        "%(num)s contacts held back (%(campaign)s): %(reason)s",
        item.count,
        campaign=item.campaign,
        reason=retold(item.reason),
    )


def _sending_domain(item: Need) -> str:
    if item.reason == "complaints":
        return _(
            "Mail from %(domain)s is complained of more often than receivers accept.",
            domain=item.domain,
        )
    return _(
        "Mail from %(domain)s comes back or is refused more often than receivers accept.",
        domain=item.domain,
    )


_NEEDS: dict[str, Callable[[Need], str]] = {
    "waiting": _waiting,
    "due": _due,
    "answer_lost": _answer_lost,
    "holding_pen": _holding_pen,
    "unreadable": _unreadable,
    "in_doubt": _in_doubt,
    "unreachable": _unreachable,
    "held_back": _held_back,
    "sending_domain": _sending_domain,
}
