"""What the bot knows of its workspace before it serves anybody, and what it says when the settings name nothing."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError
from bot.facts import SlackUnavailable, learn, make_policy, offline_policy, refresh_reviewers
from bot.keeper.lookup import ask
from bot.rehearsal.slack.workspace import (
    APP_ID,
    BOT_ID,
    BOT_SCOPES,
    BOT_USER_ID,
    REVIEW_CHANNEL,
    REVIEWERS,
    STORIES_CHANNEL,
    TEAM_ID,
)
from bot.settings import load_settings
from bot.story.policy import QuietWeek
from bot.weekly import WeeklyTime

from .conftest import Keeper

AMIRA, JOE = REVIEWERS


async def problems_of(keeper: Keeper, **changes: str) -> list[str]:
    """What `learn` refuses to start with, as "SETTING message"."""
    with pytest.raises(SettingsError) as refused:
        await learn(keeper.client, keeper.settings(**changes))
    return [f"{problem.name} {problem.message}" for problem in refused.value.problems]


async def test_everything_that_the_settings_name_is_known(keeper: Keeper) -> None:
    """Workspace, bot, scopes, channels by id and by name, and the reviewers' names."""
    facts = await learn(keeper.client, keeper.settings(DIGEST_CHANNEL="#info-stories"))
    assert (facts.team_id, facts.team_name, facts.enterprise_id) == (TEAM_ID, "Example Borough", None)
    assert facts.team_url == "https://example-borough.slack.com/"
    assert (facts.bot_user_id, facts.bot_id, facts.app_id) == (BOT_USER_ID, BOT_ID, APP_ID)
    assert facts.scopes == frozenset(BOT_SCOPES)
    assert (facts.digest.id, facts.digest.name, facts.digest.members) == (STORIES_CHANNEL, "info-stories", 7)
    assert (facts.review.id, facts.review.name, facts.review.members) == (REVIEW_CHANNEL, "story-review", 3)
    assert facts.reviewers == frozenset(REVIEWERS)
    assert facts.names == {AMIRA: "Amira Shah", JOE: "Joe Lind"}
    assert facts.notes == ()


async def test_the_policy_is_the_settings_and_the_facts(keeper: Keeper) -> None:
    """Every decision of the keeper's arrives in the policy under its own name."""
    settings = keeper.settings(
        DIGEST_AT="mon 9:30", QUIET_WEEK="say", GUESTS_MAY_TELL="yes", DRAFT_DAYS="20", PRIVATE_DAYS="40"
    )
    policy = make_policy(settings, await learn(keeper.client, settings))
    assert (policy.team_id, policy.bot_user_id) == (TEAM_ID, BOT_USER_ID)
    assert (policy.digest_channel, policy.digest_name, policy.digest_members) == (STORIES_CHANNEL, "info-stories", 7)
    assert policy.review_channel == REVIEW_CHANNEL
    assert policy.reviewers == frozenset(REVIEWERS)
    assert policy.name_of(JOE) == "Joe Lind"
    assert policy.digest_at == WeeklyTime(0, 9, 30)
    assert policy.zone.key == "Europe/London"
    assert policy.quiet_week is QuietWeek.SAY
    assert policy.guests_may_tell is True
    assert (policy.draft_days, policy.nudge_days, policy.private_days, policy.reminder_days) == (20, 10, 40, 2)


def test_a_policy_made_without_slack_lets_nobody_decide() -> None:
    """Looking at the digest offline takes the channel as the settings have it, and knows no reviewer."""
    settings = load_settings({"DIGEST_CHANNEL": "#info-stories"}, env_file=None, slack=False)
    policy = offline_policy(settings, team_id="T1")
    assert (policy.digest_channel, policy.digest_name) == ("#info-stories", "info-stories")
    assert policy.reviewers == frozenset()


