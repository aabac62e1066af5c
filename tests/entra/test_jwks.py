"""Signing keys: which keys are accepted, and how often they are fetched."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from portsip_m365_plugin.entra.documents import DocumentCache
from portsip_m365_plugin.entra.jwks import SigningKeys, find_signing_key, parse_signing_keys
from tests.support.idtoken_forge import jwk, private_key

URL = "https://login.microsoftonline.com/t/discovery/v2.0/keys"


class Publisher:
    """A keys endpoint with a clock."""

    def __init__(self) -> None:
        self.kids = ["k1"]
        self.requests = 0
        self.now_s = 1000.0
        self.failure: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def load(self, url: str) -> SigningKeys:
        self.requests += 1
        kids = list(self.kids)
        assert self.gate.wait(10)
        if self.failure is not None:
            raise self.failure
        return parse_signing_keys({"keys": [jwk(kid) for kid in kids]})

    def cache(self, **how: Any) -> DocumentCache[SigningKeys]:
        return DocumentCache(self.load, monotonic_s=lambda: self.now_s, **how)


def test_keys_are_fetched_once_an_hour() -> None:
    publisher = Publisher()
    cache = publisher.cache()
    for _ in range(50):
        assert find_signing_key(cache, URL, "k1") is not None
    assert publisher.requests == 1
    publisher.now_s += 3_600
    assert find_signing_key(cache, URL, "k1") is not None
    assert publisher.requests == 2


def test_attack_a_key_that_was_withdrawn_is_believed_for_an_hour_at_most() -> None:
    publisher = Publisher()
    cache = publisher.cache()
    find_signing_key(cache, URL, "k1")
    publisher.kids = ["k2"]
    publisher.now_s += 3_599
    assert find_signing_key(cache, URL, "k1") is not None
    publisher.now_s += 1
    assert find_signing_key(cache, URL, "k1") is None


def test_keys_are_kept_for_a_day_while_a_refresh_fails_and_it_is_tried_at_a_bounded_rate() -> None:
    publisher = Publisher()
    cache = publisher.cache()
    find_signing_key(cache, URL, "k1")
    publisher.failure = OSError("down")
    publisher.now_s += 3_600
    for _ in range(50):
        assert find_signing_key(cache, URL, "k1") is not None
    assert publisher.requests == 2
    publisher.now_s += 300
    assert find_signing_key(cache, URL, "k1") is not None
    assert publisher.requests == 3
    publisher.now_s += 86_400
    with pytest.raises(OSError, match="down"):
        find_signing_key(cache, URL, "k1")


def test_new_key_is_found_at_once_and_a_removed_one_forgotten() -> None:
    publisher = Publisher()
    cache = publisher.cache()
    find_signing_key(cache, URL, "k1")
    publisher.kids = ["k2"]
    assert find_signing_key(cache, URL, "k2") is not None
    assert find_signing_key(cache, URL, "k1") is None


def test_attack_unknown_kids_cannot_make_us_hammer_microsoft() -> None:
    publisher = Publisher()
    cache = publisher.cache()
    for second in range(600):
        publisher.now_s = 1000.0 + second
        assert find_signing_key(cache, URL, f"unknown-{second}") is None
    assert publisher.requests == 3, "the first fetch, and a refresh at most every 300 s"


def test_bound_holds_while_microsoft_fails() -> None:
    publisher = Publisher()
    cache = publisher.cache()
    find_signing_key(cache, URL, "k1")
    publisher.failure = OSError("down")
    with pytest.raises(OSError, match="down"):
        find_signing_key(cache, URL, "k2")
    assert find_signing_key(cache, URL, "k2") is None
    assert find_signing_key(cache, URL, "k1") is not None
    assert publisher.requests == 2


def test_an_outage_is_passed_on_and_never_remembered() -> None:
    publisher = Publisher()
    cache = publisher.cache()
    publisher.failure = OSError("down")
    with pytest.raises(OSError, match="down"):
        find_signing_key(cache, URL, "k1")
    publisher.failure = None
    assert find_signing_key(cache, URL, "k1") is not None


def test_two_hundred_at_once_make_one_request() -> None:
    publisher = Publisher()
    cache = publisher.cache()
    publisher.gate.clear()
    with ThreadPoolExecutor(200) as pool:
        found = [pool.submit(find_signing_key, cache, URL, "k1") for _ in range(200)]
        publisher.gate.set()
        assert all(future.result(10) is not None for future in found)
    assert publisher.requests == 1


def test_cache_is_bounded() -> None:
    publisher = Publisher()
    cache = publisher.cache(max_entries=3)
    for number in range(5):
        find_signing_key(cache, f"{URL}/{number}", "k1")
    find_signing_key(cache, f"{URL}/4", "k1")
    assert publisher.requests == 5
    find_signing_key(cache, f"{URL}/0", "k1")
    assert publisher.requests == 6


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "EC"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"use": "enc"},
        {"alg": "RS512"},
        {"kid": None},
        {"kid": ""},
        {"kid": 5},
        {"n": None},
        {"n": "!!"},
        {"n": "AA"},
        {"e": None},
        {"e": "AA"},
        {"e": "AQ"},
        {"e": "A" * 64},
        {"n": "A" * 5000},
    ],
    ids=str,
)
def test_attack_entries_that_are_no_signing_keys_of_ours(change: dict[str, Any]) -> None:
    document = {"keys": [jwk("bad", **change), "nonsense", None, jwk("good")]}
    assert set(parse_signing_keys(document)) == {"good"}


def test_attack_short_rsa_key() -> None:
    with pytest.raises(ValueError, match="2048"):
        parse_signing_keys({"keys": [jwk("short", private_key("short", 1024))]})


def test_attack_one_kid_for_two_keys() -> None:
    document = {"keys": [jwk("k1"), jwk("k1", private_key("attacker")), jwk("k2")]}
    assert set(parse_signing_keys(document)) == {"k2"}
    assert set(parse_signing_keys({"keys": [jwk("k1"), jwk("k1")]})) == {"k1"}


@pytest.mark.parametrize("document", [{}, {"keys": {}}, {"keys": []}, {"keys": [{}] * 201}, {"keys": "k"}])
def test_not_a_keys_document(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="keys document"):
        parse_signing_keys(document)
