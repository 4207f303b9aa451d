"""A file that may have been shared is deleted before another is: one stands, or none, and what stands is known of."""

import pytest
from delivery_house import House, until

from storage.records import Op, OutboxState

SHARE = "files.completeUploadExternal"


async def put_file(house: House) -> str:
    return await house.put("every word", await house.teller(), kind="file", op=Op.FILE)


def standing(house: House) -> list[str]:
    return [upload.id for upload in house.slack.files.standing()]


@pytest.mark.parametrize("fault", ["reply lost", "500", "no answer", "cut off"])
async def test_a_file_stands_once_whatever_becomes_of_the_answer(house: House, fault: str) -> None:
    """Shared or not when the answer was lost: in the end there is one file, and the row names it."""
    house.start()
    match fault:
        case "reply lost":
            house.faults.lose_reply_after(SHARE)
        case "500":
            house.faults.fail_next(SHARE, status=500, performed=True)
        case "no answer":
            house.faults.hang_next(SHARE, seconds=0.6)
        case "cut off":
            house.faults.refuse_connection(SHARE)
    sent = await put_file(house)
    await house.settled(sent)
    assert standing(house) == [house.row(sent).ts]


async def test_a_bot_that_dies_while_it_shares_leaves_one_file(house: House) -> None:
    """The next start knows which file may stand, and takes it away before it shares another."""
    house.start()
    house.faults.hang_next(SHARE, seconds=0.5)
    sent = await put_file(house)
    await until(lambda: standing(house))
    await house.kill()
    assert house.row(sent).ts == standing(house)[0]
    house.start()
    await house.settled(sent)
    assert standing(house) == [house.row(sent).ts]


async def test_where_it_fails_again_and_again_no_file_is_left(house: House) -> None:
    """Each try was shared and its answer lost: the last of them goes too before the words come as messages."""
    house.start()
    house.faults.lose_reply_after(SHARE, n=9)
    sent = await put_file(house)
    await house.settled(sent)
    assert standing(house) == []
    assert house.row(sent).state is OutboxState.DROPPED
    assert ("instead", sent, None) in house.hooked


async def test_a_file_that_cannot_be_deleted_is_not_forgotten(house: House) -> None:
    """It may stand, so its row is in doubt and still names it: a withdrawal can say so."""
    house.start()
    house.faults.lose_reply_after(SHARE)
    house.faults.fail_next("files.delete", error="cant_delete_file")
    sent = await put_file(house)
    await house.settled(sent)
    assert house.outcome(sent) == ("parked", "in_doubt")
    assert standing(house) == [house.row(sent).ts]


async def test_a_delete_that_fails_is_tried_again(house: House) -> None:
    """For as long as it takes."""
    house.start()
    house.faults.lose_reply_after(SHARE)
    house.faults.fail_next("files.delete", status=503, n=5)
    sent = await put_file(house)
    await house.settled(sent)
    assert standing(house) == [house.row(sent).ts]
