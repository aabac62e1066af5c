"""Key pairs in the portal: what a press shows, and that no private key is found anywhere but encrypted."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pbx_devhost.runs.runner import Runner
from pbx_plugin_api import TickReason
from portsip_m365_plugin.keys.store import KEY_NAMES
from tests.keys.test_issued import issue
from tests.support.lab import Lab
from tests.support.portal_world import Browser, World

TAB = "/plugins/m365/permissions"


@dataclass
class Watched:
    """An administrator's browser. It keeps everything it ever got."""

    world: World
    seen: list[bytes] = field(default_factory=list)
    private: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.browser: Browser = self.world.browser()
        self.sign_in()

    def sign_in(self) -> None:
        self.browser = self.world.browser()
        self.browser.log_in()

    def open(self, path: str = TAB) -> str:
        return self._keep(self.browser.get(path)).text

    def press(self, action: str, **values: str) -> Any:
        self.open()
        given = {f"p-{name}": value for name, value in values.items()}
        answer = self._keep(self.browser.post(f"{TAB}/do/{action}", given))
        found = re.search(r'name="confirmed" value="([0-9a-f]+)"', answer.text) if not answer.is_streamed else None
        if found is not None:
            answer = self._keep(self.browser.post(f"{TAB}/do/{action}", {**given, "confirmed": found[1]}))
        self._collect()
        return answer

    def run(self, reason: TickReason = TickReason.FORCED) -> Any:
        result = Runner(self.world.pbx).run(self.world.tenant, "m365", reason, confirm_first_plan=True)
        self._collect()
        return result.report

    def _keep(self, answer: Any) -> Any:
        self.seen.append(answer.data)
        return answer

    def _collect(self) -> None:
        """Remember every private key there ever was."""
        with self.world.pbx.open("m365", self.world.tenant, hook="on_settings_page", run_id=None) as host:
            stored = [host.secrets.get(name) or b"" for name in KEY_NAMES]
        for text in stored:
            pems = re.findall(r"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----", text.decode(), re.DOTALL)
            self.private |= {pem.replace("\\n", "\n").encode() for pem in pems}


def needles(pem: bytes) -> Iterator[bytes]:
    """Every form that a private key could have somewhere: PEM lines, raw numbers, hexadecimal, decimal."""
    key = load_pem_private_key(pem, password=None)
    assert isinstance(key, RSAPrivateKey)
    lines = pem.strip().splitlines()[1:-1]
    yield from (line for line in lines if len(line) == 64 and line not in lines[:1])  # the first line is the algorithm
    numbers = key.private_numbers()
    for number in (numbers.d, numbers.p, numbers.q):
        raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
        yield raw[:24]
        yield raw[:24].hex().encode()
        yield raw[:24].hex().upper().encode()
        yield str(number)[:40].encode()


def test_a_press_answers_with_a_page_whose_next_buttons_work(world: World, lab: Lab) -> None:
    world.save(**lab.settings())
    admin = Watched(world)
    made = admin.press("generate_key_pair")
    page = made.text
    assert "A new key pair was made." in page
    outcome = page[page.index('class="card outcome"') :]
    outcome = outcome[: outcome.index("</section>")]
    assert re.findall(r"/do/(\w+)", outcome) == ["download_public_key", "test_connection"]
    downloaded = admin.press("download_public_key")
    assert downloaded.headers["Content-Disposition"] == "attachment; filename=public_key.pem"
    again = admin.press("generate_key_pair")
    assert "waiting for its upload already" in again.text
    assert "replace_key_pair" in again.text
    refused = admin.press("import_certificate", certificate="nonsense")
    assert "not a certificate in PEM form" in unescape(refused.text)


def test_attack_search_for_the_private_key_everywhere(
    world: World, lab: Lab, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lab.apps.clear()
    with time_machine.travel(datetime.now(timezone.utc), tick=True) as clock:
        admin = Watched(world)
        admin.press("generate_key_pair")
        downloaded = admin.press("download_public_key")
        lab.register(downloaded.data.decode())
        world.save(**lab.settings(), application_object_id=lab.apps["GLOBAL"].object_id)
        assert "works" in admin.press("test_connection").text
        admin.press("generate_key_pair")
        admin.press("replace_key_pair")
        csr = admin.press("download_certificate_request").data
        admin.press("import_certificate", certificate=next(iter(admin.private)).decode())
        admin.press("import_certificate", certificate=issue(x509.load_pem_x509_csr(csr)))
        world.save(renew_certificate="true")
        for _ in range(5):
            report = admin.run()
            clock.shift(timedelta(days=1))
        assert report is not None
        admin.sign_in()
        lab.register().certificates.clear()  # Entra refuses: the sentences, too, hold nothing
        admin.run()
        admin.press("test_connection")
        for path in (TAB, "/audit", "/runs", "/plugins/m365/mail"):
            admin.open(path)
    assert len(admin.private) >= 3
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(path.name == "pbx.db" for path in files)
    assert any(b"key.active" in content for content in files.values()), "the secrets are in these files"
    logged = caplog.text.encode()
    assert b"registered" in b"".join(admin.seen)
    for pem in admin.private:
        assert any(needle in pem for needle in needles(pem)), "a key in plain text would be found"
        for needle in needles(pem):
            assert needle not in logged, "a log line"
            for content in admin.seen:
                assert needle not in content, "a page or a download"
            for path, content in files.items():
                assert needle not in content, path.name
    assert b"PRIVATE KEY" not in b"".join(admin.seen).replace(b"contains a private key", b"")
    assert b"BEGIN PRIVATE KEY" not in logged + b"".join(files.values())
