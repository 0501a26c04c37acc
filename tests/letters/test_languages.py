from outreach.letters.languages import UN_LANGUAGES, choose, direction


def test_only_arabic_of_the_un_languages_runs_from_right_to_left():
    assert [language for language in UN_LANGUAGES if direction(language) == "rtl"] == ["ar"]
    assert direction("ar-EG") == "rtl"


def test_the_first_language_a_reader_reads_wins():
    assert choose(["ar", "fr", "en"], ("en", "fr")) == "fr"


def test_a_reader_of_a_regional_language_gets_the_plain_one_and_the_other_way_round():
    assert choose(["fr-CH"], ("en", "fr")) == "fr"
    assert choose(["zh"], ("en", "zh-Hant")) == "zh-Hant"
    assert choose(["pt-BR"], ("pt", "pt-BR")) == "pt-BR"


def test_a_reader_of_nothing_there_is_gets_nothing():
    assert choose(["de"], ("en", "fr")) is None
    assert choose([], ("en",)) is None
