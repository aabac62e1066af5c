"""How a log line is written: as text for people, or as JSON for programs. What looks like a secret is masked."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any, Final

from pbx_devhost.logs.context import current_names
from pbx_plugin_api import OBSERVED

TEXT: Final = "text"
JSON: Final = "json"
FORMATS: Final = (TEXT, JSON)

_MASKED: Final = "[masked]"
_SECRETS: Final = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"  # a JSON web token: access tokens, ID tokens, client assertions
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|(?<=Bearer )[^\s'\"]+"
    r"|(?<=[?&]code=)[^&\s'\"]+|(?<=client_secret=)[^&\s'\"]+|(?<=client_assertion=)[^&\s'\"]+"
    r"|(?<=://)[^/\s:@'\"]*:[^/\s@'\"]+(?=@)",  # user and password of an address
    re.DOTALL,
)
_CONTEXT: Final = ("tenant_id", "run_id", "plugin", "notification_id", "request_id", "client_request_id")
"""What a line of text shows of its context; JSON has everything."""


class LineFormatter(logging.Formatter):
    """Writes lines of a kind of `FORMATS`, also those of every library.

    structlog is imported with the first line: most commands write none, and it takes a tenth of their time.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self._inner: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        if self._inner is None:
            self._inner = _make_formatter(self._kind)
        return self._inner.format(record)


def _make_formatter(kind: str) -> logging.Formatter:
    import structlog
    from structlog.stdlib import ExtraAdder, ProcessorFormatter

    last: list[Any] = [_write_text] if kind == TEXT else [structlog.processors.JSONRenderer(ensure_ascii=False)]
    return ProcessorFormatter(
        foreign_pre_chain=[
            _add_context,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,  # without the values of variables, which may be secret
            _drop_objects,
            _mask,
            *last,
        ],
    )


def _add_context(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line.update(current_names())
    return line


def _drop_objects(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep what is text or a number: an object of a library may show anything."""
    line.pop(OBSERVED, None)
    for name in [name for name, value in line.items() if not isinstance(value, str | int | float | None)]:
        line[name] = f"({type(line[name]).__name__})"
    return line


def _mask(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like a secret. No line of ours has one; a line of a library, or of a plugin, might."""
    for name, value in line.items():
        if isinstance(value, str):
            line[name] = _SECRETS.sub(_MASKED, value)
    return line


def _write_text(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
    context = "".join(f" {name}={line[name]}" for name in _CONTEXT if line.get(name))
    error = f"\n{line['exception']}" if line.get("exception") else ""
    return f"{str(line['level']).upper()} {line['logger']}: {line['event']}{context}{error}"