async def test_every_problem_is_told_at_once_with_its_fix(keeper: Keeper) -> None:
    """A keeper fixes a whole list, not one thing a start."""
    workspace = keeper.rehearsal.workspace
    workspace.conversations[STORIES_CHANNEL].members.remove(BOT_USER_ID)
    workspace.conversations[REVIEW_CHANNEL].archived = True
    helper = workspace.add_person("helper", "Helper", is_bot=True, id="U0HELPER01")
    assert await problems_of(keeper, REVIEWERS=f"{AMIRA},U0NOBODY01,{helper.id},S0NOGROUP1") == [
        "DIGEST_CHANNEL not in #info-stories. In that channel type: /invite @altogether",
        "REVIEW_CHANNEL #story-review is archived. Unarchive it, or name another channel.",
        "REVIEWERS S0NOGROUP1 is no user group here. Remove it from REVIEWERS.",
        "REVIEWERS U0NOBODY01 is nobody here (user_not_found). Remove it from REVIEWERS.",
        f'REVIEWERS {helper.id} is a bot. Give people\'s ids in REVIEWERS. In a profile: ⋮, "Copy member ID".',
    ]


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("invalid_auth", "Slack does not know this token. Copy it again"),
        ("account_inactive", "the app was removed from the workspace. Install it again"),
        ("token_revoked", "this token was revoked. Install the app again"),
        ("org_login_required", "Slack says org_login_required. Copy the token again"),
    ],
)
async def test_a_refused_token_says_where_the_right_one_is(keeper: Keeper, code: str, fix: str) -> None:
    """Each way in which Slack refuses the bot's token has its own fix."""
    keeper.rehearsal.faults.fail_next("auth.test", error=code)
    (problem,) = await problems_of(keeper)
    assert problem.startswith(f"SLACK_BOT_TOKEN {fix}")
    assert "OAuth & Permissions" in problem


@pytest.mark.parametrize("team_id", ["T0ALTOG001", "E0GRID0001"])
async def test_an_app_of_a_whole_organisation_is_to_be_installed_to_a_workspace(keeper: Keeper, team_id: str) -> None:
    """Its token names no workspace, and everybody would be a stranger: the start and the doctor say what to do."""
    workspace = keeper.rehearsal.workspace
    workspace.team_id, workspace.whole_organisation = team_id, team_id.startswith("T")
    (problem,) = await problems_of(keeper)
    assert problem == (
        "SLACK_BOT_TOKEN the app is installed to the whole organisation. Install it to one workspace on your app's "
        '"OAuth & Permissions" page; copy that token.'
    )
    code, page = await keeper.doctor()
    assert code == 1
    assert "FIX   bot token     the app is installed to the whole organisation. Install it" in page


async def test_the_two_channels_must_not_be_one_under_two_names(keeper: Keeper) -> None:
    """A name and an id of the same channel are noticed: readers must not see what is under review."""
    assert await problems_of(keeper, REVIEW_CHANNEL="#info-stories") == [
        "REVIEW_CHANNEL #info-stories is the digest's channel too. Readers would see stories under review: use another."
    ]


@pytest.mark.parametrize("given", ["#nowhere", "C0NOWHERE1"])
async def test_a_channel_that_is_not_there_may_be_a_private_one(keeper: Keeper, given: str) -> None:
    """Slack shows the app no private channel that it is not in, so the fix names both."""
    (problem,) = await problems_of(keeper, DIGEST_CHANNEL=given)
    assert problem.startswith(f"DIGEST_CHANNEL no channel {given} that the app can see. Check the ")
    assert problem.endswith("if it is private, type in it: /invite @altogether")


async def test_a_direct_message_is_no_channel(keeper: Keeper) -> None:
    """An id that passes for a channel's but is a conversation with one person is refused."""
    dm = keeper.rehearsal.workspace.direct_message(AMIRA)
    conversations = keeper.rehearsal.workspace.conversations
    dm.id = "C0ISADM001"
    conversations[dm.id] = dm
    assert "is a direct message" in (await problems_of(keeper, DIGEST_CHANNEL=dm.id))[0]


