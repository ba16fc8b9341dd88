"""Lists as Stripe pages them: newest first, by cursor; and searches by one metadata value."""

import re
from collections.abc import Collection

from yuanyou_sandbox.shared.store import EVERYTHING, Document, Page
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.errors import ApiError, missing
from yuanyou_sandbox.stripe.params import Params

USUAL, MOST = 10, 100
QUERY = re.compile(r"""metadata\[["'](?P<name>[^"']+)["']\]\s*:\s*["'](?P<value>[^"']*)["']""")


def listed(data: list[Document], url: str, *, more: bool) -> Document:
    return {"object": "list", "data": data, "has_more": more, "url": url}


def paged(
    account: Account,
    params: Params,
    kind: str,
    url: str,
    *,
    by: Collection[str] = (),
    key: tuple[str, str] | None = None,
) -> Document:
    """A page of a kind: of what is kept under `key`, or by at most one of the filters `by`."""
    filters = {name: value for name in by if (value := params.text(name)) is not None}
    if len(filters) > 1:
        raise ApiError(f"The sandbox lists by one of {', '.join(by)} at a time.")
    since, before = _created(params)
    page = Page(
        limit=_limit(params),
        key=key or next(iter(filters.items()), None),
        since=since,
        before=before,
        after_id=params.text("starting_after"),
        before_id=params.text("ending_before"),
    )
    params.finish()
    try:
        data, more = account.page(kind, page)
    except LookupError as unknown:
        raise missing(kind, str(unknown.args[0]), "starting_after") from None
    return listed(data, url, more=more)


def search(account: Account, params: Params, kind: str, url: str) -> Document:
    """GET .../search?query=metadata['name']:'value'."""
    query = params.need_text("query")
    limit = _limit(params)
    params.finish()
    match = QUERY.fullmatch(query.strip())
    if match is None:
        raise ApiError("The sandbox searches by metadata['name']:'value' only.", param="query")
    data, more = account.page(kind, Page(limit=limit, key=(f"metadata.{match['name']}", match["value"])))
    return {"object": "search_result", "data": data, "has_more": more, "next_page": None, "url": url}


def _limit(params: Params) -> int:
    limit = params.integer("limit")
    if limit is None:
        return USUAL
    if not 1 <= limit <= MOST:
        raise ApiError(f"Invalid integer: {limit}; must be between 1 and {MOST}", param="limit")
    return limit


def _created(params: Params) -> tuple[int, int]:
    """`created=t` or `created[gte|gt|lte|lt]=t` as [since, before)."""
    if not params.holds_group("created"):
        exactly = params.integer("created")
        return (0, EVERYTHING) if exactly is None else (exactly, exactly + 1)
    group = params.need("created", params.group("created"))
    least, more_than = group.integer("gte") or 0, group.integer("gt")
    most, less_than = group.integer("lte"), group.integer("lt")
    since = max(least, more_than + 1 if more_than is not None else 0)
    before = min(EVERYTHING if less_than is None else less_than, EVERYTHING if most is None else most + 1)
    return since, before
