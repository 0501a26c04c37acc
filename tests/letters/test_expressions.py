"""What a letter's expressions may do, and that they can do no more."""

import pytest

from outreach.errors import InvalidInput
from outreach.letters.compiling import Compiler, MissingValue, check
from tests.letters.factories import FOOTER, KNOWN, a_copy, a_source, text_of, values


def problems(body: str) -> list[str]:
    return check(a_source(body), KNOWN)


def test_a_value_is_printed():
    assert text_of("Dear {{ contact.name }} of {{ state.name }}") == "Dear the name of France"


def test_what_an_expression_prints_is_a_slot_even_if_it_never_changes():
    compiled = Compiler().compile(a_source("A {{ 'x' }} {{ '*y*' }}"), FOOTER, values())
    assert compiled.slots == ["x", "*y*", "The organizers"]


def test_conditions_take_one_branch():
    body = "{% if contact.role == 'vacant' %}A{% elif contact.title %}B{% else %}C{% endif %}"
    assert text_of(body, role="vacant") == "A"
    assert text_of(body) == "B"
    assert text_of(body, title="") == "C"
    assert text_of("{% if not contact.title or 'x' in contact.name %}A{% endif %}B") == "B"
    assert text_of("{{ contact.title if contact.title else 'none' }}", title=None) == "none"


def test_a_loop_goes_over_a_list():
    assert text_of("{% for tag in contact.tags %}{{ tag }};{% endfor %}") == "one;two;"
    assert text_of("{% for tag in contact.tags %}{{ tag }}{% endfor %}.", tags=None) == "."


def test_a_loop_over_the_letters_of_a_text_is_refused():
    with pytest.raises(InvalidInput, match=r"contact\.name is one value: for goes over a list"):
        text_of("{% for letter in contact.name %}{{ letter }}{% endfor %}")


def test_filters_change_the_case_and_give_a_default():
    body = "{{ contact.name|upper }} {{ contact.title|default('Madam') }} {{ own.x|capitalize }}"
    copy = a_copy(a_source(body), values({"x": "anA"}, title=""))
    assert copy.text.startswith("THE NAME Madam AnA\n")


def test_a_name_may_be_set_for_later():
    assert text_of("{% set who = contact.title or contact.name %}{{ who }}", title="") == "the name"


def test_a_tag_alone_on_its_line_leaves_no_empty_line():
    body = (
        "We\n{% if contact.title %}\nkindly\n{% endif %}\nask.\n\n- a\n{% if 1 %}\n- b\n{% endif %}"
    )
    assert text_of(body) == "We kindly ask.\n\n- a\n- b"


def test_a_tag_at_the_end_of_a_line_keeps_the_line_end():
    assert text_of("Dear {% if 1 %}you{% endif %}\n\nWe write") == "Dear you\n\nWe write"


@pytest.mark.parametrize("empty", ["", None, "  ", "\n", False])
def test_an_empty_value_is_missing_when_printed_and_false_in_a_condition(empty):
    assert text_of("{% if contact.title %}A{% else %}B{% endif %}", title=empty or "") == "B"
    with pytest.raises(MissingValue, match=r"contact\.title has no value") as caught:
        text_of("Dear {{ contact.title }}", title=empty)
    assert caught.value.name == "contact.title"


def test_a_missing_value_names_all_that_was_tried():
    with pytest.raises(MissingValue, match=r"contact\.title or contact\.name has no value"):
        text_of("{{ contact.title or contact.name|upper }}", title="", name="")


@pytest.mark.parametrize("column", ["items", "copy", "keys", "anything"])
def test_an_own_column_is_known_and_never_a_method(column):
    assert text_of(f"{{% if own.{column} %}}A{{% else %}}B{{% endif %}}") == "B"
    with pytest.raises(MissingValue, match=rf"own\.{column} has no value"):
        text_of(f"{{{{ own.{column} }}}}")


