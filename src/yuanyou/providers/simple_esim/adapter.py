"""An eSIM platform with a plain JSON interface: what the sandbox speaks until GSMA ES2+ comes."""

from typing import Any

import httpx

from yuanyou.esim.port import EsimRefused, EsimTrouble, IssuedProfile

TIMEOUT_SECONDS = 5


class SimpleEsim:
    """`POST /profiles {reference}` is idempotent per reference; `GET /profiles/<iccid>`."""

    def __init__(self, *, url: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=url, timeout=TIMEOUT_SECONDS, headers={"Authorization": f"Bearer {token}"}
        )

    def order(self, reference: str) -> IssuedProfile:
        return self._ask("POST", "/profiles", json={"reference": reference})

    def look_up(self, iccid: str) -> IssuedProfile:
        return self._ask("GET", f"/profiles/{iccid}")

    def _ask(self, method: str, path: str, **body: Any) -> IssuedProfile:
        try:
            answer = self._http.request(method, path, **body)
        except httpx.HTTPError as error:
            raise EsimTrouble(repr(error)) from error
        if answer.status_code >= 500:  # noqa: PLR2004  HTTP: server errors
            raise EsimTrouble(f"answered {answer.status_code}")
        if answer.is_error:
            raise EsimRefused(f"answered {answer.status_code}: {answer.text[:200]}")
        try:
            told = answer.json()
            return IssuedProfile(
                iccid=told["iccid"],
                smdp_address=told["smdp_address"],
                matching_id=told["matching_id"],
                activation_code=told["activation_code"],
                state=told["state"],
                eid=told.get("eid"),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise EsimTrouble(f"unreadable answer: {error!r}") from error
