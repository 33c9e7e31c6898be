"""Is a build outside the same report? Every released result, compared with the one the build shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from analysis.publish.bundles import Bundle


def fingerprints(bundle: Bundle) -> dict[str, str]:
    """SHA-256 by id over all that a finding or exhibit says, without where its code stands and where it was read."""
    return {item.id: _fingerprint(item) for item in (*bundle.findings, *bundle.exhibits)}


def differing(released: Mapping[str, str], bundles: Iterable[Bundle]) -> list[str]:
    """Ids of released results that the bundles do not have as they were released, one sentence each."""
    here = {id: mark for bundle in bundles for id, mark in fingerprints(bundle).items()}
    return [f"{id}: was released and is {'not here' if id not in here else 'another here'}"
            for id, mark in released.items() if here.get(id) != mark]


def _fingerprint(item) -> str:
    content = asdict(item)
    del content["origin"]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=lambda value: value.item())
    return hashlib.sha256(text.encode()).hexdigest()