def test_an_expression_left_literal_stays_so():
    assert text_of("{{ '{{' }} {% raw %}{{ raw }}{% endraw %} {# gone #}.") == "{{ {{ raw }} ."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("a\n{{ contact.nmae }}", "line 2: contact.nmae is not known; did you mean contact.name?"),
        ("a\n\n{% if contact.nmae %}x{% endif %}", "line 3: contact.nmae is not known"),
        ("{% set x = nobody %}", "line 1: nobody is not known"),
        ("{{ contact }}", "contact is no value; print a part of it: contact.name"),
        ("{{ own }}", "own is no value; print a column of your list"),
        ("{{ salutation.x }}", "salutation.x is not known; did you mean salutation?"),
        ("{{ contact.__class__ }}", "__class__ begins with an underscore"),
        ("{{ _self }}", "_self begins with an underscore"),
        ("{{ ''.join }}", ".join has nothing to stand on"),
        ("{{ contact.name.title }}", ".title has nothing to stand on"),
        ("{{ contact['name'] }}", "a subscript [...] may not be used"),
        ("{{ contact.name.upper() }}", "a call may not be used"),
        ("{{ range(9) }}", "a call may not be used"),
        ("{{ self }}", "self is not known"),
        ("{% for a in contact.tags %}{{ loop.index }}{% endfor %}", "loop.index is not known"),
        ("{% macro m() %}{% endmacro %}", "a macro may not be used"),
        ("{% include 'x' %}", "an include may not be used"),
        ("{% import 'x' as x %}", "an import may not be used"),
        ("{% extends 'x' %}", "an extends may not be used"),
        ("{% block x %}{% endblock %}", "a block may not be used"),
        ("{% set x %}y{% endset %}", "a block set may not be used"),
        ("{% filter upper %}y{% endfilter %}", "may not be used"),
        ("{% if contact.name is defined %}{% endif %}", "a test with is may not be used"),
        ("{{ contact.name ~ 'x' }}", "~ (write two expressions side by side) may not be used"),
        ("{{ 'x' * 99999999999 }}", "mul may not be used"),
        ("{{ '%99999999s' % contact.name }}", "mod may not be used"),
        ("{{ 9 ** 9 }}", "pow may not be used"),
        ("{{ [1, 2] }}", "list may not be used"),
        ("{% if contact.name > 3 %}{% endif %}", "only ==, !=, in and not in"),
        ("{{ contact.name|center(99999999) }}", "the filter center is not known"),
        ("{{ contact.name|default('x', true) }}", "the filter default takes 1 value"),
        ("{{ contact.name|attr('x') }}", "the filter attr is not known"),
        (
            "{% for a in contact.tags %}{% for b in contact.tags %}{% endfor %}{% endfor %}",
            "a for inside a for",
        ),
        ("{% for a in contact.tags recursive %}{% endfor %}", "no recursive"),
        ("{% set contact = 1 %}", "contact is taken"),
        ("{% if unsubscribe_url %}{% endif %}", "unsubscribe_url can only be printed"),
        ("x\n{% if contact.name %}", "line 2: Unexpected end of template"),
        ("{{ " + "not " * 50 + "contact.name }}", "this is nested too deeply"),
        ("{{ " + "not " * 50_000 + "contact.name }}", "an expression is too long"),
        ("{{ " + "9" * 5_000 + " }}", "an expression is too long"),
        ("{% if 1 %}" * 50 + "{% endif %}" * 50, "this is nested too deeply"),
    ],
)
def test_what_a_letter_may_not_do_is_named_with_its_line(body, said):
    found = problems(body)
    assert said in "\n".join(found)
    with pytest.raises(InvalidInput):
        text_of(body)


def test_problems_of_the_head_name_their_field():
    source = a_source("x", subject="{{ nobody }}", signatories=("A", "{{ self }}"))
    assert check(source, KNOWN) == [
        "subject: nobody is not known",
        "signatories, 2: self is not known",
    ]


def test_a_letter_that_cannot_be_used_lists_all_its_problems():
    with pytest.raises(InvalidInput) as caught:
        text_of("{{ nobody }}\n{{ nothing }}")
    assert caught.value.problems == [
        "line 1: nobody is not known",
        "line 2: nothing is not known",
    ]


def test_a_footer_that_cannot_be_used_is_named():
    footer = a_source("{{ nobody }}")
    with pytest.raises(InvalidInput, match=r"whales/letter\.en\.md cannot be used"):
        a_copy(a_source("x"), footer=footer)


def test_a_comparison_that_makes_no_sense_is_an_error_of_ours():
    with pytest.raises(InvalidInput, match="cannot be worked out"):
        text_of("{% if 1 in contact.name %}x{% endif %}")


def test_a_name_set_in_one_branch_only_is_an_error_in_the_other():
    body = "{% if contact.title %}{% set x = 'a' %}{% endif %}{{ x }}"
    with pytest.raises(InvalidInput, match="'x' is undefined"):
        text_of(body, title="")