async def test_a_channel_on_a_later_page_is_found(keeper: Keeper) -> None:
    """A large organisation's list of channels comes in pages, and all of them are read if need be."""
    for number in range(1_050):
        keeper.rehearsal.workspace.add_channel(f"room-{number}", "channel", channel_id=f"C0ROOM{number:04}")
    late = keeper.rehearsal.workspace.add_channel("late", "channel", members=[BOT_USER_ID])
    facts = await learn(keeper.client, keeper.settings(DIGEST_CHANNEL="#late"))
    assert facts.digest.id == late.id


async def test_a_name_cannot_be_looked_up_without_its_scope(keeper: Keeper) -> None:
    """Where the token may not list channels, the fix is an id or the scope."""
    grant = keeper.rehearsal.workspace.grants[keeper.rehearsal.workspace.bot_token]
    grant.scopes.discard("groups:read")
    (problem,) = await problems_of(keeper, DIGEST_CHANNEL="#info-stories", REVIEW_CHANNEL=STORIES_CHANNEL)
    assert "#info-stories can't be looked up: the scope groups:read is missing. Give the channel's id" in problem


async def test_a_group_of_reviewers_is_its_people(keeper: Keeper) -> None:
    """Ids and user groups mix; people count once; a group's member who has left is left out, with a note."""
    workspace = keeper.rehearsal.workspace
    gone = workspace.add_person("gone", "Gone Person", deleted=True)
    group = workspace.add_group("reviewers", "Reviewers", [JOE, AMIRA, gone.id])
    facts = await learn(keeper.client, keeper.settings(REVIEWERS=f"{AMIRA},{group.id}"))
    assert facts.reviewers == frozenset(REVIEWERS)
    assert facts.notes == (f"1 member of {group.id} can't review (left, or no person)",)


async def test_a_reviewer_who_has_left_does_not_keep_the_bot_from_starting(keeper: Keeper) -> None:
    """A restart at night must not fail because a colleague changed jobs; with nobody left to review it does."""
    keeper.rehearsal.workspace.directory.profiles[JOE].deleted = True
    facts = await learn(keeper.client, keeper.settings())
    assert facts.reviewers == {AMIRA}
    assert facts.notes == (f"{JOE} has left. Remove it from REVIEWERS.",)
    assert await problems_of(keeper, REVIEWERS=JOE) == [f"REVIEWERS {JOE} has left. Remove it from REVIEWERS."]


async def test_an_empty_group_leaves_nobody_to_review(keeper: Keeper) -> None:
    """Without a single reviewer nothing could ever be approved, so nothing is started."""
    group = keeper.rehearsal.workspace.add_group("nobody", "Nobody", [])
    (problem,) = await problems_of(keeper, REVIEWERS=group.id)
    assert problem.startswith("REVIEWERS nobody who could review")


@pytest.mark.parametrize("flag", ["is_restricted", "is_stranger"])
async def test_a_reviewer_from_outside_is_noted(keeper: Keeper, flag: str) -> None:
    """Guests and people of other organisations may review, but the keeper hears what that means."""
    guest = keeper.rehearsal.workspace.add_person("guest", "Guest", **{flag: True})
    facts = await learn(keeper.client, keeper.settings(REVIEWERS=guest.id))
    assert facts.reviewers == {guest.id}
    assert "could read stories before they are approved" in facts.notes[0]


async def test_a_public_reviewers_channel_is_noted(keeper: Keeper) -> None:
    """Whoever can join the reviewers' channel reads what nobody has approved yet."""
    keeper.rehearsal.workspace.conversations[REVIEW_CHANNEL].kind = "channel"
    facts = await learn(keeper.client, keeper.settings())
    assert facts.notes == (
        "#story-review is public: anyone could read stories before they are approved. Make it private",
    )


