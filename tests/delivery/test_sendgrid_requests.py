"""What goes to SendGrid together, and that every recipient gets the copy that was approved."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.carriers.sendgrid import requests
from outreach.delivery.carriers.sendgrid.requests import share_out
from outreach.delivery.composing import Mailbox, Outgoing
from outreach.delivery.headers import one_line
from outreach.letters.copies import Links, Values, values
from outreach.letters.markers import OPEN_IMAGE, UNSUBSCRIBE, slot
from outreach.letters.tables import Enclosure
from tests.delivery.making import MORNING, a_mail, a_skeleton
from tests.delivery.sendgrid_rules import Arrival, arrivals, problems

HOSTILE = [
    "",
    "-",
    "--",
    "-name-",
    "{{x}}",
    "<b>&amp;</b>",
    'O\'Neil "Jr."',
    "\\1\\n",
    "é大使🕊",
    "%",
]
SLOTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=12), min_size=3, max_size=3)
THE_LETTER = a_skeleton(
    subject=f"To {slot(0)}",
    text=f"{slot(0)}{slot(1)}-{slot(0)}-\n{slot(2)}\n{UNSUBSCRIBE}",
    html=f"<p title='{slot(1)}'>{slot(0)}{slot(1)}</p>{slot(2)}<a href='{UNSUBSCRIBE}'>"
    f"-</a>{OPEN_IMAGE}",
)
A_PDF = Enclosure.of("Open letter.pdf", "application/pdf", bytes(range(256)))


def bodies(group: Sequence[Outgoing], *, shared: bool = True) -> list[dict[str, Any]]:
    """As they would be sent, each checked against all that is documented."""
    sent = [orjson.loads(request.body()) for request in share_out(group, shared=shared)]
    assert [list(problems(mail, MORNING.timestamp())) for mail in sent] == [[]] * len(sent)
    return sent


def approved(mail: Outgoing) -> Arrival:
    return Arrival(
        address=mail.recipient.address,
        name=mail.recipient.name,
        sender=(mail.sender.address, mail.sender.name),
        reply_to=mail.reply_to,
        subject=one_line(mail.copy.subject),
        text=mail.copy.text,
        html=mail.copy.html,
        headers={"Message-ID": mail.message_id, **mail.headers},
        enclosures=[(each.name, each.media_type, each.content) for each in mail.enclosures],
        key=mail.key,
    )


def with_slots(number: int, slots: Sequence[str], **changes: Any) -> Outgoing:
    links = Links(f"https://x.example/u/{number}?a=1&b=2", f"https://x.example/o/{number}.gif")
    return a_mail(number, skeleton=THE_LETTER, values=values(slots, links), **changes)


def numbers(mail: dict[str, Any]) -> list[int]:
    """Which of the test's mails went in this request."""
    addresses = (one["to"][0]["email"] for one in mail["personalizations"])
    return [int("".join(filter(str.isdigit, address))) for address in addresses]


@given(st.lists(SLOTS, min_size=2, max_size=5))
def test_whatever_the_values_are_each_recipient_gets_the_approved_copy(
    all_slots: list[list[str]],
) -> None:
    group = [with_slots(number, slots) for number, slots in enumerate(all_slots)]
    [mail] = bodies(group)
    assert list(arrivals(mail)) == [approved(each) for each in group]
    assert list(arrivals(mail, backwards=True)) == [approved(each) for each in group]


def test_values_that_look_like_tags_are_values() -> None:
    [before] = bodies([with_slots(number, ["a", "b", "c"]) for number in (1, 2)])
    seen = [*before["personalizations"][0]["substitutions"], "-p2-", "-m2-", "-r-"]
    group = [with_slots(number, [seen[number], "".join(seen), seen[-1]]) for number in range(5)]
    [mail] = bodies(group)
    assert list(arrivals(mail)) == [approved(each) for each in group]
    assert list(arrivals(mail, backwards=True)) == [approved(each) for each in group]


