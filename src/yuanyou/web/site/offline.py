"""What stays on a phone for when there is no connection: one page in each language, kept by a service worker.

The page is made without a request: nothing of anybody's is in it. What a customer saw last of their lines
stays in their browser, and page.js puts it in there.
"""

from hashlib import blake2s

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from yuanyou.web.shared.context import language_tag
from yuanyou.web.shared.operator import operator

DRAWN_WITH = ("shared/app.css", "shared/page.js")
"""What every page is drawn with, so that nothing more is fetched for this one."""


@require_safe
@cache_control(no_cache=True)
@conditional_page
def page(_request: HttpRequest, language: str) -> HttpResponse:
    """You are offline: what you saw last, where to pay, how to reach us."""
    return HttpResponse(_page(language), headers={"Content-Language": language})


@require_safe
@cache_control(no_cache=True)
@conditional_page
def worker(_request: HttpRequest, language: str) -> HttpResponse:
    """The service worker. It changes with what it keeps, and browsers then take the new one by themselves."""
    files = [static(name) for name in DRAWN_WITH]
    version = blake2s("\n".join([_page(language), *files]).encode(), digest_size=8).hexdigest()
    kept = {"version": version, "page": reverse("site:offline", args=[language]), "files": files}
    script = render_to_string("site/worker.js", {"kept": kept})
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


def _page(language: str) -> str:
    if language not in dict(settings.LANGUAGES):
        raise Http404
    opens, closes = operator().hours(settings.CLOCK.now())
    context = {
        "operator": operator(),
        "language_tag": language_tag(language),
        "pay_address": settings.CONFIG.site_url + reverse("customer:find"),
        "opens": opens,
        "closes": closes,
    }
    with translation.override(language):
        return render_to_string("site/offline.html", context)
