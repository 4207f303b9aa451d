"""The keeper's command line: what each command is called and says, and what is printed when one cannot go on.

Every command imports what it needs when it runs, since most of them need little and start-up is felt. Nothing that a
keeper can cause ends in a traceback: `main` turns what has a name into a sentence and an exit code.
"""

import asyncio
import io
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import click

from bot import __version__
from bot.keeper.commands import backup, import_, restore, stats, withdraw
from bot.storybook.commands import export, storybook

OK: Final = 0
FAILED: Final = 1
UNUSABLE: Final = 2
"""Wrong settings, wrong arguments, or a database that another bot has: nothing was started."""
BROKEN: Final = 70
"""A fault of the program (EX_SOFTWARE of sysexits.h)."""
INTERRUPTED: Final = 130

_FILE: Final = click.Path(path_type=Path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command (the process's own arguments if None) and returns its exit code; never raises."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without "…" shows "?", not a traceback
    try:
        code = altogether.main(None if arguments is None else list(arguments), "altogether", standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Exception as error:  # noqa: BLE001 -- the last place where a failure can be said in words
        return _say_failure(error)
    return code if isinstance(code, int) else OK


def _say_failure(error: Exception) -> int:
    """Print what went wrong; returns the exit code."""
    from bot.errors import AltogetherError, SettingsError
    from bot.intake.script import ScriptError
    from bot.settings import render_settings_problems
    from storage.errors import DatabaseLocked, DatabaseUnavailable, StorageError

    match error:
        case SettingsError():
            said, code = render_settings_problems(error), UNUSABLE
        case DatabaseLocked():
            said, code = f"Another bot is using this database: {error.holder}. Nothing was started.", UNUSABLE
        case ScriptError():
            said, code = f"The script can't be used; nothing was started.\n{error}", UNUSABLE
        case DatabaseUnavailable():
            said = f"The database can't be used just now (full, locked, read-only or damaged): {error}."
            code = FAILED
        case AltogetherError() if isinstance(error, ConnectionError):  # SlackUnavailable
            from bot.keeper.lookup import WHAT_NEXT

            said, code = f"{_sentence(str(error))} {WHAT_NEXT}", FAILED
        case AltogetherError() | StorageError():
            said, code = _sentence(str(error)), FAILED
        case _:
            said, code = _unexpected(error), BROKEN
    click.echo(said, err=True)
    return code


def _unexpected(error: Exception) -> str:
    """A fault of ours without what people wrote: class names and our own places in the code."""
    from bot.log import describe_exception
    from bot.redact import redact

    where = redact(describe_exception(error))
    return f"Something went wrong that should not have. Please report this line:\n  {where}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _print_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"Altogether {__version__}")
        context.exit()


class _AsWritten(click.Group):
    """Lists its commands in the order in which they stand here, and those like a misspelt one by likeness."""

    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name in self.commands or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        close = [f"{ctx.command_path} {one}" for one in get_close_matches(name, self.commands)]
        hint = f" Did you mean: {' · '.join(close)}" if close else ""
        raise click.UsageError(f'There is no command "{name}".{hint}', ctx)


@click.group(cls=_AsWritten, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Say which version.",
)
def altogether() -> None:
    """Altogether collects the stories an organisation learns from, in Slack.

    Try it without Slack: altogether rehearse. To run it for real, fill in .env and follow altogether doctor.
    """


@altogether.command()
@click.option("--scene", default="weekly", show_default=True, metavar="NAME", help="Which scene to play.")
@click.option("--script", "script_file", type=_FILE, metavar="FILE", help="Rehearse a script of your own.")
@click.option("--stay", is_flag=True, help="Stay open with a page to chat in, as on a terminal, until Ctrl-C.")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="Where the page is; 8420 if it is free.")
@click.option("--no-browser", is_flag=True, help="Open no browser; say where the page is.")
@click.option("--keep", is_flag=True, help="Keep all of it in .altogether-rehearsal, and go on from there next time.")
@click.option("--connect", is_flag=True, help="Start no bot; say what a program of your own needs to connect instead.")
def rehearse(
    scene: str, script_file: Path | None, *, stay: bool, port: int | None, no_browser: bool, keep: bool, connect: bool
) -> int:
    """Try the bot with made-up people, without Slack.

    Nothing leaves this computer. Plays a scene in the terminal; on a terminal, or with --stay, on a page in the browser
    too, which is then yours until Ctrl-C. Without, exit 1 if something that should have been said was not.

    So that nobody waits, posts and calls may come twenty times as fast as at Slack; with --connect, as fast as there.
    """
    import os

    if connect and (script_file is not None or keep):
        raise click.UsageError("--connect starts no bot: leave out --script and --keep.")
    outer = dict(os.environ)  # noqa: TID251 -- the rehearsal takes the way to programs from it, and warns of the rest
    if stay or connect or sys.stdout.isatty():
        from bot.rehearsal import staying

        wishes = staying.Wishes(port=port, browser=not no_browser, keep=keep, lend=connect)
        work = staying.stay(scene=scene, script=script_file, outer=outer, out=sys.stdout, wishes=wishes)
        return asyncio.run(work)
    if port is not None or no_browser or keep:
        raise click.UsageError("--port, --no-browser and --keep are for a rehearsal that stays open: add --stay.")
    from bot.rehearsal.scenes.stage import rehearse as play

    return asyncio.run(play(scene=scene, script=script_file, outer=outer, out=sys.stdout))


@altogether.command()
def run() -> int:
    """Run the bot until Ctrl-C.

    Wrong settings are all listed at once, each with its fix, and nothing is started (exit 2).
    """
    import gc

    # What is loaded now stays, and what a message makes is gone at once by itself: to look for cycles can wait.
    gc.set_threshold(50_000, 20, 20)
    from bot.app import serve
    from bot.log import set_up_logging
    from bot.settings import load_settings

    gc.freeze()
    settings = load_settings()
    set_up_logging(settings.log_level, secrets=settings.secrets)
    return asyncio.run(serve(settings, out=sys.stdout))


@altogether.command()
@click.option("--hello", metavar="USER", help="Also send this person (a member id, U0123) one direct message.")
def doctor(hello: str | None) -> int:
    """Check everything, and say how to fix what is wrong.

    Reads only, unless --hello asks for one message. Exit 0: ready. Exit 1: something to fix.
    """
    from bot.doctor import examine, is_member_id
    from bot.log import set_up_logging

    if hello is not None and not is_member_id(hello):
        raise click.UsageError('--hello needs a member id, such as U0123. In a profile: ⋮, "Copy member ID".')
    set_up_logging("CRITICAL")  # the page says what the libraries would log
    return asyncio.run(examine(sys.stdout, hello=hello))


@altogether.command()
@click.option("--name", help='What to call the app in Slack; "Altogether" if left out.')
def manifest(name: str | None) -> int:
    """Print the manifest to create the Slack app from.

    At https://api.slack.com/apps: Create New App, From a manifest, JSON, and paste it.
    """
    from bot.manifest import NAME, build_manifest, render_manifest

    try:
        built = build_manifest(name=NAME if name is None else name)
    except ValueError as error:
        raise click.UsageError(f"--name: {error}.") from error
    click.echo(render_manifest(built), nl=False)
    return OK


@altogether.group()
def script() -> None:
    """Work on a script: the questions the bot asks."""


@script.command()
@click.argument("file", type=_FILE)
def check(file: Path) -> int:
    """Say whether FILE can be used as a script.

    Lists every problem at once, each with its line. Exit 0: fine. Exit 1: not usable.
    """
    from bot.intake.script.file import check_script

    fine, report = check_script(file)
    click.echo(report)
    return OK if fine else FAILED


@altogether.command()
def migrate() -> int:
    """Make the database, or bring it up to date.

    For after an upgrade; stop the bot first. A migration that fails leaves the database as it was.
    """
    from bot.keeper.migrating import migrate_database
    from bot.settings import load_settings

    click.echo(migrate_database(load_settings(slack=False)))
    return OK


altogether.add_command(backup)


altogether.add_command(restore)


@altogether.group()
def digest() -> None:
    """See the coming digest, or post it now."""


@digest.command()
def preview() -> int:
    """Print what the next digest would hold, as things stand. Changes nothing."""
    from bot.keeper.digest_work import preview_digest
    from bot.log import set_up_logging
    from bot.settings import load_settings

    set_up_logging("CRITICAL")
    click.echo(asyncio.run(preview_digest(load_settings(slack=False))))
    return OK


@digest.command()
def post() -> int:
    """Post this week's digest now: it is that week's edition.

    With a bot running, the bot posts it; with none, this command does. A second time posts nothing.
    """
    from bot.app import deliver_once
    from bot.keeper.digest_work import post_digest
    from bot.log import set_up_logging
    from bot.settings import load_settings

    settings = load_settings()
    set_up_logging("WARNING", secrets=settings.secrets)
    click.echo(asyncio.run(post_digest(settings, deliver_once)))
    return OK


altogether.add_command(storybook)
altogether.add_command(export)
altogether.add_command(import_)


@altogether.group()
def audit() -> None:
    """Look at the record of what was decided."""


@audit.command()
@click.option("--head", metavar="CHECK", help='Also look for a "Record check" that reviewers were once shown.')
def verify(head: str | None) -> int:
    """Walk the whole trail, and name the first wrong row.

    Wrong is a row that was altered, removed or reordered. Exit 0: it holds. Exit 1: it does not.
    """
    from bot.keeper.records import verify_audit
    from bot.settings import load_settings

    if head is not None and not (8 <= len(head) <= 64 and set(head.lower()) <= set("0123456789abcdef")):
        raise click.UsageError("--head needs a record check as reviewers see it: 12 digits and letters a-f.")
    holds, said = verify_audit(load_settings(slack=False), head=head)
    click.echo(said)
    return OK if holds else FAILED


@audit.command()
@click.argument("ref")
def show(ref: str) -> int:
    """Print what was done to story REF (a number), a line each. Never who told it, and no words."""
    from bot.keeper.records import show_audit
    from bot.settings import load_settings

    number = ref.removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        raise click.UsageError("REF is the number of a story, such as 31.")
    click.echo(show_audit(load_settings(slack=False), int(number)))
    return OK


@altogether.command()
def retention() -> int:
    """Print what is kept for how long, and what has gone.

    It also says what would go now. It changes nothing.
    """
    from bot.keeper.records import report_retention
    from bot.settings import load_settings

    click.echo(report_retention(load_settings(slack=False)))
    return OK


altogether.add_command(stats)


altogether.add_command(withdraw)


@altogether.command()
def screen() -> int:
    """Find what looks like an identifier in text from standard input.

    Each line is text, or a JSON object with a "text". Prints a JSON object for each: {"text", "spans": [{"start",
    "end", "kind"}]}, counted in characters. It finds numbers, not people, and keeps nothing.
    """
    from bot.story.screening.lines import screen_line

    try:
        for number, line in enumerate(sys.stdin.buffer):  # bytes: a line ends where a line feed is, and nowhere else
            words = line.decode("utf-8-sig" if number == 0 else "utf-8", errors="replace").rstrip("\r\n")
            click.echo(f"{screen_line(words)}\n".encode(), nl=False)
    except BrokenPipeError:  # the reader has seen enough, as in: altogether screen < stories.txt | head
        _let_go_of_output()
    return OK


def _let_go_of_output() -> None:
    """Lets Python flush standard output at exit into nothing, where nobody reads it any more."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
