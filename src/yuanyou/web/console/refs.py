"""References in the console's addresses."""

from django.conf import settings
from django.http import Http404

from yuanyou.kernel.ids import BadReference, parse


def id_of(text: str, kind: str) -> int:
    """The id in a reference, in a cell that we have. Http404."""
    try:
        found = parse(text, kind)
    except BadReference:
        raise Http404 from None
    if found.cell not in settings.CONFIG.cells:
        raise Http404
    return found.id
