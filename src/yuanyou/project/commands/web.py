"""`yuanyou web`."""

import click


@click.command
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
def command(host: str, port: int) -> None:
    """Answer web requests."""
    from yuanyou.project.serve import serve

    serve(host, port)
