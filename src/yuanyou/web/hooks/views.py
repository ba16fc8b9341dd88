"""What providers tell us. The door proves, keeps and answers; work is done behind it."""

import logging
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from yuanyou.flows import settlement
from yuanyou.payments.port import BadNotice
from yuanyou.wiring import NoSuchProvider

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def payment(request: HttpRequest, provider: str) -> HttpResponse:
    """A payment provider's notice: 400 unless it signed it, 404 for a provider we do not have."""
    try:
        ack = settlement.receive(
            provider,
            headers=dict(request.headers),
            body=request.body,
            now=settings.CLOCK.now(),
            real=datetime.now(UTC),
        )
    except NoSuchProvider:
        return HttpResponse(status=404)
    except BadNotice as refused:
        log.warning("refused a notice for %s: %s", provider, refused)
        return HttpResponse(status=400)
    return HttpResponse(ack.body, status=ack.status, content_type=ack.content_type)
