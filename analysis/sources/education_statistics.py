"""The open interface of Explore education statistics (Department for Education), version 1: no key is needed.

`GET /publications?page=&pageSize=&search=`, `GET /publications/{id}/data-sets?page=&pageSize=` and
`GET /data-sets/{id}/csv`; lists come in pages as `{"paging": {"page", "totalPages", ...}, "results": [...]}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from analysis.errors import DataError
from analysis.sources.fetching import Fetcher

BASE_URL = "https://api.education.gov.uk/statistics/v1"
PAGE_SIZE = 20
RETIRED = ("deprecated", "withdrawn")


@dataclass(frozen=True)
class PublishedDataSet:
    """A data set as the interface describes it, with the address of its file."""

    title: str
    id: str
    version: str
    published: str
    period: Mapping[str, str]
    publication: str
    publication_updated: str
    url: str


def find_data_set(fetcher: Fetcher, base_url: str, publication: str, titles: tuple[str, ...]) -> PublishedDataSet:
    """The one current data set of a publication with one of the titles.

    The publication's title must be equal but for case and punctuation. A data set's may also go on after the words
    given, because the publisher adds years and changes wordings behind a code such as B1; an equal title goes first.
    Raises `DataError` naming what there is when no data set or more than one fits.
    """
    base = base_url.rstrip("/")
    found = _publication(fetcher, base, publication)
    offered = [item for item in _pages(fetcher, f"{base}/publications/{found['id']}/data-sets", {})
               if str(item.get("status", "")).casefold() not in RETIRED]
    item = _choose(offered, titles, publication)
    latest = item.get("latestVersion") or {}
    return PublishedDataSet(item["title"], item["id"], str(latest.get("version", "")), str(latest.get("published", "")),
                            dict(latest.get("timePeriods") or {}), found["title"], str(found.get("lastPublished", "")),
                            f"{base}/data-sets/{item['id']}/csv")


def _publication(fetcher, base, title) -> Mapping[str, Any]:
    listed = list(_pages(fetcher, f"{base}/publications", {"search": title}))
    fitting = [item for item in listed if _words(item["title"]) == _words(title)]
    if len(fitting) != 1:
        raise DataError("the publication was not found under its title", value=title,
                        expected=f"one of those the search gave: {_titles(listed)}")
    return fitting[0]


def _choose(offered, titles, publication) -> Mapping[str, Any]:
    wanted = [_words(title) for title in titles]
    equal = [item for item in offered if _words(item["title"]) in wanted]
    longer = [item for item in offered if any(_words(item["title"])[: len(words)] == words for words in wanted)]
    fitting = equal or longer
    if len(fitting) != 1:
        problem = "the data set was not found under its title (renamed, or not in the interface)" if not fitting else \
            f"the title fits several data sets: {_titles(fitting)}"
        raise DataError(f"publication {publication}: {problem}", value=" / ".join(titles),
                        expected=f"one of {_titles(offered)}")
    return fitting[0]


def _pages(fetcher, address, query) -> Iterator[Mapping[str, Any]]:
    page, last = 1, 1
    while page <= last:
        url = f"{address}?{urlencode({'page': page, 'pageSize': PAGE_SIZE, **query})}"
        answer = fetcher.json(url)
        try:
            last, results = int(answer["paging"]["totalPages"]), answer["results"]
            complete = all({"id", "title"} <= item.keys() for item in results)
        except (KeyError, TypeError, ValueError, AttributeError):
            complete = False
        if not complete:
            raise DataError("the publisher's interface answered in another shape than documented", file=url,
                            expected="paging.totalPages, and results with id and title")
        yield from results
        page += 1


def _words(title: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", title.casefold())


def _titles(items) -> str:
    return "; ".join(item["title"] for item in items) or "none"
