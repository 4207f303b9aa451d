"""The storybook's part of the command line: `storybook build`, `export`.

`bot/cli.py` puts them in their places and turns what has a name into a sentence; what they do is in `work.py`.
"""

import sys
from pathlib import Path
from typing import Final

import click

_FILE: Final = click.Path(path_type=Path)


@click.group()
def storybook() -> None:
    """Make the storybook: a site of the stories that may be read."""


@storybook.command()
@click.argument("folder", type=_FILE)
@click.option("--audience", type=click.Choice(["staff", "public"]), required=True, help="Who will read it.")
@click.option("--pdf", is_flag=True, help="Also make storybook.pdf, a booklet.")
@click.option("--epub", is_flag=True, help="Also make storybook.epub, an e-book.")
def build(folder: Path, audience: str, *, pdf: bool, epub: bool) -> int:
    """Build the storybook in FOLDER, or bring it up to date.

    It needs no server: open index.html. A running bot keeps it up to date from then on.
    """
    from bot.log import set_up_logging
    from bot.settings import load_settings
    from bot.storybook.work import build_storybook
    from storage.books import Audience

    set_up_logging("CRITICAL")  # what was done is said below
    click.echo(build_storybook(load_settings(slack=False), folder, Audience(audience), pdf=pdf, epub=epub))
    return 0


@click.command()
@click.option("--format", "kind", type=click.Choice(["csv", "jsonl", "markdown"]), required=True, help="What kind.")
@click.option("--audience", type=click.Choice(["staff", "public", "training"]), required=True, help="Who will read it.")
@click.option("--to", type=_FILE, help="The file to write, over one that is there; without it, standard output.")
def export(kind: str, audience: str, to: Path | None) -> int:
    """Write the stories that this audience may read to a file.

    The export is noted: when a story in it is taken back, reviewers and its teller hear that the file holds it.
    """
    from bot.log import set_up_logging
    from bot.settings import load_settings
    from bot.storybook.exporting import Format
    from bot.storybook.work import export_stories
    from storage.books import Audience

    set_up_logging("CRITICAL")  # what was done is said below
    said = export_stories(load_settings(slack=False), Format(kind), Audience(audience), to, sys.stdout)
    click.echo(said, err=True)
    return 0
