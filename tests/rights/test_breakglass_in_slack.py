"""Break-glass with the real bot: typed, decided by a second person, looked at in a window, and nowhere else."""

from pathlib import Path

from tests.whole.conftest import open_play
from tests.whole.telling import tell

REASON = "Somebody in it may come to harm."


async def test_asked_agreed_and_shown(tmp_path: Path) -> None:
    """Only the reviewer who asked sees who told it, and the teller reads why; without the setting nobody can ask."""
    async with open_play(tmp_path / "off") as play:
        said = await play.person("amira").command(f"/story breakglass 1 {REASON}")
        assert "switched off here" in said.text
    async with open_play(tmp_path / "play", BREAK_GLASS="yes", IG_LEAD="U0RAE00001") as play:
        sam, amira = play.person("sam"), play.person("amira")
        lead = play.person("rae")
        await tell(sam, "A key at the door", naming="No name or role")
        assert "Only reviewers" in (await sam.command(f"/story breakglass 1 {REASON}")).text
        assert "Add the reason" in (await amira.command("/story breakglass 1")).text
        assert "I've asked" in (await amira.command(f"/story breakglass 1 {REASON}")).text
        await lead.hear("A reviewer asks who told story 1")
        await lead.press("Agree and tell them")
        told = await sam.hear("A reviewer may see that you told story 1")
        assert REASON in told.shown and "Amira" not in told.shown
        await amira.hear("you may see who told story 1")
        await amira.press("Show me")
        shown = await amira.see_view("Story 1 was told by @")
        assert "Sam" in shown.shown or "sam" in shown.shown
        assert play.count("SELECT shown FROM break_glass") == 1
        workspace = play.rehearsal.workspace
        posts = [post for place in workspace.conversations.values() for post in place.posts.values()]
        assert not [post for post in posts if post.user == workspace.bot.id and sam.profile.id in repr(post)]
