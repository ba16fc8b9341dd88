"""The frame of every page: the banner, the language links, one style sheet. No script anywhere."""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from yuanyou_sandbox.shared.html import Content, Markup, el, join
from yuanyou_sandbox.shared.words import CHINESE, COOKIE, ENGLISH, Translator

STYLE = files(__package__).joinpath("style.css").read_bytes()
NAMES = {ENGLISH: "English", CHINESE: "中文"}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


def page(
    request: Request,
    t: Translator,
    title: str,
    *content: Content,
    status: int = 200,
    wide: bool = False,
    policy: str = POLICY,
) -> HTMLResponse:
    """A whole page; it remembers the language that was clicked."""
    width = "wide" if wide else ""
    banner = [el.strong(t("SANDBOX")), " ", t("Simulated companies. No real money moves.")]
    languages = el.nav([_language_link(request, t, code) for code in NAMES], aria_label=t("Language"))
    bar = el.div(el.a(t("All companies"), href="/", class_="tap"), languages, class_=f"bar {width}")
    body = join(
        el.header(el.p(banner, class_="banner"), bar),
        el.main(el.h1(title), *content, class_=width, id="main"),
    )
    head = join(
        el.meta(charset="utf-8"),
        el.meta(name="viewport", content="width=device-width,initial-scale=1"),
        el.title(f"{title} · {t('SANDBOX')}"),
        el.link(rel="stylesheet", href="/style.css"),
        el.link(rel="icon", href="data:,"),
    )
    html = join(Markup("<!doctype html>"), el.html(el.head(head), el.body(body), lang=t.language))
    response = HTMLResponse(html, status, {"Content-Security-Policy": policy, "Cache-Control": "no-store"})
    if "lang" in request.query_params:
        response.set_cookie(COOKIE, t.language, max_age=31_536_000, samesite="lax")
    return response


async def style(_request: Request) -> Response:
    """The style sheet."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def facts(*rows: tuple[str, Content]) -> Markup:
    """A list of names and values."""
    return el.dl([el.div(el.dt(name), el.dd(value), class_="row") for name, value in rows])


def table(caption: str, head: list[str], rows: list[list[Content]]) -> Markup:
    """A table that scrolls by itself on a narrow screen."""
    made = el.table(
        el.caption(caption, class_="hidden"),
        el.thead(el.tr([el.th(name, scope="col") for name in head])),
        el.tbody([el.tr([el.td(cell) for cell in row]) for row in rows]),
    )
    return el.div(made, class_="scroll", tabindex="0", role="region", aria_label=caption)


def button(
    label: str, action: str, fields: dict[str, str] | None = None, *, quiet: bool = True, id_: str = ""
) -> Markup:
    """A form of one button."""
    return el.form(
        [el.input(type="hidden", name=name, value=value) for name, value in (fields or {}).items()],
        el.button(label, type="submit", class_="btn quiet" if quiet else "btn", id=id_ or False),
        method="post",
        action=action,
        class_="one",
    )


def not_found(request: Request, t: Translator) -> HTMLResponse:
    return page(request, t, t("Not found"), el.p(t("There is nothing at this address.")), status=404)


def _language_link(request: Request, t: Translator, code: str) -> Markup:
    current: dict[str, str] = {"aria_current": "true"} if code == t.language else {}
    others = [each for each in request.url.query.split("&") if each and not each.startswith("lang=")]
    href = "?" + "&".join([*others, f"lang={code}"])
    return el.a(NAMES[code], href=href, lang=code, hreflang=code, class_="tap", **current)