async def test_what_another_server_does_not_know_is_taken_as_given(keeper: Keeper) -> None:
    """A Slack-like server without these methods gets a bot that starts, and the keeper a note for each."""
    for method in ("bots.info", "conversations.info", "users.info"):
        keeper.rehearsal.faults.fail_next(method, error="unknown_method", n=2)
    facts = await learn(keeper.client, keeper.settings())
    assert (facts.digest.id, facts.digest.name, facts.digest.members) == (STORIES_CHANNEL, STORIES_CHANNEL, None)
    assert facts.app_id is None
    assert facts.reviewers == frozenset(REVIEWERS)
    assert facts.names == {}
    assert facts.notes == (
        f"{STORIES_CHANNEL} is taken as given: Slack says unknown_method",
        f"{REVIEW_CHANNEL} is taken as given: Slack says unknown_method",
        "reviewers are taken as given, and only with GUESTS_MAY_TELL=yes are stories read in Slack: "
        "Slack says unknown_method",
    )


async def test_missing_scopes_are_noted_and_do_not_stop_the_bot(keeper: Keeper) -> None:
    """What still works with the scopes there are goes on working; the doctor asks for the rest."""
    grant = keeper.rehearsal.workspace.grants[keeper.rehearsal.workspace.bot_token]
    grant.scopes -= {"im:write", "app_mentions:read"}
    facts = await learn(keeper.client, keeper.settings())
    assert facts.notes == ("scopes missing: app_mentions:read, im:write",)


@pytest.mark.parametrize("trouble", ["status", "malformed", "refused", "internal"])
async def test_slack_in_trouble_is_no_fault_of_the_settings(keeper: Keeper, trouble: str) -> None:
    """An outage is told apart from a wrong setting, and counts as a lost connection for whoever waits."""
    faults = keeper.rehearsal.faults
    match trouble:
        case "status":
            faults.fail_next("users.info", status=503)
        case "malformed":
            faults.fail_next("users.info", malformed=True)
        case "refused":
            faults.refuse_connection("users.info")
        case _:
            faults.fail_next("users.info", error="internal_error")
    with pytest.raises(SlackUnavailable, match="Slack can't be asked") as outage:
        await learn(keeper.client, keeper.settings())
    assert isinstance(outage.value, OSError)


async def test_a_closed_port_is_no_fault_of_the_settings(keeper: Keeper) -> None:
    """Where nothing listens, there is no connection."""
    client = AsyncWebClient(token="xoxb-1", base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    with pytest.raises(SlackUnavailable, match="there is no connection"):
        await ask(client, "auth.test")


async def test_a_short_wait_that_slack_asks_for_is_waited(keeper: Keeper) -> None:
    """Being asked to slow down for a second does not end a start; being sent away for minutes does."""
    keeper.rehearsal.faults.rate_limit_next("auth.test", retry_after=1)
    assert (await learn(keeper.client, keeper.settings())).team_id == TEAM_ID
    keeper.rehearsal.faults.rate_limit_next("auth.test", retry_after=600)
    with pytest.raises(SlackUnavailable, match="asks us to wait"):
        await learn(keeper.client, keeper.settings())


async def test_reviewers_are_renewed_without_those_who_left(keeper: Keeper) -> None:
    """Somebody who leaves the group or the organisation reviews no longer, whatever else is wrong in the setting."""
    workspace = keeper.rehearsal.workspace
    group = workspace.add_group("reviewers", "Reviewers", [JOE, AMIRA])
    settings = keeper.settings(REVIEWERS=f"{group.id},U0NOBODY01")
    assert (await refresh_reviewers(keeper.client, settings))[0] == frozenset(REVIEWERS)
    workspace.set_group(group, [AMIRA])
    assert await refresh_reviewers(keeper.client, settings) == ({AMIRA}, {AMIRA: "Amira Shah"})
    workspace.directory.profiles[AMIRA].deleted = True
    assert await refresh_reviewers(keeper.client, settings) == (frozenset(), {})


async def test_a_group_that_cannot_be_read_changes_no_reviewers(keeper: Keeper) -> None:
    """Not being told who is in a group is not the same as nobody being in it."""
    group = keeper.rehearsal.workspace.add_group("reviewers", "Reviewers", [JOE])
    keeper.rehearsal.faults.fail_next("usergroups.users.list", error="plan_upgrade_required")
    with pytest.raises(SlackUnavailable, match="user groups need a paid plan"):
        await refresh_reviewers(keeper.client, keeper.settings(REVIEWERS=f"{AMIRA},{group.id}"))
