"""What a simulated company shows to the rest of the sandbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.shared.html import Content
from yuanyou_sandbox.shared.words import Translator
from yuanyou_sandbox.shared.world import World


def nothing() -> None:
    """For what has nothing to do."""


@dataclass(frozen=True, slots=True)
class Company:
    """One folder. Its routes are mounted under `/<name>`, its controls under `/_control/<name>`."""

    name: str
    title: str
    words: Mapping[str, str]
    routes: list[BaseRoute]
    controls: list[Route]
    home: Callable[[Translator], Content]
    """Its part of the first page."""
    state: Callable[[], dict[str, Any]]
    """Its part of `/_control/state`."""
    faults: tuple[str, ...]
    """What can go wrong with it,"""
    acts: tuple[str, ...]
    """and on which acts."""
    notifies: bool = False
    """Does it send notices?"""
    begin: Callable[[], None] = nothing
    """What it does at every start, and when everything was reset."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The world and the companies in it."""

    world: World
    companies: tuple[Company, ...]

    def company(self, name: str) -> Company | None:
        return next((each for each in self.companies if each.name == name), None)
