"""Commands about alerts: whether a message arrives, and what is wrong now."""

from __future__ import annotations

from dataclasses import asdict

import typer

from pipelines.settings import get_settings
from pipelines.terminal import CANNOT, NOT_IN_ORDER, AsJson, answer, console, fail, plain

app = typer.Typer(help="Alerts: try the channels, see what is wrong now.", no_args_is_help=True)


@app.command("test")
def try_channels(as_json: AsJson = False) -> None:
    """Send a message to every channel.

    Exit code 0: all took it; 1: one did not; 2: no channel is set.

    Examples: asn alerts test
    """
    from pipelines.alerts.channels import send

    settings = get_settings()
    if not settings.channels:
        fail("no channel is set: WAREHOUSE_ALERT_URLS holds URLs of apprise, separated by blanks", NOT_IN_ORDER)
    body = "A test of the alert channels of the competency warehouse. Nothing is wrong, nothing is to be done."
    n_sent = send(settings.channels, "test of the alerts", body)
    if as_json:
        answer({"channels": len(settings.channels), "took_it": n_sent})
    else:
        console.print(f"{n_sent} of {len(settings.channels)} channels took the message")
    raise typer.Exit(0 if n_sent == len(settings.channels) else CANNOT)


@app.command("list")
def list_causes(as_json: AsJson = False) -> None:
    """What is wrong with the data now, with its mend. Nothing is sent, and nothing is remembered.

    Exit code 0: said, also where something is wrong.

    Examples: asn alerts list
    """
    from pipelines.alerts.night import standing
    from pipelines.alerts.told import text_of

    found = standing(get_settings())
    if as_json:
        answer([asdict(cause) for cause in found])
        return
    for cause in found:
        console.print(f"[yellow]{cause.kind.replace('_', ' ')}: {plain(cause.subject)}[/yellow]", soft_wrap=True)
        console.print(plain(text_of(cause, cause.since.isoformat())), soft_wrap=True)
    if not found:
        console.print("nothing is wrong with the data")
