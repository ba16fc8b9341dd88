"""The eSIM platform, put together."""

from starlette.routing import Route

from yuanyou_sandbox.esim.api import CREATE, FAULTS, RETRIEVE, EsimApi
from yuanyou_sandbox.esim.pages import Phone
from yuanyou_sandbox.esim.profiles import COMPANY, Profiles
from yuanyou_sandbox.esim.words import WORDS
from yuanyou_sandbox.shared.company import Company
from yuanyou_sandbox.shared.world import World


def open_company(world: World) -> Company:
    """The interface for shops, the pages and controls for phones."""
    profiles = Profiles(world)
    api = EsimApi(profiles, world.faults, world.secret(COMPANY, "token", world.settings.esim_token, "esim_"))
    phone = Phone(profiles)
    return Company(
        name=COMPANY,
        title="eSIM",
        words=WORDS,
        routes=[Route("/profiles", api), Route("/profiles/{iccid}", api), *phone.routes()],
        controls=phone.controls(),
        home=phone.home,
        state=lambda: {"profiles": profiles.count()},
        faults=FAULTS,
        acts=(CREATE, RETRIEVE),
    )
