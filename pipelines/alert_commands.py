"""Commands about alerts: whether a message arrives, and what is wrong now."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from pipelines.settings import get_settings

app = typer.Typer(help="Alerts: try the channels, see what is wrong now.", no_args_is_help=True)
console = Console(file=sys.stdout, highlight=False)


@app.command()
def test() -> None:
    """Send a message to every channel. Exit code 0: all took it; 1: one did not; 2: no channel is set."""
    from pipelines.alerts.channels import send

    settings = get_settings()
    if not settings.channels:
        console.print("no channel is set: WAREHOUSE_ALERT_URLS holds URLs of apprise, separated by blanks")
        raise typer.Exit(2)
    body = "A test of the alert channels of the competency warehouse. Nothing is wrong, nothing is to be done."
    n_sent = send(settings.channels, "test of the alerts", body)
    console.print(f"{n_sent} of {len(settings.channels)} channels took the message")
    raise typer.Exit(0 if n_sent == len(settings.channels) else 1)


@app.command("list")
def list_causes() -> None:
    """What is wrong with the data now, with its mend. Nothing is sent, and nothing is remembered."""
    from pipelines.alerts.night import standing
    from pipelines.alerts.told import text_of

    found = standing(get_settings())
    for cause in found:
        console.print(f"[yellow]{cause.kind.replace('_', ' ')}: {cause.subject}[/yellow]", soft_wrap=True)
        console.print(text_of(cause, cause.since.isoformat()), soft_wrap=True)
    if not found:
        console.print("nothing is wrong with the data")
