"""The keeper's part of the command line: backups, stories from elsewhere, numbers, a withdrawal without Slack.

`bot/cli.py` puts them in their places and turns what has a name into a sentence; what they do is in this room.
"""

import sys
from pathlib import Path
from typing import Final

import click

_FILE: Final = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Write over FILE if it is there already.")
def backup(file: Path, *, force: bool) -> int:
    """Copy the database to FILE, beside a running bot too.

    The copy is opened and looked through before it gets its name. Exit 1: no copy, or the audit trail in it does not
    hold.
    """
    from bot.keeper.backup import back_up
    from bot.settings import load_settings

    holds, said = back_up(load_settings(slack=False), file, force=force)
    click.echo(said)
    return 0 if holds else 1


@click.command()
@click.argument("file", type=_FILE)
def restore(file: Path) -> int:
    """Put a backup in the place of the database.

    Stop the bot first. What was taken back since is forgotten again, and what was there is kept aside.
    """
    from bot.keeper.backup_restoring import restore as put_back
    from bot.log import set_up_logging
    from bot.settings import load_settings

    set_up_logging("CRITICAL")  # what was done is said below
    click.echo(put_back(load_settings(slack=False), file))
    return 0


@click.command()
def stats() -> int:
    """Print the last eight weeks in numbers.

    Stories started, sent and decided, where tellers stop, and how long stories wait. Nobody can be found in them: a
    number from one to four says "fewer than 5".
    """
    from bot.intake.script.file import load_script
    from bot.keeper.stats import report_stats
    from bot.settings import load_settings

    settings = load_settings(slack=False)
    click.echo(report_stats(settings, load_script(settings.script)))
    return 0


@click.command()
def withdraw() -> int:
    """Take a story back by its code, for whoever has left Slack.

    Asks for the code without showing it, or reads it from standard input, so that it stands in no history. The words go
    at once; the bot removes the rest from Slack when it runs. Exit 1: nothing was taken back.
    """
    from bot.keeper.withdrawing import read_code, withdraw_by_code
    from bot.log import set_up_logging
    from bot.settings import load_settings

    set_up_logging("CRITICAL")  # what was done is said below
    done, said = withdraw_by_code(load_settings(slack=False), read_code(sys.stdin))
    click.echo(said)
    return 0 if done else 1


@click.command("import")
@click.argument("file", type=_FILE)
def import_(file: Path) -> int:
    """Put stories that were collected elsewhere before the reviewers.

    FILE is CSV with a heading, or .jsonl with an object a line. Exit 1: something is wrong with a row, and nothing was
    taken.

    \b
    Needed:       closeness, what, difference, services, lesson, places
    May be empty: enablers, barriers, role, organisation, title, naming, credit

    These are the built-in script's; a script of your own has the ids of its prompts in place of all but places, naming
    and credit. A choice is its id or its text, with semicolons between several. Places: digest; staff; public;
    training. Naming: name (and then credit), role_and_organisation, role or none.
    """
    from bot.errors import SettingsError
    from bot.keeper.importing import import_stories
    from bot.log import set_up_logging
    from bot.settings import load_settings

    set_up_logging("CRITICAL")  # what was done is said below
    try:
        settings = load_settings()
    except SettingsError:
        if not file.exists():  # both at once: else the second is found out only when the first is mended
            click.echo(f"There is no file {file}.", err=True)
        raise
    taken, said = import_stories(settings, file)
    click.echo(said)
    return 0 if taken else 1
