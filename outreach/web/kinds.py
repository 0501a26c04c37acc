"""The words of stored kinds, as a reader knows them; said once, so that they are translated."""

from enum import StrEnum

from outreach.delivery.tables import State
from outreach.texts import mark

# As the reports say it. What is not here is its own word.
_STATES = {
    State.unknown: mark("in doubt"),
    State.skipped: mark("held back"),
    State.cancelled: mark("withdrawn"),
    State.failed: mark("refused"),
}
_ROLES = {"charge_daffaires": mark("chargé d'affaires")}
_OWN_WORDS = (
    # of a copy
    mark("queued"),
    mark("sending"),
    mark("sent"),
    mark("delivered"),
    mark("bounced"),
    mark("letter"),
    mark("reminder"),
    mark("answer"),
    mark("report"),
    mark("notice"),
    mark("entry"),
    # of an address that nothing is sent to, and of an event
    mark("unsubscribed"),
    mark("complained"),
    mark("by hand"),
    mark("may go"),
    mark("stopped"),
    mark("deferred"),
    mark("rejected"),
    mark("failed"),
    mark("autoresponded"),
    mark("opened"),
    mark("clicked"),
    mark("person"),
    mark("machine"),
    mark("unknown"),
    # of an upload
    mark("to check"),
    mark("checked"),
    mark("to store"),
    mark("stored"),
    mark("broken"),
    # of a mail and a thread
    mark("new"),
    mark("done"),
    mark("unreadable"),
    mark("deleted"),
    mark("reply"),
    mark("out of office"),
    mark("auto reply"),
    mark("bounce"),
    mark("complaint"),
    mark("opt out"),
    mark("challenge"),
    mark("waiting for us"),
    mark("waiting for them"),
    mark("closed"),
    mark("supportive"),
    mark("committed"),
    mark("declined"),
    mark("wants information"),
    mark("referred"),
    mark("none"),
    # of a mission and a report
    mark("not written"),
    mark("loaded"),
    mark("opted out"),
    mark("replied"),
    mark("too few to judge"),
    mark("fine"),
    mark("watch"),
    mark("stop and look"),
    # of a contact
    mark("ambassador"),
    mark("vacant"),
    mark("mailbox"),
    # of a contact in a campaign
    mark("answered"),
    mark("no answer"),
    mark("image loaded"),
    # of a campaign, a person and a link
    mark("planned"),
    mark("running"),
    mark("paused"),
    mark("cancelled"),
    mark("plan"),
    mark("approve"),
    mark("cancel"),
    mark("viewer"),
    mark("organizer"),
    mark("approver"),
    mark("admin"),
    mark("first"),
    mark("invitation"),
    mark("reset"),
)


def word(kind: StrEnum | str) -> str:
    """In English: "out_of_office" is "out of office"."""
    known = _STATES.get(kind) if isinstance(kind, State) else _ROLES.get(kind)
    return known or str(kind).replace("_", " ")
