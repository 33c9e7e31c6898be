"""What pages show is what the bundles hold, also where the project has moved since its chapters were executed."""

from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pytest

from analysis.clearance import command
from analysis.publish import book, count, label
from analysis.publish.bundles import Bundle


def test_a_page_with_an_exhibit_of_an_earlier_result_is_named(exhibit, monkeypatch):
    now = exhibit("tbl-toy-a", {"site": ["A"], "n": [20]}, [label("site", "Site"), count("n", "n")])
    monkeypatch.setattr(command, "_names_of_chapters", lambda: ["toy"])
    monkeypatch.setattr(command.store, "open_bundle", lambda name: Bundle("toy", (), (now,), (), ()))
    assert command.problems_of_pages({"chapters/toy": {"tbl-toy-a": now}}) == []
    found = command.problems_of_pages({"chapters/toy": {"tbl-toy-a": replace(now, title="Another")}})
    assert len(found) == 1 and found[0].startswith("chapters/toy: shows tbl-toy-a as it was before")


@pytest.mark.slow
def test_executions_are_forgotten_where_the_project_was_before(tmp_path):
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    cache = get_cache(tmp_path / "cache")
    for k, uri in enumerate(("/once/was/here/chapters/one.md", "/once/was/here/chapters/two.md")):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"print({k})", execution_count=1)])
        cache.cache_notebook_bundle(CacheBundleIn(notebook, uri, data={}), check_validity=False)
    app = SimpleNamespace(env=SimpleNamespace(mystnb_config=SimpleNamespace(execution_cache_path=tmp_path / "cache")))
    book._forget_executions(app, {"/chapters/one.md": "other data"})
    assert [record.uri for record in cache.list_cache_records()] == ["/once/was/here/chapters/two.md"]
