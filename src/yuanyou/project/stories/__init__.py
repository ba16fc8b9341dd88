"""Stories that `yuanyou story NAME` plays through the public doors of a running system.

`<name>.py` has `def run(target: Target, step: Step) -> dict[str, object] | None`. Each thing that
happens is a block `with step("renew early"): ...` that raises `NotAsTold` when it went otherwise; the
first that fails ends the story. What `run` returns is printed under the steps (with `--json`: as "facts").
The module's first docstring line says what the story tells.
"""
