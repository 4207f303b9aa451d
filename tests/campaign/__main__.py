"""`python -m tests.campaign`: each campaign by its name; exit code 1 where anything was wrong."""

import argparse
import sys

from . import contrast, crash_all, disk, kill, overload, planting, simulate
from .report import Campaign, report

CAMPAIGNS: tuple[Campaign, ...] = (
    kill.CAMPAIGN,
    contrast.CAMPAIGN,
    planting.CAMPAIGN,
    simulate.CAMPAIGN,
    crash_all.CAMPAIGN,
    disk.CAMPAIGN,
    overload.CAMPAIGN,
)
"""Every campaign, a line each; a campaign's module says what it does and which options it takes."""


def main() -> int:
    """Runs the campaign that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True, metavar="CAMPAIGN")
    for campaign in CAMPAIGNS:
        campaign.options(names.add_parser(campaign.name, help=campaign.help, description=campaign.help))
    asked = parser.parse_args()
    chosen = next(campaign for campaign in CAMPAIGNS if campaign.name == asked.name)
    return report(chosen.play(asked))


if __name__ == "__main__":
    sys.exit(main())
