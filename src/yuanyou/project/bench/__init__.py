"""Measurements that `yuanyou bench NAME` makes on a running system.

`<name>.py` has `def run(target: Target, step: Step) -> dict[str, object]`: figures by name, nested where
they belong together; they are the top level of the `--json` object, and printed as `a.b  figure`
otherwise. Phases are blocks `with step("warm up"): ...`. The module's first docstring line says what
is measured.
"""