def test_a_copy_without_an_open_image_gets_none_though_others_do() -> None:
    watched = with_slots(1, ["a", "b", "c"])
    plain = values(["a", "b", "c"], Links("https://x.example/u/2"))
    unwatched = a_mail(2, skeleton=THE_LETTER, values=plain)
    [mail] = bodies([watched, unwatched])
    assert [("<img" in arrival.html) for arrival in arrivals(mail)] == [True, False]


def test_enclosures_headers_and_reply_addresses_arrive_with_each_copy() -> None:
    threading = {"In-Reply-To": "<a@b.example>", "References": "<c@d.example> <a@b.example>"}
    group = [a_mail(number, enclosures=[A_PDF], headers=threading) for number in range(3)]
    [mail] = bodies(group)
    assert list(arrivals(mail)) == [approved(each) for each in group]
    assert len(mail["attachments"]) == 1


def test_a_copy_that_encloses_what_is_its_own_goes_alone_and_its_letter_is_not_prepared_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = [Enclosure.of("Letter.pdf", "application/pdf", b"%d" % number) for number in range(3)]
    group = [a_mail(number, enclosures=[own[number], A_PDF]) for number in range(3)]
    monkeypatch.setattr(requests, "TaggedLetter", None)
    sent = bodies(group)
    assert [list(arrivals(mail)) for mail in sent] == [[approved(mail)] for mail in group]


def test_a_picture_that_the_html_shows_is_no_attachment() -> None:
    picture = Enclosure.of("states.png", "image/png", b"\x89PNG")
    showing = a_skeleton(html=f'<p><img src="cid:{picture.content_id}" alt="States"></p>')
    [mail] = bodies([a_mail(1, skeleton=showing, enclosures=[picture, A_PDF])])
    inline, attached = mail["attachments"]
    assert (inline["disposition"], inline["content_id"]) == ("inline", picture.content_id)
    assert attached["disposition"] == "attachment"
    assert "content_id" not in attached


def test_a_letter_is_said_once_for_all_who_get_it() -> None:
    [mail] = bodies([a_mail(number) for number in range(1000)])
    assert numbers(mail) == list(range(1000))
    assert orjson.dumps(mail).count(b"Dear ") == 2  # the text and the HTML


def test_a_thousand_copies_of_several_letters_are_one_request_a_letter() -> None:
    letters = [a_skeleton(text=f"Letter {n} to {slot(0)}") for n in range(3)]
    group = [a_mail(number, skeleton=letters[number % 3]) for number in range(1000)]
    sent = bodies(group)
    assert [numbers(mail) for mail in sent] == [list(range(n, 1000, 3)) for n in range(3)]


