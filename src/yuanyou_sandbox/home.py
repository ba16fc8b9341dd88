"""The first page: the companies, what goes wrong next, the clock; and the log of notices."""

import contextlib

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.shared.company import Company, Sandbox
from yuanyou_sandbox.shared.faults import ANY, Fault
from yuanyou_sandbox.shared.html import Content, Markup, el
from yuanyou_sandbox.shared.mishaps import MODES, USUAL_COUNT, Mishap
from yuanyou_sandbox.shared.pages import button, facts, page, table
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.times import shown_time
from yuanyou_sandbox.shared.words import Translator, language_of

SHOWN = 100
STEPS = {"60": "+1 min", "3600": "+1 h", "86400": "+1 d"}
SEE_OTHER = 303
WORDS = {
    "All goes well": "一切正常",
    "Answer": "回应",
    "Clock": "时钟",
    "Goes wrong next": "接下来会出错",
    "Hold": "暂扣",
    "How often": "次数",
    "Let it go wrong": "让它出错",
    "Let time pass": "让时间前进",
    "Mail": "邮件",
    "Notice": "通知",
    "Notices": "异步通知",
    "Notices that were sent, and the answers": "已发出的通知和收到的回应",
    "Nothing is going to go wrong.": "目前没有安排任何故障。",
    "On": "发生在",
    "Release": "放行",
    "Send again": "重新发送",
    "Simulated companies": "模拟公司",
    "State": "状态",
    "The next notices": "接下来的通知",
    "What goes wrong": "故障",
    "delay": "延迟",
    "drop": "丢弃",
    "duplicate": "重复",
    "hold": "暂扣",
    "reorder": "乱序",
}


class Home:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._world = sandbox, sandbox.world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/clock", self.pass_time, methods=["POST"]),
            Route("/faults", self.order, methods=["POST"]),
            Route("/notices", self.notices, methods=["GET"]),
            Route("/notices", self.act_on_notices, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        t = Translator(language_of(request), WORDS, *[each.words for each in self._sandbox.companies])
        return page(
            request,
            t,
            t("Simulated companies"),
            [self._company(t, each) for each in self._sandbox.companies],
            self._waiting(t),
            self._clock(t),
            wide=True,
        )

    async def pass_time(self, request: Request) -> Response:
        """`seconds` of the buttons."""
        seconds = (await form_of(request)).get("seconds", "")
        if seconds in STEPS:
            self._world.clock.advance(int(seconds))
        return RedirectResponse("/", SEE_OTHER)

    async def order(self, request: Request) -> Response:
        """`action` is clear, fault or notices; a form that does not fit does nothing."""
        form = await form_of(request)
        company = self._sandbox.company(form.get("company", ""))
        times = int(form["times"]) if form.get("times", "").isdigit() else 1
        if form.get("action") == "clear":
            self._world.faults.clear()
            self._world.mishaps.clear()
        elif company and form.get("fault") in company.faults and form.get("on") in {ANY, *company.acts}:
            self._world.faults.add(Fault(company.name, form["fault"], form["on"], times))
        elif company and form.get("notices") in MODES:
            mode = form["notices"]
            self._world.mishaps.add(Mishap(company.name, mode, max(times, USUAL_COUNT.get(mode, 1))))
        return RedirectResponse("/", SEE_OTHER)

    async def notices(self, request: Request) -> Response:
        t = Translator(language_of(request), WORDS)
        found = self._world.notices.latest(SHOWN)
        rows: list[list[Content]] = [
            [
                shown_time(each["made_at"]),
                el.span(each["type"], el.br(), el.small(each["reference"])),
                f"{each['state']} ({each['tries']})",
                [
                    el.div(f"{one['status'] or ''} {one['answer'][:60]} {one['milliseconds']} ms")
                    for one in each["answers"]
                ],
                button(t("Send again"), "/notices", {"send": str(each["id"])}),
            ]
            for each in found
        ]
        head = [t("Time"), t("Notice"), t("State"), t("Answer"), t("Send again")]
        held = [
            button(t("Release"), "/notices", {"release": each.name})
            for each in self._sandbox.companies
            if each.notifies
        ]
        made = table(t("Notices"), head, rows) if rows else el.p(t("Nothing here yet."))
        return page(
            request,
            t,
            t("Notices that were sent, and the answers"),
            el.div(*held, class_="acts"),
            made,
            wide=True,
        )

    async def act_on_notices(self, request: Request) -> Response:
        """`send` one again, or `release` a company's."""
        form = await form_of(request)
        with contextlib.suppress(ValueError):
            self._world.notices.send_again(int(form.get("send", "")))
        if self._sandbox.company(form.get("release", "")):
            self._world.notices.release(form["release"])
        return RedirectResponse("/notices", SEE_OTHER)

    def _company(self, t: Translator, company: Company) -> Markup:
        name = company.name
        faults = el.form(
            el.input(type="hidden", name="company", value=name),
            _select(f"{name}-fault", "fault", t("What goes wrong"), company.faults),
            _select(f"{name}-on", "on", t("On"), (ANY, *company.acts)),
            _times(t, f"{name}-times"),
            el.p(el.button(t("Let it go wrong"), class_="btn quiet", type="submit")),
            method="post",
            action="/faults",
        )
        return el.section(
            el.h2(t(company.title), id=name),
            company.home(t),
            el.details(el.summary(t("What goes wrong")), faults),
            self._mishaps(t, company) if company.notifies else None,
            class_="sheet",
            aria_labelledby=name,
        )

    def _mishaps(self, t: Translator, company: Company) -> Markup:
        modes = [button(t(mode), "/faults", {"company": company.name, "notices": mode}) for mode in MODES]
        log = el.a(t("Notices that were sent, and the answers"), href="/notices", class_="tap")
        return el.div(el.h3(t("The next notices")), el.div(*modes, class_="acts"), el.p(log))

    def _waiting(self, t: Translator) -> Markup:
        waiting: list[Content] = [
            el.li(f"{each['company']}: {each['fault']} / {each['on']} × {each['times']}")
            for each in self._world.faults.waiting()
        ]
        waiting += [
            el.li(f"{each['company']}: {t(str(each['mode']))} × {each['count']}")
            for each in self._world.mishaps.waiting()
        ]
        told = [el.ul(waiting), button(t("All goes well"), "/faults", {"action": "clear"})]
        nothing = el.p(t("Nothing is going to go wrong."))
        return el.section(el.h2(t("Goes wrong next")), told if waiting else nothing, class_="sheet")

    def _clock(self, t: Translator) -> Markup:
        steps = [button(label, "/clock", {"seconds": seconds}) for seconds, label in STEPS.items()]
        now = facts((t("Clock"), shown_time(self._world.clock.now())))
        return el.section(el.h2(t("Let time pass")), now, el.div(*steps, class_="acts"), class_="sheet")


def _select(ident: str, name: str, label: str, options: tuple[str, ...]) -> list[Content]:
    made = el.select([el.option(each, value=each) for each in options], id=ident, name=name)
    return [el.label(label, for_=ident, class_="field"), made]


def _times(t: Translator, ident: str) -> list[Content]:
    field = el.input(id=ident, name="times", type="number", min=1, max=1000, value=1)
    return [el.label(t("How often"), for_=ident, class_="field"), field]
