"""What a plugin's package says about itself is read in other languages, by the plugin's own catalogue."""

from __future__ import annotations

import importlib.metadata

import pytest

from pbx_plugin_api import Text
from pbx_plugin_api.hosting.discovery import find_plugins, read_about
from portsip_m365_plugin.texts import SUMMARY


class Distribution(importlib.metadata.Distribution):
    """One that says only this about itself."""

    def __init__(self, summary: str) -> None:
        self._summary = summary

    def read_text(self, filename: str) -> str | None:
        return f"Name: some\nVersion: 1\nSummary: {self._summary}\n" if filename == "METADATA" else None

    def locate_file(self, path: object) -> importlib.metadata.SimplePath:
        raise NotImplementedError


def test_the_metadata_has_the_words_of_the_catalogue() -> None:
    (found,) = [each for each in find_plugins() if each.name == "m365"]
    assert found.about.summary == SUMMARY
    assert isinstance(found.about.summary, Text)
    assert found.about.summary.as_shape() == SUMMARY.as_shape()


@pytest.mark.parametrize("summary", ["Costs {money}", "} odd {"])
def test_words_that_a_catalogue_cannot_have_stay_as_they_are(summary: str) -> None:
    assert type(read_about(Distribution(summary), "some").summary) is str
    assert read_about(Distribution(summary), "some").summary == summary
