"""The page that is shown when everything else failed: it asks no database and no session."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token

from yuanyou.web.shared import context

log = logging.getLogger(__name__)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500, in the page's language."""
    known = context.operator(request) | {"LANGUAGE_CODE": getattr(request, "LANGUAGE_CODE", "en")}
    return HttpResponseServerError(loader.render_to_string("500.html", known))
