"""Inside WeChat a payer must be known to WeChat Pay: WeChat is asked once, in a redirect that nobody sees.

What the payer had sent is kept in their session and sent on when they are back: the same order, the same key.
"""

import logging
import secrets

from django.conf import settings
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from yuanyou import wiring
from yuanyou.payments.port import ProviderTrouble
from yuanyou.web.shared.payer import REF

log = logging.getLogger(__name__)
ASKED = "asked_who_pays"


def ask(request: HttpRequest, *, back: str) -> HttpResponse:
    """Send the payer past WeChat, with what they sent kept; `back` is where they choose again if it fails."""
    app = wiring.host_app()
    if app is None:
        return _not_known(request, back)
    state = secrets.token_hex(16)
    request.session[ASKED] = {
        "state": state,
        "path": request.path,
        "form": request.POST.urlencode(),
        "back": back,
    }
    return redirect(app.sign_in_url(settings.CONFIG.site_url + reverse("customer:known"), state))


@never_cache
@require_GET
def known(request: HttpRequest) -> HttpResponse:
    """Back from WeChat: who pays is kept in the session, and what they had sent is sent on."""
    asked = request.session.pop(ASKED, None)
    if asked is None or not constant_time_compare(asked["state"], request.GET.get("state", "")):
        return _not_known(request, reverse("customer:find") if asked is None else asked["back"])
    app = wiring.host_app()
    try:
        if app is not None:
            request.session[REF] = app.open_id(request.GET.get("code", ""))
    except ProviderTrouble as trouble:
        log.warning("WeChat did not say who pays: %s", trouble)
    if REF not in request.session:
        return _not_known(request, asked["back"])
    return _send_on(request, asked)


def _send_on(request: HttpRequest, asked: dict[str, str]) -> HttpResponse:
    """What the payer sent before they were asked, as if they sent it now. It came with our own CSRF token."""
    view = resolve(asked["path"])
    request.method, request.POST = "POST", QueryDict(asked["form"])
    answer: HttpResponse = view.func(request, *view.args, **view.kwargs)
    # A page that says what is wrong belongs to its own address: there the form says it when it is sent again.
    return answer if answer.has_header("Location") else redirect(asked["back"])


def _not_known(request: HttpRequest, back: str) -> HttpResponse:
    notices.warning(request, _("WeChat did not say who is paying. Try again, or pay another way."))
    return redirect(back)
