"""Reading with the real bot: the home, `/story read` and `search`, the pages, and what a withdrawal leaves of them."""

from tests.rights.withdrawal_house import CANARY, TITLE, canary_story, gone, take_back
from tests.whole.conftest import Play
from tests.whole.conftest import play as play
from tests.whole.telling import DIGEST

PLACES = (DIGEST, "Storybook for staff")


async def test_a_story_is_read_in_slack_until_it_is_taken_back(play: Play) -> None:
    """Home, read, search and page show an approved story; once it is taken back none of them does."""
    sam, priya, amira = play.person("sam"), play.person("priya"), play.person("amira")
    await priya.open_home()
    await priya.see_home("No stories yet. Yours could be the first.")
    await canary_story(play, places=PLACES)

    await priya.open_home()
    home = await priya.see_home("Stories so far: 1")
    assert CANARY in home.shown and "Your stories" not in home.shown
    await priya.press("Read")
    page = await priya.see_view(CANARY)
    assert "Practitioner" in page.shown
    assert CANARY in (await priya.command("/story read 1")).shown
    assert "A story for today" in (await priya.command("/story read")).shown
    assert CANARY in (await priya.command(f"/story search key {CANARY}")).shown
    assert "Nothing mentions all of those words. Try fewer." in (await priya.command("/story search walrus")).shown
    assert "“the” is in nearly every story." in (await priya.command("/story search the")).shown
    await sam.open_home()
    assert "Your stories" in (await sam.see_home("1 · ")).shown
    await amira.open_home()
    await amira.see_home("Nothing is waiting for reviewers.")
    await priya.open_home()
    await priya.see_home("Stories so far: 1")

    await sam.say("thank you")  # from the home back to the conversation
    await take_back(sam)
    await gone(play)
    assert (await priya.command("/story read 1")).shown == "There is no story 1 to read."
    assert "No stories yet" in (await priya.command("/story read")).shown
    assert "Nothing mentions" in (await priya.command(f"/story search {CANARY}")).shown
    await priya.open_home()
    left = await priya.see_home("No stories yet")
    assert CANARY not in left.shown and TITLE not in left.shown


async def test_a_story_without_permission_for_staff_is_not_read_here(play: Play) -> None:
    """A story for the digest alone is in the channel, and not in the home, in search, or to be read by number."""
    priya = play.person("priya")
    await canary_story(play)
    assert (await priya.command("/story read 1")).shown == "There is no story 1 to read."
    assert "Nothing mentions" in (await priya.command(f"/story search {CANARY}")).shown
    assert "Which story? Try: /story read 31" in (await priya.command("/story read it")).shown
    await priya.open_home()
    assert CANARY not in (await priya.see_home("No stories yet")).shown
