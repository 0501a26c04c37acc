"""Every figure: its name and label, what it means in one sentence, and of what it is a part.

``docs/glossary.md`` is made from the sentences; the rule beside each is what they say.
"""

from dataclasses import dataclass

from outreach.delivery.tables import State
from outreach.inbox.kinds import MailKind
from outreach.reports import counting
from outreach.reports.counting import Rule
from outreach.texts import mark
from outreach.tracking.tables import Agent, EventKind


@dataclass(frozen=True)
class Definition:
    """``of`` names the figure that is the denominator; a figure without one is itself a base.

    ``as_base`` is the short label where it is the denominator, with its count. ``reported`` marks
    what only some providers tell: that there is none then says nothing.
    """

    name: str
    label: str
    meaning: str
    rule: Rule
    of: str | None = None
    as_base: str = ""
    reported: bool = False


COPIES = (
    Definition(
        "copies",
        mark("copies in all plans"),
        "Letters and reminders that plans hold, one a contact and step, those held back included; "
        "reports, notices and answers from the desk are never counted.",
        counting.everything_planned,
        as_base=mark("%(count)s in all plans"),
    ),
    Definition(
        "planned",
        mark("Planned"),
        "Copies whose plan foresees them to leave in this time, whatever became of them; "
        "those held back are not among them.",
        counting.planned,
        of="copies",
    ),
    Definition(
        "held_back",
        mark("Held back"),
        "Copies that a rule of the plan keeps from being sent; the reason stands with each.",
        counting.held_back,
        of="copies",
    ),
    Definition(
        "sent",
        mark("Sent"),
        "Copies that a mail server or provider took from us, also when they bounced later.",
        counting.sent,
        of="copies",
        as_base=mark("%(count)s sent"),
    ),
    Definition(
        "handed_over",
        mark("copies handed over"),
        "Copies that a mail server or provider took or refused for good, "
        "whatever came of them later; those in doubt are not among them.",
        counting.handed_to_a_carrier,
        as_base=mark("%(count)s handed over"),
    ),
    Definition(
        "reminders",
        mark("Reminders sent"),
        "Copies sent that are reminders.",
        counting.reminders,
        of="sent",
    ),
    Definition(
        "delivered",
        mark("Delivered"),
        "Copies that the receiving side took, as a provider's report, an automatic answer or a "
        "complaint shows; of the others it is not known.",
        counting.told_of(*counting.DELIVERED),
        of="sent",
        reported=True,
    ),
    Definition(
        "bounced",
        mark("Bounced"),
        "Copies that came back for good.",
        counting.in_state(State.bounced),
        of="sent",
    ),
    Definition(
        "failed",
        mark("Refused"),
        "Copies that were refused for good; the answer that was given stands with each.",
        counting.in_state(State.failed),
        of="copies",
    ),
    Definition(
        "unknown",
        mark("In doubt"),
        "Copies of which nobody knows whether they went; "
        "a provider's report or a person settles each, and nothing is sent again until then.",
        counting.in_state(State.unknown),
        of="copies",
    ),
    Definition(
        "late",
        mark("Too late, not sent"),
        "Copies that were released but passed over, "
        "because the latest time that the schedule allows was over.",
        counting.late,
        of="copies",
    ),
    Definition(
        "cancelled",
        mark("Withdrawn"),
        "Copies withdrawn before they went: after an answer, an opt-out or a bounce, "
        "or with their campaign.",
        counting.in_state(State.cancelled),
        of="copies",
    ),
)

OPENED = (
    Definition(
        "with_image",
        mark("copies with an image"),
        "Copies handed over that carry the image by which loading is noticed, copies in doubt "
        "included; not those of campaigns that keep totals only.",
        counting.with_image,
        as_base=mark("%(count)s with image"),
    ),
    Definition(
        "opened_by_people",
        mark("by people"),
        "Copies whose image was loaded at least once by what looks like a person's mail program; "
        "the same copy may have been loaded by a machine too.",
        counting.opened_by(Agent.person),
        of="with_image",
    ),
    Definition(
        "opened_by_machines",
        mark("by machines"),
        "Copies whose image was loaded at least once by a scanner or a provider's own fetching.",
        counting.opened_by(Agent.machine),
        of="with_image",
    ),
    Definition(
        "opened_by_unknown",
        mark("not known by whom"),
        "Copies whose image was loaded at least once by something that shows neither.",
        counting.opened_by(Agent.unknown),
        of="with_image",
    ),
)

ANSWERS = (
    Definition(
        "missions_written",
        mark("missions written to"),
        "Missions to which at least one copy was handed over, copies in doubt included.",
        counting.missions(counting.handed_over),
        as_base=mark("%(count)s written to"),
    ),
    Definition(
        "missions_answered",
        mark("Missions that answered"),
        "Missions written to from which a person answered, each counted once, "
        "in the week of the first answer.",
        counting.written_to(counting.missions(counting.replies)),
        of="missions_written",
    ),
    Definition(
        "contacts_written",
        mark("contacts written to"),
        "Contacts to which at least one copy was handed over, copies in doubt included; "
        "who changed to another mission counts once for each mission.",
        counting.contacts(counting.handed_over),
        as_base=mark("%(count)s written to"),
    ),
    Definition(
        "contacts_answered",
        mark("Contacts that answered"),
        "Contacts written to that answered themselves, in the week of the first answer; "
        "each counted once for each mission that they belonged to.",
        counting.written_to(counting.contacts(counting.replies)),
        of="contacts_written",
    ),
    Definition(
        "mails",
        mark("mails that came in"),
        "Mails that came in and were filed to a letter or a thread, bounces included; "
        "those in the holding pen are not among them.",
        counting.mails(),
        as_base=mark("%(count)s mails"),
    ),
    Definition(
        "replies",
        mark("Replies by people"),
        "Filed mails that a person wrote; one mission may have written several.",
        counting.replies,
        of="mails",
    ),
    Definition(
        "automatic",
        mark("Automatic answers"),
        "Filed mails that a machine wrote, such as receipts and sender checks; "
        "absence notices and bounces are counted apart.",
        counting.mails(MailKind.auto_reply, MailKind.challenge),
        of="mails",
    ),
    Definition(
        "out_of_office",
        mark("Out of office"),
        "Filed mails in which a machine says that somebody is away.",
        counting.mails(MailKind.out_of_office),
        of="mails",
    ),
    Definition(
        "opted_out",
        mark("Contacts that opted out"),
        "Contacts that asked for no more mail, each counted once for each mission.",
        counting.contacts(counting.told_of(EventKind.unsubscribed)),
        of="contacts_written",
    ),
    Definition(
        "complaints",
        mark("Complaints"),
        "Copies that their recipient reported as unwanted.",
        counting.told_of(EventKind.complained),
        of="sent",
    ),
)

FIGURES = {definition.name: definition for definition in (*COPIES, *OPENED, *ANSWERS)}

DEFINITIONS = {name: definition.meaning for name, definition in FIGURES.items()}
