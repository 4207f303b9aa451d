"""The planted bugs, and which instrument must notice each: the kill campaign, or named files of tests.

Each is an exact text that stands once in the program, and what it becomes. Read by `planting.py`.
"""

from .plant import KILL, Plant

DOUBT = ("tests/delivery/test_delivery_doubt.py",)
FAULTS = ("tests/delivery/test_delivery_faults.py",)
SENDING = ("tests/delivery/test_delivery_sending.py",)
WRITER = ("tests/storage/test_storage_writer.py",)
DECIDING = (
    "tests/review/test_review_matrix.py",
    "tests/review/test_review_deciding.py",
    "tests/review/test_review_versions.py",
    "tests/review/test_review_verbs.py",
)
EDITIONS = ("tests/digest/test_digest_editions.py", "tests/digest/test_digest_slots.py")
GOES_OUT = ("tests/digest/test_digest_what_goes_out.py", "tests/digest/test_digest_screen.py")
BACK = ("tests/rights/test_withdrawal_in_slack.py",)
SILENT = ("tests/rights/test_withdrawn_is_silent.py",)

PLANTS = (
    # ── each thing once ──
    Plant(
        "keys of deliveries are not remembered",
        WRITER,
        "storage/inbox.py",
        'return tx.insert_once(InboxRow, {"key": key, "received_at": tx.now})',
        "return True",
    ),
    Plant(
        "the same message counts as often as it comes",
        ("tests/test_edge_keys.py",),
        "bot/edge.py",
        'return f"{inbox.EVENT}{event_id}"',
        'import uuid\n        return f"{inbox.EVENT}{uuid.uuid4()}"',
    ),
    Plant(
        "keys are kept for five minutes",
        ("tests/rights/test_retention.py",),
        "bot/rights/retention.py",
        '"keys": timedelta(days=policy.inbox_days) + (tx.now - today),',
        '"keys": timedelta(minutes=5),',
    ),
    Plant(
        "a message is kept once for each delivery, not for each ts",
        ("tests/storage", "tests/intake/test_telling_recovery.py"),
        "storage/drafts.py",
        "    return tx.insert_once(\n        FragmentRow",
        "    from dataclasses import replace\n\n    fragment = replace(fragment, ts=fragment.ts + '1')\n"
        "    return tx.insert_once(\n        FragmentRow",
    ),
    Plant(
        "every second fragment is thrown away",
        KILL,
        "storage/drafts.py",
        "    return tx.insert_once(\n        FragmentRow",
        "    if int(fragment.ts[-1]) % 2:\n        return True\n    return tx.insert_once(\n        FragmentRow",
    ),
    # ── commit before ack ──
    Plant(
        "an envelope is acknowledged before its transaction",
        ("tests/whole/test_acknowledged.py",),
        "bot/connection.py",
        "await self._in_turn(client, req)",
        "await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))\n"
        "            await asyncio.sleep(0.2)\n"
        "            await self._in_turn(client, req)",
    ),
    Plant(
        "one person's flood takes every place",
        ("tests/test_turns.py",),
        "bot/turns.py",
        "if self._in_hand[one] < self._each",
        "if self._in_hand[one] >= 0",
    ),
    Plant(
        "Bolt acknowledges before its listeners run",
        ("tests/whole/test_acknowledged.py",),
        "bot/connection.py",
        "process_before_response=True",
        "process_before_response=False",
    ),
    Plant(
        "an unavailable database is acknowledged all the same",
        ("tests/storage/test_storage_faults.py", "tests/storage/test_storage_writer.py"),
        "storage/writer.py",
        "        if is_unavailable(error):\n            unavailable =",
        "        if is_unavailable(error):\n            job.done.set_result(ALREADY_DONE)\n            return\n"
        "            unavailable =",
    ),
    Plant(
        "one bad job takes those beside it with it",
        WRITER,
        "storage/writer.py",
        "            try:\n                self._alone(job)\n",
        "            try:\n                raise error\n                self._alone(job)\n",
    ),
    Plant(
        "nobody looks whether the transaction is still open",
        ("tests/storage/test_storage_faults.py", "tests/storage/test_storage_writer.py"),
        "storage/batches.py",
        'if raw is not None and hasattr(raw, "in_transaction") and not raw.in_transaction:',
        "if False:",
    ),
    Plant(
        "two bots may have one database",
        ("tests/storage/test_storage_lock.py",),
        "storage/lock.py",
        "lock.acquire(timeout=_PATIENCE)",
        "pass",
    ),
    # ── in doubt is not failed ──
    Plant(
        "a post in doubt is simply sent again",
        DOUBT,
        "bot/delivery/sending.py",
        "if row.id in self._doubts and row.op is Op.POST and (found.channel or found.teller):",
        "if False:",
    ),
    Plant(
        "what was being sent at a crash is forgotten to be in doubt",
        DOUBT,
        "bot/delivery/outbox.py",
        "self._doubts.arise(row.id)",
        "pass",
    ),
    Plant(
        "an answer that was lost counts as nothing done",
        DOUBT,
        "bot/delivery/sending.py",
        "case Verdict.DOUBT, Op.POST:\n                return await self._in_doubt(row, outcome.code)",
        "case Verdict.DOUBT, Op.POST:\n                return Pause(0.1)",
    ),
    Plant(
        "a stop counts as a room's mistake",
        DOUBT,
        "bot/delivery/ledger.py",
        "        except Stopped:\n            raise  #",
        "        except ZeroDivisionError:\n            raise  #",
    ),
    Plant(
        "one look at a stale history is enough",
        DOUBT,
        "bot/delivery/doubts.py",
        "        if left > 0:\n            return Pause(left)\n        del",
        "        del",
    ),
    Plant(
        "a server's error counts as nothing done",
        ("tests/delivery/test_outcomes.py",),
        "bot/delivery/outcomes.py",
        "    if status >= 500:\n        return Outcome(Verdict.DOUBT, code, answer)",
        "    if status >= 500:\n        return Outcome(Verdict.AGAIN, code, answer)",
    ),
    Plant(
        "the SDK tries again by itself",
        FAULTS,
        "bot/delivery/client.py",
        "retry_handlers=[]",
        "retry_handlers=None",
    ),
    Plant(
        "a sent message is not marked as sent",
        SENDING,
        "storage/outbox.py",
        'values: dict[str, Any] = {"state": OutboxState.SENT, **_WHO}',
        "values: dict[str, Any] = {**_WHO}",
    ),
    Plant(
        "an error of Slack's drops the message",
        FAULTS,
        "bot/delivery/sending.py",
        "            case Verdict.NEVER | Verdict.GONE:\n",
        "            case Verdict.NEVER | Verdict.GONE | Verdict.AGAIN:\n",
    ),
    Plant(
        "Retry-After is not heard",
        ("tests/delivery/test_outcomes.py",),
        "bot/delivery/outcomes.py",
        'if name.lower() == "retry-after":',
        "if False:",
    ),
    # ── decisions ──
    Plant(
        "anybody may decide",
        DECIDING,
        "bot/review/deciding.py",
        "if not is_reviewer(policy, act.by):",
        "if isinstance(target, int) and not is_reviewer(policy, act.by):",
    ),
    Plant(
        "reviewers may approve their own stories",
        DECIDING,
        "bot/review/deciding.py",
        "return What.OWN_STORY if tellers.is_author(tx, story.id, act.by) else None",
        "return None",
    ),
    Plant(
        "one reviewer is two",
        ("tests/review/test_review_care.py",),
        "storage/decisions.py",
        "StoryRow.care.is_(False) | (first != by)",
        "StoryRow.care.is_(False) | first.is_not(None)",
    ),
    Plant(
        "the version that was pointed at does not matter",
        DECIDING,
        "storage/decisions.py",
        "(StoryRow.status == before) & (StoryRow.current_version == version) & also,",
        "(StoryRow.status == before) & also,",
    ),
    Plant(
        "a second decision wins over the first",
        DECIDING,
        "storage/decisions.py",
        "(StoryRow.status == before) & (StoryRow.current_version == version) & also,",
        "(StoryRow.current_version == version) & also,",
    ),
    # ── editions ──
    Plant(
        "the week is that of seven days ago",
        EDITIONS,
        "bot/story/slots.py",
        "year, week, _ = instant.astimezone(zone).isocalendar()",
        "year, week, _ = (instant - timedelta(days=7)).astimezone(zone).isocalendar()",
    ),
    Plant(
        "the week is reckoned in UTC",
        ("tests/digest/test_digest_slots.py",),
        "bot/story/slots.py",
        "return datetime.combine(day, time(at.hour, at.minute), zone).astimezone(UTC)",
        "return datetime.combine(day, time(at.hour, at.minute), UTC)",
    ),
    Plant(
        "a posted story goes out again",
        EDITIONS,
        "bot/digest/service.py",
        "if story.approved_version is None or not stories.post(tx, story.id, story.approved_version):",
        "if story.approved_version is None:",
    ),
    Plant(
        "permission is not asked at the moment of sending",
        ("tests/rights/test_permission_changes.py",),
        "bot/digest/loading.py",
        "        and stories.may_go_to(tx, story_id, version, Place.DIGEST)\n",
        "",
    ),
    Plant(
        "nothing is screened at the moment of sending",
        GOES_OUT,
        "bot/digest/loading.py",
        "        and not clearing.left(tx, story_id, version)\n",
        "",
    ),
    # ── taking back ──
    Plant(
        "a withdrawal leaves what waits to be sent",
        SILENT,
        "bot/rights/service.py",
        "    erasing.silence(tx, story.id)\n",
        "",
    ),
    Plant(
        "a withdrawal leaves what stands in Slack",
        BACK,
        "bot/rights/service.py",
        "    for row in showing:\n",
        "    for row in ():\n",
    ),
    Plant(
        "withdrawn stories pass the gate",
        SILENT,
        "bot/rights/rendering.py",
        "if story is not None and story.status is StoryStatus.WITHDRAWN:",
        "if False:",
    ),
    Plant(
        "deleted words stay in the pages of the file",
        ("tests/rights/test_words_leave_the_disk.py", "tests/storage/test_storage_database.py"),
        "storage/database.py",
        '"secure_delete=ON"',
        '"secure_delete=OFF"',
    ),
    Plant(
        "the log of the database is not emptied",
        ("tests/rights/test_words_leave_the_disk.py", "tests/storage/test_storage_database.py"),
        "storage/database.py",
        'raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")',
        'raw.execute("PRAGMA wal_checkpoint(PASSIVE)")',
    ),
    Plant(
        "tombstones are not written",
        BACK,
        "bot/rights/tombstones.py",
        "    if not new:\n        return 0\n",
        "    return 0\n",
    ),
    Plant(
        "a code may be guessed for ever",
        ("tests/rights/test_codes.py",),
        "bot/rights/service.py",
        "guesses.recent(tx, number) >= rules.MOST_GUESSES",
        "False",
    ),
    # ── words ──
    Plant(
        "words are not escaped",
        ("tests/test_text.py",),
        "bot/text.py",
        'return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")',
        "return text",
    ),
    Plant(
        "mentions stay active",
        ("tests/test_text.py",),
        "bot/text.py",
        'if target.startswith("!"):\n        return "[everyone]"',
        'if target.startswith("!"):\n        return f"<{token}>"',
    ),
    Plant(
        "marks of direction stay in",
        ("tests/test_text.py",),
        "bot/text.py",
        "for character in text.translate(_BIDI)",
        "for character in text",
    ),
    # ── trail and absence ──
    Plant(
        "the trail does not remember what came before",
        ("tests/storage/test_storage_audit.py",),
        "storage/audit.py",
        "if row.prev_hash != before.hash:",
        "if False:",
    ),
    Plant(
        "what was written while the bot was away is not read",
        ("tests/whole/test_lost_answers.py",),
        "bot/intake/recovery.py",
        "        await self._edge.writer.run(drafts.recover_all)\n",
        "",
    ),
)
