"""`/_control`: what tests and the demo do to all companies alike. JSON in, JSON out."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from yuanyou_sandbox.shared.company import Company, Sandbox
from yuanyou_sandbox.shared.faults import ANY, Fault
from yuanyou_sandbox.shared.mishaps import MODES, USUAL_COUNT, Mishap
from yuanyou_sandbox.shared.requests import Told

MOST_NOTICES = 1000


class Control:
    """The controls of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._world = sandbox, sandbox.world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/clock", self.clock, methods=["POST"]),
            Route("/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/notices", self.notices, methods=["GET"]),
            Route("/notices/release", self.release, methods=["POST"]),
            Route("/notices/{notice:int}/send", self.send_again, methods=["POST"]),
            Route("/state", self.state, methods=["GET"]),
            Route("/reset", self.reset, methods=["POST"]),
            *[Mount(f"/{each.name}", routes=list(each.controls)) for each in self._sandbox.companies],
        ]

    async def clock(self, request: Request) -> Response:
        """{advance_seconds}: let time pass, and do what has become due."""
        told = await Told.by(request)
        seconds = told.whole("advance_seconds") or 0
        told.finish()
        if seconds < 0:
            raise HTTPException(400, "time only moves forward")
        self._world.clock.advance(seconds)
        while self._world.timers.run_due():
            pass
        self._world.notices.look()
        return JSONResponse(self._clock())

    async def faults(self, request: Request) -> Response:
        """GET: what waits. DELETE: all goes well.

        POST {company, fault, on?, times?, about?, seconds?, value?} or {company, notices, count?, seconds?}.
        """
        if request.method == "DELETE":
            self._world.faults.clear()
            self._world.mishaps.clear()
        elif request.method == "POST":
            told = await Told.by(request)
            company = self._company(told)
            mode = told.text("notices", MODES)
            if mode:
                self._order_mishap(company, mode, told)
            else:
                self._order_fault(company, told)
        waiting = {"faults": self._world.faults.waiting(), "notices": self._world.mishaps.waiting()}
        return JSONResponse(waiting)

    async def notices(self, request: Request) -> Response:
        """What was sent and what was answered, oldest first: ?after_id&company&reference&limit."""
        asked = request.query_params
        found = self._world.notices.log(
            after_id=int(asked.get("after_id", 0)),
            company=asked.get("company"),
            reference=asked.get("reference"),
            limit=min(int(asked.get("limit", 100)), MOST_NOTICES),
        )
        return JSONResponse({"notices": found})

    async def release(self, request: Request) -> Response:
        """{company}: send what is held."""
        told = await Told.by(request)
        company = self._company(told)
        told.finish()
        return JSONResponse({"released": self._world.notices.release(company.name)})

    async def send_again(self, request: Request) -> Response:
        """Send this notice once more, now."""
        if not self._world.notices.send_again(request.path_params["notice"]):
            raise HTTPException(404, "no such notice")
        return JSONResponse({"sent": True})

    async def state(self, request: Request) -> Response:
        """The clock, what waits, and each company's own view."""
        del request
        told: dict[str, Any] = {
            "clock": self._clock(),
            "faults": self._world.faults.waiting(),
            "notice_mishaps": self._world.mishaps.waiting(),
            "notices": self._world.notices.counts(),
        }
        return JSONResponse(told | {each.name: each.state() for each in self._sandbox.companies})

    async def reset(self, request: Request) -> Response:
        """Everything as on the first day."""
        await request.body()
        self._world.forget_everything()
        for company in self._sandbox.companies:
            company.begin()
        return JSONResponse({"reset": True})

    def _clock(self) -> dict[str, Any]:
        return {"now": int(self._world.clock.now()), "offset_seconds": self._world.clock.offset()}

    def _company(self, told: Told) -> Company:
        names = tuple(each.name for each in self._sandbox.companies)
        found = self._sandbox.company(told.need_text("company", names))
        assert found
        return found

    def _order_mishap(self, company: Company, mode: str, told: Told) -> None:
        count, seconds = told.whole("count"), told.number("seconds")
        told.finish()
        mishap = Mishap(company.name, mode, count or USUAL_COUNT.get(mode, 1))
        if seconds is not None:
            mishap.seconds = seconds
        self._world.mishaps.add(mishap)

    def _order_fault(self, company: Company, told: Told) -> None:
        fault = Fault(
            company=company.name,
            fault=told.need_text("fault", company.faults),
            on=told.text("on", (ANY, *company.acts)) or ANY,
            times=told.whole("times") or 1,
            about=told.text("about"),
            seconds=told.number("seconds"),
            value=told.text("value"),
        )
        told.finish()
        self._world.faults.add(fault)
