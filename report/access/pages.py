"""The pages on which somebody signs in and out. They work without script, and say the same whatever was wrong."""

import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from config.language import negotiate
from config.settings import Language, Settings
from report.access.cookies import Cookies
from report.access.door import SIGN_IN
from report.access.entrance import Browser, Entrance, Throttled
from report.access.oidc import NotSaid, Provider, ProviderAway, Way
from report.access.sessions import IDLE, Session
from report.html import OWN_NAMES, html_language
from report.speech import TEXTS

SIGN_OUT = "/sign-out"
WITH, BACK = f"{SIGN_IN}/with", f"{SIGN_IN}/back"
"""Where a provider is gone to, and where it sends people back to."""
_BROWSER_FOR = timedelta(days=365)
_WAY_FOR = timedelta(minutes=15)
"""How long somebody may take at the provider."""
_TEMPLATES = Path(__file__).parent.parent / "templates"
_CSS = (_TEMPLATES / "act.css").read_text("utf-8")
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_CSS.encode()).digest()).decode()}'; "
    "img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The page. `with_provider`: the address that leads there; `typed`: the name, which needs no second typing."""

    language: Language
    html_lang: str
    languages: Sequence[tuple[str, str, Language]]
    action: str
    with_provider: str
    with_password: bool
    wrong: str
    said: str
    typed: str


@dataclass(frozen=True, slots=True)
class SignInPages:
    """`provider`: of OpenID Connect; None: passwords alone."""

    settings: Settings
    entrance: Entrance
    cookies: Cookies
    provider: Provider | None = None

    def routes(self) -> list[Route]:
        """All addresses of signing in and out."""
        with_provider = [Route(WITH, self._go), Route(BACK, self._come_back)] if self.provider else []
        return [
            Route(SIGN_IN, self._show),
            Route(SIGN_IN, self._by_password, methods=["POST"]),
            Route(SIGN_OUT, self._sign_out, methods=["POST"]),
            *with_provider,
        ]

    def _show(self, request: Request) -> Response:
        said = self._say(request, "sign_in.out") if "out" in request.query_params else ""
        return self._page(request, said=said)

    async def _by_password(self, request: Request) -> Response:
        given = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        return await run_in_threadpool(self._answer, request, given.get("name", ""), given.get("password", ""))

    def _answer(self, request: Request, typed: str, password: str) -> Response:
        browser = Browser.read(self.cookies.read(request, "browser"))
        try:
            session = self.entrance.by_password(typed, password, _address(request), browser)
        except Throttled as throttled:
            return self._throttled(request, throttled, typed)
        if session is None:
            return self._page(request, wrong=self._say(request, "sign_in.wrong"), typed=typed, status=403)
        return self._let_in(request, session, onward(request.query_params.get("next", "")))

    def _go(self, request: Request) -> Response:
        assert self.provider is not None  # its routes are there with it alone
        try:
            self.entrance.count(_address(request))
            address, way = self.provider.begin(onward(request.query_params.get("next", "")))
        except Throttled as throttled:
            return self._throttled(request, throttled)
        except ProviderAway as away:
            return self._away(request, away)
        answer = RedirectResponse(address, status_code=303)
        self.cookies.put(answer, "way", way.told, _WAY_FOR)
        return answer

    def _come_back(self, request: Request) -> Response:
        assert self.provider is not None
        way = Way.read(self.cookies.read(request, "way"))
        try:
            self.entrance.count(_address(request))
            if way is None:
                raise NotSaid("this browser did not ask, or too long ago")
            email = self.provider.email(way, request.query_params)
        except Throttled as throttled:
            return self._throttled(request, throttled)
        except ProviderAway as away:
            return self._away(request, away)
        except NotSaid as unsaid:
            self.entrance.audit.note("failed", "", f"by the provider: {unsaid}", _address(request))
            answer = self._page(request, wrong=self._say(request, "sign_in.not_said"), status=403)
        else:
            session = self.entrance.by_email(email, _address(request))
            if session is None:
                answer = self._page(request, wrong=self._say(request, "sign_in.may_not"), status=403)
            else:
                answer = self._let_in(request, session, way.onward)
        self.cookies.drop(answer, "way")
        return answer

    def _let_in(self, request: Request, session: Session, wanted: str) -> Response:
        """With a session that this browser did not have before; one that it had ends."""
        before = Session.read(self.cookies.read(request, "session"), session.began)
        if before is not None:
            self.entrance.end(before, _address(request))
        answer = RedirectResponse(wanted, status_code=303)
        self.cookies.put(answer, "session", session.told, IDLE)
        self.cookies.put(answer, "browser", self.entrance.new_browser(session.name).told, _BROWSER_FOR)
        return answer

    def _sign_out(self, request: Request) -> Response:
        session = Session.read(self.cookies.read(request, "session"), self.entrance.clock())
        if session is not None:
            self.entrance.end(session, _address(request))
        answer = RedirectResponse(f"{SIGN_IN}?out=1", status_code=303)
        self.cookies.drop(answer, "session")
        return answer

    def _throttled(self, request: Request, throttled: Throttled, typed: str = "") -> Response:
        wrong = self._say(request, "sign_in.throttled", count=math.ceil(throttled.wait / timedelta(minutes=1)))
        answer = self._page(request, wrong=wrong, typed=typed, status=429)
        answer.headers["retry-after"] = str(math.ceil(throttled.wait.total_seconds()))
        return answer

    def _away(self, request: Request, away: ProviderAway) -> Response:
        self.entrance.audit.note("failed", "", f"by the provider: {away}", _address(request))
        return self._page(request, wrong=self._say(request, "sign_in.away"), status=503)

    def _page(
        self, request: Request, *, wrong: str = "", said: str = "", typed: str = "", status: int = 200
    ) -> Response:
        language = self._language(request)
        wanted = onward(request.query_params.get("next", ""))
        page = Shown(
            language=language,
            html_lang=html_language(language),
            languages=[(name, _to(SIGN_IN, wanted, one), one) for one, name in OWN_NAMES.items()],
            action=_to(SIGN_IN, wanted, language),
            with_provider=_to(WITH, wanted) if self.provider else "",
            with_password=self.provider is None or self.entrance.has_passwords,
            wrong=wrong,
            said=said,
            typed=typed,
        )

        def t(key: str, **values: object) -> str:
            return TEXTS.say(language, key, **values)

        html = _template().render(page=page, t=t, css=Markup(_CSS))
        return HTMLResponse(html, status_code=status, headers={"Content-Security-Policy": _POLICY})

    def _say(self, request: Request, key: str, **values: object) -> str:
        coordinator = self.settings.people[self.settings.coordinator].name
        return TEXTS.say(self._language(request), key, coordinator=coordinator, **values)

    def _language(self, request: Request) -> Language:
        asked = request.query_params.get("lang")
        return negotiate(asked) if asked else self.settings.language


def onward(wanted: str) -> str:
    """Where to go afterwards, if that is an address of ours: a link that somebody was sent must lead nowhere else."""
    leads_away = not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted or not wanted.isprintable()
    return "/" if leads_away or wanted.startswith((SIGN_IN, SIGN_OUT)) else wanted


def _to(path: str, wanted: str, language: Language | None = None) -> str:
    asked: Mapping[str, str] = {"next": wanted if wanted != "/" else "", "lang": language or ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


@cache
def _template() -> Template:
    loader = FileSystemLoader(_TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "sign_in.html"
    )
