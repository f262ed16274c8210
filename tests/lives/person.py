"""One person at a browser without a screen, speaking to the application in this process: signs in, opens pages, sends."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from tests.people import PASSWORD

TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MARKED = '//*[contains(@class, "error") or contains(@class, "problem") or @role="alert" or contains(@class, "toast")]'


class Broken(AssertionError):
    """A page said that something went wrong, or refused without a sentence."""


class Person:
    """`open_client`: a new browser of the house."""

    def __init__(self, login: str, open_client: Callable[[], FlaskClient]) -> None:
        self.login, self.open_client = login, open_client
        self.client: FlaskClient | None = None
        self.token = ""

    def open(self, path: str) -> TestResponse:
        """A page as one looks at it."""
        return self._ask("GET", path)

    def send(self, path: str, data: Any = None, method: str = "POST", **more: Any) -> TestResponse:
        """A form as its page sends it; not followed. Raises Broken for a 500 or a refusal that says nothing."""
        return self._ask(method, path, data=data, **more)

    def _ask(self, method: str, path: str, again: bool = False, **more: Any) -> TestResponse:
        if self.client is None:
            self._sign_in()
        headers = {**({"X-CSRFToken": self.token} if method != "GET" else {}), **more.get("headers", {})}
        answer = self.client.open(path, method=method, buffered=True, **{**more, "headers": headers})
        if _sent_to_sign_in(answer) and not again:
            self.client = None
            _rewind(more)
            return self._ask(method, path, again=True, **more)
        self._judge(method, path, answer)
        return answer

    def _judge(self, method: str, path: str, answer: TestResponse) -> None:
        said = f"{self.login}: {method} {path} answered {answer.status_code}"
        if answer.status_code >= 500:
            raise Broken(f"{said}: {problems(answer)}")
        if answer.status_code >= 400 and not CHINESE.search(problems(answer)):
            raise Broken(f"{said} without a sentence: {answer.text[:300]}")

    def _sign_in(self) -> None:
        self.client = self.open_client()
        answer = self.client.post("/login", data={"name": self.login, "password": PASSWORD, "csrf_token": self._mark()})
        assert answer.status_code == 302, f"{self.login} cannot sign in: {answer.status_code} {problems(answer)}"
        self.token = self._mark("/profile")

    def _mark(self, path: str = "/login") -> str:
        return TOKEN.search(self.client.get(path).text).group(1)


def _sent_to_sign_in(answer: TestResponse) -> bool:
    place = urlsplit(answer.headers.get("Location", "")).path
    return answer.status_code in (302, 303, 401) and (place == "/login" or answer.status_code == 401)


def _rewind(more: dict[str, Any]) -> None:
    """Files to be sent a second time are read from their beginning."""
    for value in (more.get("data") or {}).values() if isinstance(more.get("data"), dict) else ():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, tuple) and hasattr(each[0], "seek"):
                each[0].seek(0)


def problems(answer: TestResponse) -> str:
    """What a page says is wrong, on one line."""
    if answer.is_json:
        return str(answer.get_json(silent=True))[:400]
    if not answer.text.strip():
        return ""
    tree = html.fromstring(f"<div>{answer.text}</div>" if "<html" not in answer.text else answer.text)
    marked = [" ".join(each.text_content().split()) for each in tree.xpath(MARKED)]
    return " | ".join(filter(None, marked))[:500] or " ".join(tree.text_content().split())[:300]
