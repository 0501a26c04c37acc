from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outreach.errors import InvalidInput
from outreach.letters.compiling import Compiler
from outreach.letters.copies import fill
from outreach.letters.copies import values as values_of
from outreach.letters.markers import one_line
from tests.letters.factories import FOOTER, LINKS, a_copy, a_source, values
from tests.letters.reading import page_of

COMPILER = Compiler()
BODY = """\
{{ salutation }}

Dear **{{ contact.name }}** of {{ mission.organization }},

1. {{ contact.title }}
2. _{{ contact.title }}_ `{{ contact.name }}`

{{ contact.name }} [{{ contact.name }}](https://example.org/) {{ contact.name }}{{ contact.name }}
"""


def test_contacts_of_one_branch_share_a_skeleton_and_others_have_their_own():
    compiler = Compiler()
    source = a_source("{{ contact.name }}{% if contact.title %}, {{ contact.title }}{% endif %}")
    one = compiler.compile(source, FOOTER, values(name="A"))
    two = compiler.compile(source, FOOTER, values(name="B"))
    untitled = compiler.compile(source, FOOTER, values(name="C", title=""))
    assert one.skeleton is two.skeleton
    assert one.slots != two.slots
    assert untitled.skeleton.id != one.skeleton.id


def test_a_skeleton_is_named_by_what_it_says_and_nothing_else():
    source = a_source("{{ contact.name }}")
    one = Compiler().compile(source, FOOTER, values(name="A")).skeleton
    same = Compiler().compile(replace(source, reviewed_by="Ana"), FOOTER, values()).skeleton
    french = Compiler().compile(replace(source, language="fr"), FOOTER, values()).skeleton
    other = Compiler().compile(replace(source, subject="Seals"), FOOTER, values()).skeleton
    assert one.id == same.id
    assert len({one.id, french.id, other.id}) == 3


def test_a_changed_source_or_footer_is_compiled_anew():
    compiler = Compiler()
    source = a_source("one")
    texts = [
        compiler.compile(source, FOOTER, values()).skeleton.text,
        compiler.compile(replace(source, body="two"), FOOTER, values()).skeleton.text,
        compiler.compile(source, replace(FOOTER, body="three"), values()).skeleton.text,
    ]
    assert len(set(texts)) == 3


def test_the_head_may_hold_expressions_too():
    source = a_source(
        "x",
        subject="{{ campaign.name }}: {{ state.name }}",
        addressee="{{ contact.name }}\n{% if own.floor %}\n{{ own.floor }}\n{% endif %}\nGeneva",
        date="1 {{ own.month }} 2026",
        reference="{{ state.code }}/7",
        signatories=("{{ sender.name }}", "Li Wei"),
    )
    copy = a_copy(source, values({"month": "May"}))
    assert copy.subject == "Save the whales: France"
    assert copy.text.startswith(
        "the name\nGeneva\n\n1 May 2026\n\nFR/7\n\nx\n\nThe organizers\n\nLi"
    )


def test_a_subject_is_one_line_whatever_its_values_hold():
    source = a_source("x", subject="For {{ contact.name }}")
    copy = a_copy(source, values(name="A\r\nBcc: everybody@example.org"))
    assert copy.subject == "For A Bcc: everybody@example.org"


nasty = st.one_of(
    st.text(min_size=1),
    st.text(st.sampled_from("*_`[](){}<>#-+.!&|~\\\n\r\t 1az\u202e\u2028"), min_size=1),
    st.sampled_from(["zq7slot0qz", "zq7slot1qz", "zq7unsubscribeqz", "zq7openqz"]),
).filter(one_line)


@settings(deadline=None)
@given(nasty, nasty)
@example("<script>alert(1)</script>", "<b>Dr</b>")
@example("[x](javascript:alert)", "- 1. *a* **b** _c_ `d`")
@example("zq7slot1qz zq7slot2qz", "zq7unsubscribeqz")
@example("{{ contact.__class__ }}", "{% for x in y %}")
def test_a_value_stands_in_the_copy_as_it_is_and_changes_nothing_around_it(name, title):
    source = a_source(BODY, subject="{{ contact.name }}")
    plain = a_copy(source, values(name="NAME", title="TITLE"), compiler=COMPILER)
    copy = a_copy(source, values(name=name, title=title), compiler=COMPILER)
    name, title = one_line(name), one_line(title)

    def with_values(text: str) -> str:
        return text.replace("NAME", "\0").replace("TITLE", title).replace("\0", name)

    assert copy.subject == one_line(name)
    assert copy.text == with_values(plain.text)
    assert page_of(copy.html).tags == page_of(plain.html).tags
    assert page_of(copy.html).text == with_values(page_of(plain.html).text)


def test_no_marker_is_left_in_a_copy():
    copy = a_copy(a_source(BODY + "\n{{ unsubscribe_url }}"))
    assert "zq7" not in copy.subject + copy.text + copy.html


def test_too_few_values_are_an_error_and_never_a_hole():
    skeleton = Compiler().compile(a_source("{{ contact.name }}"), FOOTER, values()).skeleton
    with pytest.raises(InvalidInput, match="more places than its copy has values"):
        fill(skeleton, values_of([], LINKS))
