"""A real Chromium, driven over the W3C WebDriver protocol by httpx: a few requests need no library of their own.

Where there is no Chromium, or no ChromeDriver, `PROGRAMS` is None and the tests are skipped.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

OFFLINE: Final = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
)
"""Nothing but the page is asked for: no updates, no services of a vendor."""

WATCH: Final = """
window.seen = {violations: [], errors: [], calls: []};
document.addEventListener("securitypolicyviolation", (event) => seen.violations.push(event.violatedDirective));
addEventListener("error", (event) => seen.errors.push(event.message));
for (const name of ["alert", "confirm", "prompt", "open", "fetch"]) window[name] = () => seen.calls.push(name);
"""
"""Runs before the page's own script and notes whatever must not happen."""


def programs() -> tuple[str, str] | None:
    """Return where Chromium and ChromeDriver are; None where one of them is not on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next(filter(None, map(shutil.which, names)), None)
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


PROGRAMS: Final = programs()


@dataclass(frozen=True, slots=True)
class Browser:
    """One window of a running Chromium."""

    client: httpx.Client

    def open(
        self, page: Path, *, width: int = 1280, height: int = 900, dark: bool = False, paper: bool = False
    ) -> None:
        """Open a file as a screen of that width shows it, or as paper does."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.tell("Emulation.setDeviceMetricsOverride", **screen)
        self.emulate(dark=dark, paper=paper)
        self.post("url", url=page.as_uri())

    def emulate(self, *, dark: bool = False, paper: bool = False) -> None:
        """Change the scheme of colours and the medium of the page that is open."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.tell("Emulation.setEmulatedMedia", media="print" if paper else "", features=[scheme])

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a function body in the page, beside its security policy, and return what it returns."""
        return self.post("execute/sync", script=script, args=list(arguments))

    def press(self, *keys: str) -> None:
        """Press and release keys, one after the other, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.post("actions", actions=[{"type": "key", "id": "keyboard", "actions": strokes}])

    def tell(self, command: str, **parameters: Any) -> Any:
        """Send a command of the DevTools protocol."""
        return self.post("goog/cdp/execute", cmd=command, params=parameters)

    def post(self, path: str, **body: Any) -> Any:
        """Send one request of the protocol and return its value."""
        answer = self.client.post(path, json=body)
        value = answer.json()["value"]
        if answer.is_error:
            raise RuntimeError(f"{path}: {value['error']}: {value['message']}")
        return value


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Start ChromeDriver and a Chromium with an empty profile in a directory, and end both."""
    if PROGRAMS is None:
        raise RuntimeError("there is no Chromium on this machine")
    browser, driver = PROGRAMS
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    options = {"binary": browser, "args": [*OFFLINE, *root, f"--user-data-dir={folder}"]}
    with started(driver) as address, httpx.Client(trust_env=False, timeout=60) as client:
        wanted = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
        session = Browser(client).post(f"{address}/session", capabilities=wanted)["sessionId"]
        client.base_url = httpx.URL(f"{address}/session/{session}/")
        window = Browser(client)
        window.tell("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        try:
            yield window
        finally:
            client.delete("")


@contextmanager
def started(driver: str) -> Iterator[str]:
    """Run ChromeDriver on a free port; gives its address."""
    process = subprocess.Popen(
        [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        lines = process.stdout or ()
        ports = (re.search(r"started successfully on port (\d+)", line) for line in lines)
        port = next(filter(None, ports), None)
        if port is None:
            raise RuntimeError("ChromeDriver did not start")
        yield f"http://127.0.0.1:{port[1]}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # the browsers of a test that broke off go with their driver
        process.wait(timeout=20)
        if process.stdout:
            process.stdout.close()
