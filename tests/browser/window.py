"""A window of a person's own that notes every error its pages meet."""

from dataclasses import dataclass

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from tests.people import PASSWORD
from workflow.office import Office

OFFICE_PC = {"width": 1366, "height": 768}


@dataclass
class Site:
    """A web server and its office."""

    url: str
    office: Office
    app: Flask

    def sign_in(self, page: Page, name: str, password: str = PASSWORD) -> None:
        """Sign in through the page people use."""
        page.goto(f"{self.url}/login")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(password)
        page.locator("form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/login" not in url)


def opened(chromium: Browser, met: list[str]) -> BrowserContext:
    """1366×768, Chinese; exceptions in scripts, what the policy refuses and answers of 5xx are added to `met`."""
    context = chromium.new_context(viewport=OFFICE_PC, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(15_000)
    context.on("weberror", lambda error: met.append(f"script: {error.error}"))
    context.on("console", lambda said: met.append(f"console: {said.text}") if _counts(said) else None)
    context.on("response", lambda answer: met.append(f"{answer.status}: {answer.url}") if _broken(answer) else None)
    return context


def _counts(said: ConsoleMessage) -> bool:
    """Errors count; that an answer was 4xx is the page's own affair."""
    return said.type == "error" and "status of 4" not in said.text


def _broken(answer: Response) -> bool:
    return answer.status >= 500
