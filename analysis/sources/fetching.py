"""HTTP for downloads: what passes is tried again, what does not is said at once, what is cut off is noticed."""

from __future__ import annotations

import gzip
import http.client
import io
import json
import shutil
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from analysis.errors import DataError

PASSING = (429, 500, 502, 503, 504)     # too many requests, and the server's own troubles
LONGEST_WAIT = 60.0
CHUNK = 1 << 16
GZIP_START = b"\x1f\x8b"


class _Passing(Exception):
    """A trouble that may be gone in a moment; `wait` is what the server asked for, in seconds."""

    def __init__(self, what: str, wait: float | None = None):
        super().__init__(what)
        self.wait = wait


@dataclass(frozen=True)
class Fetcher:
    """Fetches addresses: `attempts` times, waiting `first_wait` seconds after the first and twice as long each time.

    A server's Retry-After goes before that, up to a minute. `timeout` in seconds; `say` takes lines of progress.
    """

    say: Callable[[str], None] = print
    sleep: Callable[[float], None] = time.sleep
    attempts: int = 5
    first_wait: float = 1.0
    timeout: float = 60.0

    def json(self, url: str) -> Any:
        """The JSON at an address; `DataError` for none there or something else, `ConnectionError` when out of reach."""
        content = self._patiently(url, self._content)
        try:
            return json.loads(content)
        except ValueError:
            raise DataError("the publisher's interface did not answer in JSON", file=url,
                            value=content[:60].decode("utf-8", "replace")) from None

    def save(self, url: str, path: Path) -> int:
        """Write what is at an address to a file, unpacked if it came packed; its size in bytes. Errors as `json`."""
        return self._patiently(url, lambda address: self._save(address, path))

    def _patiently(self, url, action):
        for attempt in range(1, self.attempts + 1):
            try:
                return action(url)
            except _Passing as trouble:
                if attempt == self.attempts:
                    raise ConnectionError(f"{url}: {trouble}, {attempt} times; try again later") from None
                wait = min(trouble.wait if trouble.wait is not None else self.first_wait * 2 ** (attempt - 1),
                           LONGEST_WAIT)
                self.say(f"  {trouble}; trying again in {wait:g} s ({attempt + 1} of {self.attempts})")
                self.sleep(wait)
        raise ValueError("attempts must be one or more")

    def _content(self, url) -> bytes:
        with self._open(url) as answer:
            content = _whole(answer)
        return _unpacked(content)

    def _save(self, url, path) -> int:
        packed = path.with_name(path.name + ".packed")
        try:
            with self._open(url) as answer, open(packed, "wb") as file:
                _pour(answer, file, shown=True)
            with open(packed, "rb") as file:
                is_gzip = file.read(2) == GZIP_START
            if is_gzip:
                _unpack(packed, path)
            else:
                packed.replace(path)
        finally:
            packed.unlink(missing_ok=True)
        return path.stat().st_size

    def _open(self, url):
        request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip", "User-Agent": "evaluation-report"})
        try:
            return urllib.request.urlopen(request, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            with error:
                if error.code in PASSING:
                    raise _Passing(f"the server answered {error.code}", _retry_after(error.headers)) from None
            raise DataError(f"the publisher answered {error.code} ({error.reason})", file=url) from None
        except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException) as error:
            raise _Passing(f"no connection ({getattr(error, 'reason', error)})") from None
        except ValueError:
            raise DataError("not an address", value=url, expected="https://...") from None


def _pour(answer, file, *, shown: bool = False) -> None:
    """Copy an answer's body to a file and notice when it was cut off; `shown`: with a progress bar, on a terminal."""
    announced, size = answer.headers.get("Content-Length"), 0
    total = int(announced) if announced is not None else None
    try:
        with tqdm(total=total, unit="B", unit_scale=True, leave=False, disable=None if shown else True) as bar:
            while chunk := answer.read(CHUNK):
                size += file.write(chunk)
                bar.update(len(chunk))
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _Passing(f"the connection broke off after {size:,} bytes ({type(error).__name__})") from None
    if announced is not None and size != int(announced):
        raise _Passing(f"the answer was cut off: {size:,} of {int(announced):,} bytes")


def _whole(answer) -> bytes:
    buffer = io.BytesIO()
    _pour(answer, buffer)
    return buffer.getvalue()


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(GZIP_START):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise _Passing("the packed answer was cut off or damaged") from None


def _unpack(packed: Path, path: Path) -> None:
    try:
        with gzip.open(packed) as source, open(path, "wb") as file:
            shutil.copyfileobj(source, file)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        path.unlink(missing_ok=True)
        raise _Passing("the packed file was cut off or damaged") from None


def _retry_after(headers) -> float | None:
    value = headers.get("Retry-After", "")
    return float(value) if value.strip().isdigit() else None
