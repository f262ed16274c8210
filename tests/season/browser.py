"""A browser without a screen: cookies, forms and redirects over plain HTTP, with patience for a server that restarts."""

import http.client
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html

PATIENCE = 60.0  # seconds a clerk waits for a server that is down


class Down(Exception):
    """The server did not come back in time."""


@dataclass
class Page:
    status: int
    url: str
    body: bytes

    @property
    def tree(self) -> html.HtmlElement:
        return html.document_fromstring(self.body.decode() or "<html></html>")

    @property
    def text(self) -> str:
        return self.body.decode()

    def form(self, action_ends: str) -> "WebForm":
        """The form whose action ends so; raises LookupError when the page has none."""
        for element in self.tree.iter("form"):
            action = element.get("action") or element.get("hx-post") or ""
            if urlsplit(action).path.endswith(action_ends):
                return WebForm(urljoin(self.url, action), dict(_fields(element)))
        raise LookupError(f"no form …{action_ends} on {self.url} ({self.status}): {self.words()[:400]}")

    def words(self) -> str:
        return " ".join(self.tree.text_content().split())


@dataclass
class WebForm:
    action: str
    values: dict[str, str]


def _fields(form: html.HtmlElement) -> list[tuple[str, str]]:
    """What a browser would send for the form untouched."""
    found = []
    for element in form.iter("input", "select", "textarea"):
        name, kind = element.get("name"), element.get("type", "text")
        if not name or kind in ("submit", "button", "file"):
            continue
        if kind in ("checkbox", "radio") and element.get("checked") is None:
            continue
        value = element.value if element.tag != "input" else element.get("value")
        if isinstance(value, str):
            found.append((name, value))
    return found


@dataclass
class Browser:
    """One person's browser. `base` is http://host:port."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def open(self, path: str) -> Page:
        """GET, following redirects; asked again while the server is down."""
        return self._follow("GET", urljoin(self.base, path))

    def send(self, form: WebForm, *, follow: bool = True, **answers: str | list[str]) -> Page:
        """POST the form with these answers over what it held; the same body again while the server is down.

        `follow=False`: stay at a redirect; its Page has no body and the address it points to.
        """
        body = urlencode({**form.values, **answers}, doseq=True).encode()
        return self._follow("POST", form.action, body, "application/x-www-form-urlencoded", 6 if follow else 0)

    def upload(self, form: WebForm, name: str, filename: str, content: bytes) -> Page:
        """POST the form as multipart with one file."""
        mark = uuid.uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in form.values.items()
        ]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts += [
            head.encode() + b"Content-Type: application/octet-stream\r\n\r\n",
            content,
            f"\r\n--{mark}--\r\n".encode(),
        ]
        return self._follow("POST", form.action, b"".join(parts), f"multipart/form-data; boundary={mark}")

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _follow(self, method: str, url: str, body: bytes | None = None, kind: str = "", most: int = 6) -> Page:
        status, location, content = self._patiently(method, url, body, kind)
        if status not in (301, 302, 303, 307) or not location:
            return Page(status, url, content)
        url = urljoin(url, location)
        if not most:
            return Page(status, url, b"")
        return self._follow("GET", url, most=most - 1)

    def _patiently(self, method: str, url: str, body: bytes | None, kind: str) -> tuple[int, str, bytes]:
        ends_at = time.monotonic() + PATIENCE
        while True:
            try:
                return self._once(method, url, body, kind)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if time.monotonic() > ends_at:
                    raise Down(f"{method} {url}") from error
                WAIT(0.1)

    def _once(self, method: str, url: str, body: bytes | None, kind: str) -> tuple[int, str, bytes]:
        parts = urlsplit(url)
        if self.connection is None:
            self.connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method == "POST":
            headers |= {"Content-Type": kind, "Origin": self.base, "Referer": url}
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        return answer.status, answer.getheader("Location") or "", content


WAIT = threading.Event().wait  # waits for a real server in another process; no clock of ours is slept on
