"""Departures from the original's methods stand beside what they touch."""

from bs4 import BeautifulSoup

from analysis.publish import chapters
from analysis.review.deviations import Deviation, beside, read_deviations, touching
from analysis.review.plan import words_of

ONE = Deviation("V1", "large-sample errors", "CR2 errors", "few < many", (("did", "main"), ("did", "kinship")))
ALL_OF_IT = Deviation("V2", "a", "b", "c", ())


def test_a_result_finds_the_departures_whose_beginning_it_has():
    assert touching("tbl-did-main", (ONE, ALL_OF_IT)) == (ONE,)
    assert touching("did.kinship.effect", (ONE, ALL_OF_IT)) == (ONE,)
    assert touching("fig-did-mainly", (ONE, ALL_OF_IT)) == touching("tbl-survey-change", (ONE, ALL_OF_IT)) == ()


def test_they_are_listed_with_a_link_and_escaped():
    soup = BeautifulSoup(beside((ONE,), "../evaluation.html#x"), "html.parser")
    assert soup.find("summary").get_text() == "Departs from the original in 1 point"
    assert soup.find("a")["href"] == "../evaluation.html#x" and "few < many" in soup.get_text()
    assert beside((), "x") == ""


def test_what_the_register_says_a_departure_touches_is_there():
    """Each beginning fits an exhibit of a chapter or a finding that is quoted: none is left from an older name."""
    known = [words_of(id) for chapter in chapters.all_chapters().values()
             for id in (*chapter.exhibits, *chapter.quotes)]
    dead = [(one.id, begin) for one in read_deviations() for begin in one.touches
            if not any(words[: len(begin)] == begin for words in known)]
    assert dead == []