@pytest.mark.parametrize(
    "change",
    [
        {"skeleton": a_skeleton(html=f"<p>{slot(0)}</p>")},
        {"sender": Mailbox("Others", "letters@example.org")},
        {"enclosures": [A_PDF]},
        {"reply_to": "inbox+abc@elsewhere.example"},
        {"reply_to": "answers+abc@in.example.org"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_differs_in_more_than_values_goes_apart(change: dict[str, Any]) -> None:
    group = [a_mail(1), a_mail(2, **change), a_mail(3)]
    sent = bodies(group)
    assert [numbers(mail) for mail in sent] == [[1, 3], [2]]
    assert [arrival for mail in sent for arrival in arrivals(mail)] == [
        approved(group[0]),
        approved(group[2]),
        approved(group[1]),
    ]


def test_an_address_comes_once_in_a_request_and_its_copies_in_order() -> None:
    twice = Mailbox("", "Person0@mission.example")
    group = [*(a_mail(number) for number in range(3)), a_mail(7, recipient=twice)]
    first, second = bodies(group)
    assert numbers(first) == [0, 1, 2]
    assert [arrival.key for arrival in arrivals(second)] == [a_mail(7).key]


def test_values_over_ten_thousand_bytes_go_alone_and_written_out() -> None:
    long = with_slots(2, ["大" * 3000, "", ""])
    shared, alone = bodies([with_slots(1, ["a", "b", "c"]), long, with_slots(3, ["a", "b", "c"])])
    assert (numbers(shared), numbers(alone)) == ([1, 3], [2])
    assert "substitutions" not in alone["personalizations"][0]
    assert next(arrivals(alone)) == approved(long)


def test_values_of_up_to_ten_thousand_bytes_are_shared() -> None:
    skeleton = a_skeleton(text=slot(0), html="<p>the same for all</p>")

    def pair(size: int) -> list[Outgoing]:
        filled = Values(["", "", "x" * size], ["", "", ""])
        return [a_mail(number, skeleton=skeleton, values=filled) for number in (1, 2)]

    [short] = bodies(pair(0))
    room = 10_000 - len(orjson.dumps(short["personalizations"][0]["substitutions"]))
    assert [len(bodies(pair(size))) for size in (room, room + 1)] == [1, 2]


def many_places(number: int, places: int) -> Outgoing:
    text = " ".join(slot(place) for place in range(places))
    skeleton = a_skeleton(text=text, html="<p>the same for all</p>")
    return a_mail(number, skeleton=skeleton, values=Values(["x"] * (places + 2), [""] * 100))


def test_a_request_holds_no_more_substitutions_than_it_may() -> None:
    sent = bodies([many_places(number, 49) for number in range(450)])
    assert [len(mail["personalizations"]) for mail in sent] == [200, 200, 50]


def test_a_letter_with_more_tags_than_allowed_is_written_out_for_each() -> None:
    assert len(bodies([many_places(number, 99) for number in range(4)])) == 1
    assert len(bodies([many_places(number, 100) for number in range(4)])) == 4


def test_a_request_stays_below_the_size_it_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "_MOST_BYTES", 100_000)
    enclosed = Enclosure.of("a.pdf", "application/pdf", bytes(60_000))  # 80,000 in base64
    made = share_out([a_mail(n, enclosures=[enclosed]) for n in range(100)], shared=True)
    sizes = [len(request.body()) for request in made]
    assert sum(len(request.copies) for request in made) == 100
    assert max(sizes) < 100_000
    assert len(sizes) < 10


def test_the_real_limit_is_below_the_documented_one() -> None:
    assert requests._MOST_BYTES < 30_000_000


def test_one_copy_needs_no_substitutions() -> None:
    [mail] = bodies([a_mail(1)])
    assert "substitutions" not in mail["personalizations"][0]
    assert next(arrivals(mail)) == approved(a_mail(1))


def test_unshared_each_copy_goes_in_a_request_of_its_own() -> None:
    group = [a_mail(number) for number in range(3)]
    sent = bodies(group, shared=False)
    assert [numbers(mail) for mail in sent] == [[0], [1], [2]]
    assert b"substitutions" not in orjson.dumps(sent)
    assert [next(arrivals(mail)) for mail in sent] == [approved(each) for each in group]


def test_a_reply_would_reach_the_inbox_even_if_its_tag_were_not_replaced() -> None:
    [mail] = bodies([a_mail(1), a_mail(2)])
    assert mail["reply_to"]["email"].startswith("inbox+-")
    assert mail["reply_to"]["email"].endswith("-@in.example.org")


def test_what_is_left_of_a_request_still_gets_the_approved_copies() -> None:
    group = [a_mail(number) for number in range(5)]
    [request] = share_out(group, shared=True)
    left = [request.without({1, 3}), *request.halves(), request.only([3])]
    for part, kept in zip(left, ([0, 2, 4], [0, 1], [2, 3, 4], [3]), strict=True):
        mail = orjson.loads(part.body())
        assert list(arrivals(mail)) == [approved(group[place]) for place in kept]


@pytest.mark.parametrize("name", ["Dupont, Jean; visa", "Dupont,\r\nJean", ""])
def test_a_name_that_it_would_refuse_is_made_fit(name: str) -> None:
    [mail] = bodies([a_mail(1, recipient=Mailbox(name, "person1@mission.example"))])
    assert numbers(mail) == [1]
