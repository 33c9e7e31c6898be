"""Sentences that quote findings, as a reader sees them."""

from analysis.review.places import as_read, places_of, sentences

SOURCE = """---
kernelspec: {name: python3}
---
# A {glue:text}`a.title` heading

```{code-cell} ipython3
results("x")  # {glue:text}`a.code` is not prose
```

First, **{glue:text}`a.one`**. Second is {glue:text}`a.two.full` {cite}`someone2020`!
It goes on here.

- An item with {glue:text}`a.one`
- and another.
"""


def test_prose_is_cut_at_sentences_items_and_headings_and_code_is_left_out():
    assert sentences(SOURCE) == [
        "A {glue:text}`a.title` heading", "First, **{glue:text}`a.one`**.",
        "Second is {glue:text}`a.two.full` {cite}`someone2020`!", "It goes on here.",
        "An item with {glue:text}`a.one`", "and another."]


def test_numbers_are_put_in_and_markup_is_left_out():
    assert as_read("First, **{glue:text}`a.one`** in {doc}`the chapter </chapters/x>`.", {"a.one": "3%"}) == \
        "First, 3% in the chapter ."[:-2] + "."
    assert as_read("After Holm {cite}`holm1979` the p value of {cite:t}`roth2023`.", {}) == \
        "After Holm the p value of roth2023."


def test_places_are_by_finding_in_reading_order(tmp_path, monkeypatch):
    from analysis import paths

    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "one.md").write_text(SOURCE)
    found = places_of(["one"], {"a.one": "3%", "a.two.full": "2 (1 to 3)"}, {"a.one", "a.two", "a.title"})
    assert [place.sentence for place in found["a.one"]] == ["First, 3%.", "An item with 3%"]
    assert found["a.two"][0].anchor == "use-a.two" and found["a.two"][0].docname == "one"
    assert "a.code" not in found
