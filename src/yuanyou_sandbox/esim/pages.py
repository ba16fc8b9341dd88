"""The phone's side of a profile: buttons, and the same as a control."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.esim.profiles import MOVES, STATES, NotPossible, Profiles
from yuanyou_sandbox.esim.words import WORDS
from yuanyou_sandbox.shared.html import Content, el
from yuanyou_sandbox.shared.pages import button, not_found, page, table
from yuanyou_sandbox.shared.requests import Told, form_of
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.shared.words import Translator, language_of

SHOWN = 50
ACTS = {
    "downloaded": "The phone downloads it",
    "installed": "The phone installs it",
    "enabled": "The phone enables it",
    "disabled": "The phone disables it",
    "deleted": "The phone deletes it",
}


class Phone:
    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/phone/{iccid}", self.act, methods=["POST"]),
        ]

    def controls(self) -> list[Route]:
        return [Route("/profiles/{iccid}", self.control, methods=["POST"])]

    def home(self, t: Translator) -> Content:
        """For the first page."""
        return [
            el.p(t("Profiles for phones, and what the phones do with them.")),
            el.p(
                el.a(t("Profiles"), href="/esim/", class_="tap"),
                " ",
                t("{n} profiles", n=self._profiles.count()),
            ),
        ]

    async def show(self, request: Request) -> Response:
        t = Translator(language_of(request), WORDS)
        head = ["ICCID", t("Reference"), t("State"), t("Activation code"), t("What the phone does")]
        found = self._profiles.newest(SHOWN)
        rows = table(t("Profiles"), head, [_row(t, each) for each in found])
        return page(request, t, "eSIM", rows if found else el.p(t("Nothing here yet.")), wide=True)

    async def act(self, request: Request) -> Response:
        """`state`: the phone moves the profile there; what it cannot do does nothing."""
        profile = self._profiles.get(request.path_params["iccid"])
        if profile is None:
            return not_found(request, Translator(language_of(request), WORDS))
        state = (await form_of(request)).get("state", "")
        if state in MOVES[profile["state"]]:
            self._profiles.move(profile, state)
        return RedirectResponse("/esim/", 303)

    async def control(self, request: Request) -> Response:
        """{state}: the same for tests; 409 when the phone cannot."""
        told = await Told.by(request)
        state = told.need_text("state", STATES)
        told.finish()
        profile = self._profiles.get(request.path_params["iccid"])
        if profile is None:
            raise HTTPException(404, "no such profile")
        try:
            return JSONResponse(self._profiles.move(profile, state))
        except NotPossible as no:
            raise HTTPException(409, str(no)) from no


def _row(t: Translator, profile: Document) -> list[Content]:
    acts = [
        button(t(ACTS[state]), f"/esim/phone/{profile['iccid']}", {"state": state})
        for state in MOVES[profile["state"]]
    ]
    shown = [profile["iccid"], profile["reference"], t(profile["state"]), profile["activation_code"]]
    return [*shown, el.div(*acts, class_="acts")]
