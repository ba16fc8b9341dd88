"""The laws that data can break, one module each, for `yuanyou doctor`.

`<name>.py` has `def run(target: Target, step: Step) -> Iterable[str]`: one sentence per breach, naming
the rows; none when the law is kept. It only reads. Django is loaded, with the system's own settings. `step`
times parts that deserve a line of their own. The module's first docstring line is the law in words.
"""
