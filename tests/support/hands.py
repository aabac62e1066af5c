"""An administrator's hands on a browser: one has a mouse, the other only a keyboard."""

from __future__ import annotations

from typing import Any, Protocol

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

_TABS_MAX = 250


class Hands(Protocol):
    """What both can do."""

    def press(self, button: WebElement) -> None:
        """Press a button or follow a link."""

    def enter(self, field: WebElement, text: str) -> None:
        """Replace the text of a field."""

    def choose(self, field: WebElement, label: str) -> None:
        """Choose an option of a select."""


class Mouse:
    """Clicks, and types into what was clicked."""

    def press(self, button: WebElement) -> None:
        button.click()

    def enter(self, field: WebElement, text: str) -> None:
        field.click()
        field.clear()
        field.send_keys(text)

    def choose(self, field: WebElement, label: str) -> None:
        Select(field).select_by_visible_text(label)


class Keyboard:
    """Tab until the focus is there, then keys alone: no element gets an event that no key has made."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def press(self, button: WebElement) -> None:
        self._reach(button)
        self._send(Keys.ENTER)

    def enter(self, field: WebElement, text: str) -> None:
        self._reach(field)
        ActionChains(self._driver).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
        self._send(text)

    def choose(self, field: WebElement, label: str) -> None:
        self._reach(field)
        self._send(label)

    def _reach(self, wanted: WebElement) -> None:
        for _ in range(_TABS_MAX):
            if self._driver.switch_to.active_element == wanted:
                return
            self._send(Keys.TAB)
        raise AssertionError(f"the keyboard does not reach “{wanted.text}” in {_TABS_MAX} steps")

    def _send(self, keys: str) -> None:
        ActionChains(self._driver).send_keys(keys).perform()
