"""What the doctor says of the information-governance lead."""

import pytest

from .conftest import Keeper

RAE, AMIRA = "U0RAE00001", "U0AMIRA001"


def said(page: str) -> list[str]:
    return [" ".join(line.split()) for line in page.splitlines() if " lead " in line]


async def test_nothing_is_said_where_there_is_none(keeper: Keeper) -> None:
    """Without IG_LEAD there is no line about one."""
    assert said((await keeper.doctor())[1]) == []


@pytest.mark.parametrize(
    ("lead", "on", "expected"),
    [
        (RAE, "no", "ok lead is here; nobody can ask who told a story, since BREAK_GLASS is off"),
        (RAE, "yes", "ok lead is here, and decides whether a reviewer may see who told a story"),
        ("U0NOBODY99", "yes", "FIX lead U0NOBODY99 is nobody here (user_not_found). Give a person's id in IG_LEAD."),
    ],
)
async def test_whoever_is_named_is_looked_up(keeper: Keeper, lead: str, on: str, expected: str) -> None:
    """A person who is here, and whether there is anything for them to decide; an id that is nobody's is to be fixed."""
    assert said((await keeper.doctor(IG_LEAD=lead, BREAK_GLASS=on))[1])[0] == expected


async def test_a_lead_who_has_left_and_one_who_reviews_alone(keeper: Keeper) -> None:
    """Somebody who has left is to be replaced; a lead who is the only reviewer leaves nobody to ask them."""
    page = (await keeper.doctor(IG_LEAD=AMIRA, BREAK_GLASS="yes", REVIEWERS=AMIRA))[1]
    assert any("note lead is the only reviewer" in line for line in said(page))
    keeper.rehearsal.workspace.directory.profiles[RAE].deleted = True
    page = (await keeper.doctor(IG_LEAD=RAE))[1]
    assert said(page) == [f"FIX lead {RAE} has left. Give another person's id in IG_LEAD."]


async def test_break_glass_needs_a_lead(keeper: Keeper) -> None:
    """Switched on with nobody to decide, or with something that is no person's id: named before anything starts."""
    page = (await keeper.doctor(BREAK_GLASS="yes"))[1]
    assert "Give their member id in IG_LEAD" in " ".join(page.split())
    page = (await keeper.doctor(IG_LEAD="S0GROUP", BREAK_GLASS="yes"))[1]
    assert "is not one person's id" in " ".join(page.split()) and "needs somebody" not in page
