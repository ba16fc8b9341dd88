from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import override_settings

from tests.people import People
from yuanyou.identity import seal
from yuanyou.identity.models import PersonKey

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
SECRET = "李梅，+1 917-555-0142".encode()


@pytest.mark.parametrize("owner", [7, seal.receipts_of(7), seal.NOTICES, seal.SIGN_IN])
def test_what_was_sealed_can_be_opened_by_its_owner(house: None, owner: seal.Owner) -> None:
    blob = seal.seal(owner, SECRET)
    assert SECRET not in blob
    assert seal.open_(owner, blob) == SECRET


@pytest.mark.usefixtures("house")
class TestWhatCannotBeOpened:
    def test_another_persons_blob(self) -> None:
        blob = seal.seal(7, SECRET)
        seal.seal(8, b"so that there is a key")
        with pytest.raises(seal.Unreadable):
            seal.open_(8, blob)

    def test_a_blob_of_somebody_nothing_was_sealed_for(self) -> None:
        with pytest.raises(seal.Unreadable):
            seal.open_(8, seal.seal(7, SECRET))

    @pytest.mark.parametrize("place", [0, 1, -1])
    def test_a_changed_blob(self, place: int) -> None:
        blob = bytearray(seal.seal(7, SECRET))
        blob[place] ^= 1
        with pytest.raises(seal.Unreadable):
            seal.open_(7, bytes(blob))

    def test_a_blob_cut_short(self) -> None:
        with pytest.raises(seal.Unreadable):
            seal.open_(7, seal.seal(7, SECRET)[:12])

    def test_a_blob_whose_key_was_swapped_for_anothers(self) -> None:
        blob = seal.seal(7, SECRET)
        seal.seal(8, b"so that there is a key")
        PersonKey.objects.filter(owner="customer:8").update(
            wrapped=PersonKey.objects.get(owner="customer:7").wrapped
        )
        with pytest.raises(seal.Unreadable):
            seal.open_(8, blob)

    def test_anything_without_the_installations_key(self, settings: object) -> None:
        from django.conf import settings as found

        blob = seal.seal(7, SECRET)
        with (
            override_settings(CONFIG=replace(found.CONFIG, seal_key="B" * 43 + "=")),
            pytest.raises(seal.Unreadable),
        ):
            seal.open_(7, blob)


def test_erasing_a_person_makes_their_blobs_unreadable_and_nobody_elses(people: People) -> None:
    hers, receipts, others = (
        seal.seal(people.mei.id, SECRET),
        seal.seal(seal.receipts_of(people.mei.id), SECRET),
        seal.seal(people.ada.id, SECRET),
    )
    seal.erase(people.mei.id, now=NOW)
    with pytest.raises(seal.KeyDestroyed):
        seal.open_(people.mei.id, hers)
    assert seal.open_(people.ada.id, others) == SECRET
    assert seal.open_(seal.receipts_of(people.mei.id), receipts) == SECRET


def test_nothing_can_be_sealed_for_an_erased_person_again(people: People) -> None:
    seal.erase(people.mei.id, now=NOW)
    with pytest.raises(seal.KeyDestroyed):
        seal.seal(people.mei.id, SECRET)


def test_the_key_of_all_notices_cannot_be_destroyed() -> None:
    with pytest.raises(ValueError, match="not one person's"):
        seal.erase(seal.NOTICES, now=NOW)
