"""`docs/states/`: one Mermaid diagram for each state machine, from the table that the code runs on."""

from collections import defaultdict
from enum import StrEnum
from importlib import import_module
from typing import Any

from yuanyou.kernel.state import Machine
from yuanyou.project.docs.markdown import code, document, table

MODULES = ("lines", "payments", "orders", "esim", "network", "messages")


def machines() -> dict[str, tuple[str, Machine[Any, Any]]]:
    """Every machine by its name, with the module it lives in."""
    return {
        value.name: (module, value)
        for module in MODULES
        for value in vars(import_module(f"yuanyou.{module}.rules")).values()
        if isinstance(value, Machine)
    }


def pages() -> dict[str, str]:
    """The Markdown of every file in `docs/states/`."""
    found = machines()
    drawn = {f"{name}.md": _page(module, machine) for name, (module, machine) in found.items()}
    return {"README.md": _index(found), **drawn}


def _index(found: dict[str, tuple[str, Machine[Any, Any]]]) -> str:
    rows = [
        (f"[{name}]({name}.md)", code(f"{module}/rules.py"), ", ".join(states(machine)))
        for name, (module, machine) in found.items()
    ]
    return document(
        "# States",
        "What is not an arrow is refused (`NotAllowed`), and the database knows no other state.",
        table(("life", "where", "states"), rows),
    )


def _page(module: str, machine: Machine[Any, Any]) -> str:
    return document(
        f"# The life of one {machine.name}",
        f"From `src/yuanyou/{module}/rules.py`.",
        diagram(machine),
        "What each event makes of each state; where nothing stands, it is refused.",
        _matrix(machine),
    )


def diagram(machine: Machine[Any, Any]) -> str:
    """A Mermaid state diagram: one arrow for each pair of states, with every event that leads along it."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for state in states(machine):
        for event in _events(machine):
            if machine.allows(state, event):
                arrows[state, machine.after(state, event)].append(event)
    left = {before for before, after in arrows if before != after}
    lines = [
        "stateDiagram-v2",
        f"    [*] --> {states(machine)[0]}",
        *(f"    {before} --> {after}: {', '.join(events)}" for (before, after), events in arrows.items()),
        *(f"    {state} --> [*]" for state in states(machine) if state not in left),
    ]
    return "\n".join(("```mermaid", *lines, "```"))


def _matrix(machine: Machine[Any, Any]) -> str:
    rows = [
        (f"**{state}**", *(machine.moves.get((state, event), "") for event in _events(machine)))
        for state in states(machine)
    ]
    return table(("", *_events(machine)), rows)


def states(machine: Machine[Any, Any]) -> list[StrEnum]:
    """Every state, in the order of its enumeration: the first one is where a life begins."""
    kind: type[StrEnum] = type(next(iter(machine.moves.values())))
    return list(kind)


def _events(machine: Machine[Any, Any]) -> list[StrEnum]:
    kind: type[StrEnum] = type(next(iter(machine.moves))[1])
    return list(kind)
