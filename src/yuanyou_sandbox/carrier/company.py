"""The carrier, put together."""

from starlette.routing import Route

from yuanyou_sandbox.carrier.api import ACTS, FAULTS, CarrierApi
from yuanyou_sandbox.carrier.pages import Desk
from yuanyou_sandbox.carrier.subscriptions import COMPANY, Subscriptions
from yuanyou_sandbox.carrier.words import WORDS
from yuanyou_sandbox.shared.company import Company
from yuanyou_sandbox.shared.world import World


def open_company(world: World) -> Company:
    """The interface for operators, and the desk with its controls."""
    subscriptions = Subscriptions(world)
    token = world.secret(COMPANY, "token", world.settings.carrier_token, "carrier_")
    api = CarrierApi(subscriptions, world.faults, token)
    desk = Desk(subscriptions)
    return Company(
        name=COMPANY,
        title="Carrier",
        words=WORDS,
        routes=[
            Route("/subscriptions/{iccid}", api, methods=["GET"]),
            Route("/subscriptions/{iccid}/orders", api, methods=["POST"]),
            *desk.routes(),
        ],
        controls=desk.controls(),
        home=desk.home,
        state=subscriptions.counts,
        faults=FAULTS,
        acts=ACTS,
    )
