"""The page that asks before something is done that takes something away. It works without scripts."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.texts import _
from pbx_plugin_api import Confirmation

_TYPED_MAX_CHARS = 128


def has_agreed(question: Confirmation) -> bool:
    """Whether this form is the answer yes to exactly this question, with what had to be typed."""
    given = request.form.get("confirmed", "")
    is_same = hmac.compare_digest(given.encode(), question.fingerprint.encode())
    return is_same and _typed() == question.typed.strip()


def ask(
    question: Confirmation,
    *,
    title: str,
    post_to: str,
    back: tuple[str, str],
    danger: bool = True,
    values: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Return the page that asks.

    Args:
        question: What will happen.
        title: The label of the button.
        post_to: Where the answer goes.
        back: Path and name of the page that the button is on.
        danger: Whether the button is shown as one that takes something away.
        values: What was entered, by the name of its input; it goes along.
    """
    given = request.form.get("confirmed", "")
    is_another = bool(given) and given != question.fingerprint
    error = _("Type {word} exactly.", word=question.typed) if given and not is_another and question.typed else ""
    body = render_template(
        "confirm.html",
        question=question,
        title=title,
        post_to=post_to,
        back=back,
        danger=danger,
        values=values or {},
        is_another=is_another,
        error=error,
        typed=_typed(),
    )
    return body, 409 if is_another else 422 if error else 200


def _typed() -> str:
    return request.form.get("typed", "")[:_TYPED_MAX_CHARS].strip()
