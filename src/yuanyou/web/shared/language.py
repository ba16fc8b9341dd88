"""The language of a page: `?lang=` when the address says so (and from then on), else Django's choice."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from yuanyou.web.shared.sign_in import remember_language

Answer = Callable[[HttpRequest], HttpResponse]
_OFFERED = frozenset(code for code, _name in settings.LANGUAGES)


def language_middleware(answer: Answer) -> Answer:
    """Stands after LocaleMiddleware. An unknown `?lang=` is ignored."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "").lower()
        if asked not in _OFFERED:
            return answer(request)
        translation.activate(asked)
        request.LANGUAGE_CODE = asked
        response = answer(request)
        response.headers["Content-Language"] = asked
        patch_vary_headers(response, ("Cookie",))
        remember_language(response, asked)
        return response

    return middleware
