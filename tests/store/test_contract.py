"""What every store does, once for each of the three; statements of one database are tested elsewhere."""

import json
from datetime import timedelta
from typing import Any

import pytest

from engine.models.keys import make_key
from engine.models.waits import CONTINUATION
from engine.store import open_store
from engine.store.contract import Store
from engine.store.memory import MemoryStore
from engine.store.rows import AudienceRow, EndedItem, EventRow, ExchangeRow, Loaded, MemberRow, PutOff, WaitKey
from tests.store.rows import (
    EARLIER,
    LATER,
    NOW,
    make_batch,
    make_delivery,
    make_event,
    make_incident,
    make_instance,
    make_item,
    make_job,
    make_message,
    make_step,
    make_subscription,
    make_timer,
    make_token,
)


def put(store: Store, **members: Any) -> None:
    with store.unit():
        assert store.write(make_batch(**members))


def load(store: Store, instance: int) -> Loaded:
    return store.load([instance])[instance]


def next_of(loaded: Loaded, **members: Any) -> Any:
    return loaded.row._replace(revision=loaded.row.revision + 1, **members)


class StoreContract:
    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    def add_process(self, store: Store, *, is_suspended: bool = False) -> tuple[int, int]:
        """A process and its latest version."""
        raise NotImplementedError

    @pytest.fixture
    def instance(self, store: Store) -> int:
        """One that waits: a token with every kind of wait."""
        (one,) = store.take_ids(1)
        put(
            store,
            new=[make_instance(one, waits_made=5)],
            tokens=[make_token(one)],
            steps=[make_step(one)],
            items=[make_item(one)],
            timers=[make_timer(one)],
            subscriptions=[make_subscription(one)],
            jobs=[make_job(one)],
            incidents=[make_incident(one)],
            deliveries=[make_delivery(one)],
        )
        return one

    # ids

    def test_ids_rise_and_do_not_repeat(self, store: Store) -> None:
        with store.unit():
            ids = store.take_ids(3) + store.take_ids(600)
        assert ids == sorted(set(ids))
        assert ids[0] > 0

    def test_ids_of_a_unit_that_failed_do_not_come_again_after_success(self, store: Store) -> None:
        def fail() -> None:
            with store.unit():
                store.take_ids(1)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        with store.unit():
            (first,) = store.take_ids(1)
        with store.unit():
            (second,) = store.take_ids(1)
        assert first < second

    # instances and tokens

    def test_what_was_written_is_loaded_the_same(self, store: Store) -> None:
        (one,) = store.take_ids(1)
        row = make_instance(
            one, parent=make_key(3, 4), ended_at=LATER, status=1, business_key="Ω-1", error="", data='{"log":[]}'
        )
        tokens = [
            make_token(one, 2, scope=1, loop_index=0, flow=None, variables='{"item":"é"}', data='{"done":1}'),
            make_token(one, 10),
        ]
        put(store, new=[row], tokens=tokens)
        loaded = load(store, one)
        assert loaded.row._replace(variables="") == row._replace(variables="")
        assert json.loads(loaded.row.variables) == {"amount": 5}
        assert loaded.tokens == tokens

    def test_tokens_come_in_the_order_of_their_birth(self, store: Store) -> None:
        (one,) = store.take_ids(1)
        put(store, new=[make_instance(one)], tokens=[make_token(one, n) for n in (3, 1, 2)])
        assert [token.id for token in load(store, one).tokens] == [make_key(one, n) for n in (1, 2, 3)]

    def test_many_instances_keep_their_own_tokens(self, store: Store) -> None:
        ids = store.take_ids(3)
        tokens = [make_token(one, n) for one in ids for n in (1, 2)]
        put(store, new=[make_instance(one) for one in ids], tokens=tokens)
        found = store.load([ids[0], ids[2]])
        assert set(found) == {ids[0], ids[2]}
        assert found[ids[2]].tokens == tokens[4:]

    def test_an_instance_without_tokens_is_loaded(self, store: Store) -> None:
        (one,) = store.take_ids(1)
        put(store, new=[make_instance(one)])
        assert load(store, one).tokens == []

    def test_a_missing_instance_is_left_out(self, store: Store, instance: int) -> None:
        assert set(store.load([instance, instance + 1])) == {instance}

    def test_a_locked_load_is_the_same_load(self, store: Store, instance: int) -> None:
        with store.unit():
            assert store.load([instance], is_locked=True) == store.load([instance])

    def test_an_instance_moves_on_with_its_tokens(self, store: Store, instance: int) -> None:
        loaded = load(store, instance)
        put(
            store,
            moved=[next_of(loaded, status=1, variables='{"amount": 6}', ended_at=LATER)],
            tokens=[loaded.tokens[0]._replace(state=8), make_token(instance, 2)],
            steps=[make_step(instance, 2)],
        )
        after = load(store, instance)
        assert (after.row.revision, after.row.status, after.row.ended_at) == (2, 1, LATER)
        assert json.loads(after.row.variables) == {"amount": 6}
        assert [token.state for token in after.tokens] == [8, 7]

    def test_tokens_that_are_gone_are_not_loaded(self, store: Store, instance: int) -> None:
        put(store, moved=[next_of(load(store, instance))], gone=[make_key(instance, 1)])
        assert load(store, instance).tokens == []

    def test_a_stale_revision_writes_nothing(self, store: Store, instance: int) -> None:
        stale = load(store, instance)
        put(store, moved=[next_of(stale, status=1)])
        with store.unit(has_claims=False):
            written = store.write(
                make_batch(
                    moved=[next_of(stale, status=3)], tokens=[make_token(instance, 9)], gone=[make_key(instance, 1)]
                )
            )
        assert not written
        after = load(store, instance)
        assert after.row.status == 1
        assert [token.id for token in after.tokens] == [make_key(instance, 1)]

    def test_one_stale_instance_of_two_keeps_both(self, store: Store) -> None:
        ids = store.take_ids(2)
        put(store, new=[make_instance(one) for one in ids])
        first, second = (load(store, one) for one in ids)
        put(store, moved=[next_of(second, status=5)])
        with store.unit(has_claims=False):
            assert not store.write(make_batch(moved=[next_of(first, status=1), next_of(second, status=1)]))
        assert [load(store, one).row.status for one in ids] == [0, 5]
        put(store, moved=[next_of(load(store, one), status=1) for one in ids])
        assert [load(store, one).row.status for one in ids] == [1, 1]

    @pytest.mark.parametrize("sequences", [(4, 4, 4), (4, 5, 6)])
    def test_rows_that_are_alike_are_kept_as_rows_that_are_not(self, store: Store, sequences: tuple[int, ...]) -> None:
        ids = store.take_ids(3)
        new = [
            make_instance(one, sequence=sequence, business_key=f"key {one}")
            for one, sequence in zip(ids, sequences, strict=True)
        ]
        put(store, new=new, steps=[make_step(one) for one in ids])
        assert [load(store, one).row for one in ids] == new
        moved = [row._replace(revision=row.revision + 1, sequence=row.sequence + 3, variables="[1]") for row in new]
        put(store, moved=moved[::-1])
        assert [load(store, one).row for one in ids] == moved

    def test_something_else_is_done_meanwhile_once_whatever_becomes_of_the_batch(self, store: Store) -> None:
        ids = store.take_ids(2)
        new = [make_instance(one) for one in ids]
        moved = [row._replace(revision=row.revision + 2) for row in new]
        calls: list[str] = []
        with store.unit(has_claims=False):
            assert store.write(make_batch(new=new), lambda: calls.append("written"))
        with store.unit(has_claims=False):
            assert not store.write(make_batch(moved=moved), lambda: calls.append("refused"))
        assert calls == ["written", "refused"]

    def test_a_unit_that_raises_leaves_nothing(self, store: Store) -> None:
        (one,) = store.take_ids(1)

        def fail() -> None:
            with store.unit():
                store.write(make_batch(new=[make_instance(one)]))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert store.load([one]) == {}

    # the ends of waits

    def test_open_waits_are_loaded_with_their_instance(self, store: Store, instance: int) -> None:
        assert load(store, instance).waits == [
            WaitKey("cancelled_items", make_key(instance, 1), 1, ""),
            WaitKey("ended_timers", make_key(instance, 2), 1, "fire:late"),
            WaitKey("ended_subscriptions", make_key(instance, 3), 1, "fire:paid"),
            WaitKey("ended_jobs", make_key(instance, 4), 1, "complete"),
            WaitKey("obsolete_incidents", make_key(instance, 5), 1, "leave"),
        ]

    def test_waits_that_ended_are_not_loaded_any_more(self, store: Store, instance: int) -> None:
        ends: dict[str, list[int]] = {}
        for wait in load(store, instance).waits:
            ends.setdefault(wait.kind, []).append(wait.id)
        put(store, moved=[next_of(load(store, instance))], **ends)
        assert load(store, instance).waits == []

    def test_the_waits_of_an_instance_are_its_own(self, store: Store, instance: int) -> None:
        (other,) = store.take_ids(1)
        put(store, new=[make_instance(other)], timers=[make_timer(other)])
        put(store, ended_timers=[make_key(instance, 2)])
        assert [wait.kind for wait in load(store, other).waits] == ["ended_timers"]
        assert len(load(store, instance).waits) == 4

    def test_a_work_item_is_done_by_somebody_or_cancelled(self, store: Store, instance: int) -> None:
        put(store, items=[make_item(instance, 8)])
        keys = [make_key(instance, 1), make_key(instance, 8)]
        put(store, done_items=[EndedItem(keys[0], "mary")], cancelled_items=[keys[1]])
        put(store, cancelled_items=[keys[0]])
        done, cancelled = (row for row, _ in store.load_items(keys))
        assert (done.status, done.ended_by, done.ended_at) == (1, "mary", NOW)
        assert (cancelled.status, cancelled.ended_by, cancelled.ended_at) == (2, None, NOW)

    def test_an_incident_is_resolved_by_somebody_or_obsolete(self, store: Store, instance: int) -> None:
        put(store, incidents=[make_incident(instance, 8)])
        keys = [make_key(instance, 5), make_key(instance, 8)]
        put(store, resolved_incidents=[EndedItem(keys[0], "joe")], obsolete_incidents=[keys[1]])
        resolved, obsolete = (row for row, _ in store.load_incidents(keys))
        assert (resolved.status, resolved.closed_by, resolved.closed_at) == (1, "joe", NOW)
        assert (obsolete.status, obsolete.closed_by) == (2, None)

    def test_waits_end_by_key(self, store: Store, instance: int) -> None:
        with store.unit():
            ((number, _),) = store.claim_deliveries(1, NOW)
            store.write(
                make_batch(
                    ended_timers=[make_key(instance, 2)],
                    ended_subscriptions=[make_key(instance, 3)],
                    ended_jobs=[make_key(instance, 4)],
                    taken_deliveries=[number],
                )
            )
            assert store.claim_timers(10, NOW) == []
            assert store.find_subscriptions(0, "paid", "order-1") == []
            assert store.load_jobs([make_key(instance, 4)]) == []
            assert store.claim_deliveries(10, NOW) == []

    # reading waits with their instances

    def test_items_come_with_their_instance_and_tokens(self, store: Store, instance: int) -> None:
        ((item, loaded),) = store.load_items([make_key(instance, 1)])
        assert item == make_item(instance)
        assert loaded == load(store, instance)

    def test_two_items_of_one_instance_come_with_the_same(self, store: Store, instance: int) -> None:
        put(store, items=[make_item(instance, 8, due=LATER, assignee="joe", form='{"id":"f"}')])
        first, second = store.load_items([make_key(instance, 8), make_key(instance, 1)])
        assert second[0] == make_item(instance, 8, due=LATER, assignee="joe", form='{"id":"f"}')
        assert first[1] == second[1] == load(store, instance)

    def test_an_item_can_be_written_over(self, store: Store, instance: int) -> None:
        put(store, items=[make_item(instance, assignee="joe", priority=80)])
        ((item, _),) = store.load_items([make_key(instance, 1)])
        assert (item.assignee, item.priority) == ("joe", 80)

    def test_an_audience_is_kept_once(self, store: Store) -> None:
        audience = AudienceRow(77, "[]", '["managers"]')
        for _ in range(2):
            put(store, audiences=[audience], members=[MemberRow(77, "managers", True)])

    def test_that_two_instances_exchange_messages_is_kept_once(self, store: Store) -> None:
        for _ in range(2):
            put(store, exchanges=[ExchangeRow(1, 2), ExchangeRow(2, 1), ExchangeRow(1, 2)])

    # timers, deliveries, continuations

    def test_due_timers_come_in_due_order_and_not_early(self, store: Store) -> None:
        (one,) = store.take_ids(1)
        timers = [make_timer(one, n, due=NOW + timedelta(seconds=s)) for n, s in ((1, 0), (2, -5), (3, 1))]
        put(store, new=[make_instance(one)], timers=timers)
        with store.unit():
            assert store.claim_timers(10, NOW) == [timers[1], timers[0]]
            assert store.claim_timers(1, NOW) == [timers[1]]

    def test_due_deliveries_come_in_order_and_not_early(self, store: Store) -> None:
        (one,) = store.take_ids(1)
        first, early, second = (
            make_delivery(one, trigger=name, not_before=at, data='{"a":1}')
            for name, at in (("a", NOW), ("b", LATER), ("c", EARLIER))
        )
        put(store, new=[make_instance(one)], deliveries=[first, early, second])
        with store.unit():
            assert [row for _, row in store.claim_deliveries(10, NOW)] == [first, second]

    def test_what_is_due_can_be_asked_for_one_instance(self, store: Store, instance: int) -> None:
        (other,) = store.take_ids(1)
        put(
            store,
            new=[make_instance(other)],
            timers=[make_timer(other)],
            deliveries=[make_delivery(other)],
            jobs=[make_job(other, type=CONTINUATION, kind=1)],
        )
        with store.unit():
            assert store.claim_timers(10, NOW, other) == [make_timer(other)]
            assert [row for _, row in store.claim_deliveries(10, NOW, other)] == [make_delivery(other)]
            assert store.claim_continuations(10, NOW, other) == [make_job(other, type=CONTINUATION, kind=1)]
            assert store.claim_continuations(10, NOW, instance) == []

    def test_continuations_are_not_leased_as_jobs(self, store: Store) -> None:
        (one,) = store.take_ids(1)
        continuation = make_job(one, 1, kind=1, type=CONTINUATION, trigger="continue")
        put(store, new=[make_instance(one)], jobs=[continuation, make_job(one, 2)])
        with store.unit():
            assert store.claim_continuations(10, NOW) == [continuation]

    # jobs

    def test_a_leased_job_is_its_owners_until_the_lease_ends(self, store: Store, instance: int) -> None:
        key = make_key(instance, 4)
        with store.unit():
            (job,) = store.lease_jobs(["charge"], "one", LATER, NOW, 10)
            assert store.lease_jobs(["charge"], "two", LATER, NOW, 10) == []
        assert (job.id, job.owner, job.available_at, job.attempts, job.lapses) == (key, "one", LATER, 1, 0)
        with store.unit():
            (job,) = store.lease_jobs(["charge"], "two", LATER + timedelta(minutes=1), LATER, 10)
        assert (job.owner, job.attempts, job.lapses) == ("two", 2, 1)
        ((stored, _),) = store.load_jobs([key])
        assert stored == job

    def test_only_jobs_of_the_asked_types_are_leased_the_urgent_first(self, store: Store) -> None:
        (one,) = store.take_ids(1)
        jobs = [make_job(one, n, type=t, priority=p) for n, t, p in ((1, "a", 0), (2, "b", 5), (3, "c", 9))]
        put(store, new=[make_instance(one)], jobs=jobs)
        with store.unit():
            assert [job.type for job in store.lease_jobs(["a", "b"], "one", LATER, NOW, 1)] == ["b"]
            assert [job.type for job in store.lease_jobs(["a", "b"], "one", LATER, NOW, 5)] == ["a"]

    @pytest.mark.parametrize("job_type", ["charge", CONTINUATION])
    def test_a_step_with_very_many_jobs_does_not_hold_up_another(self, store: Store, job_type: str) -> None:
        (one,) = store.take_ids(1)
        flood = [make_job(one, n, type=job_type, state=7, available_at=EARLIER) for n in range(1, 51)]
        few = [make_job(one, n, type=job_type, state=8) for n in (51, 52)]
        put(store, new=[make_instance(one)], jobs=[*flood, *few])
        with store.unit():
            if job_type == CONTINUATION:
                found = store.claim_continuations(10, NOW)
            else:
                found = store.lease_jobs([job_type], "one", LATER, NOW, 10)
        assert len(found) == 10
        assert [job.state for job in found].count(8) == 2

    def test_jobs_of_given_states_are_leased(self, store: Store) -> None:
        (one,) = store.take_ids(1)
        put(store, new=[make_instance(one)], jobs=[make_job(one, n, state=n) for n in (1, 2, 3)])
        with store.unit():
            found = store.lease_jobs(["charge"], "one", LATER, NOW, 10, [2, 3])
        assert sorted(job.state for job in found) == [2, 3]

    def test_a_lease_is_extended_by_its_owner_only(self, store: Store, instance: int) -> None:
        key = make_key(instance, 4)
        with store.unit():
            store.lease_jobs(["charge"], "one", NOW, EARLIER + timedelta(minutes=1), 1)
            assert store.extend_lease([key], "two", LATER) == set()
            assert store.extend_lease([key], "one", LATER) == {key}
            assert store.lease_jobs(["charge"], "two", LATER, NOW, 1) == []

    def test_a_released_job_is_available_at_once_and_the_attempt_forgotten(self, store: Store, instance: int) -> None:
        with store.unit():
            store.lease_jobs(["charge"], "one", LATER, NOW, 1)
            store.release_jobs([make_key(instance, 4)], "one", NOW)
            (job,) = store.lease_jobs(["charge"], "two", LATER, NOW, 1)
        assert (job.attempts, job.lapses) == (1, 0)

    def test_a_job_that_is_put_off_comes_back_later_with_its_progress_and_no_attempt(
        self, store: Store, instance: int
    ) -> None:
        key = make_key(instance, 4)
        with store.unit():
            store.lease_jobs(["charge"], "one", LATER, NOW, 1)
            assert store.put_off_jobs([PutOff(key, LATER, '{"looks":1}')], "two") == 0
            assert store.put_off_jobs([PutOff(key, LATER, '{"looks":1}')], "one") == 1
            assert store.lease_jobs(["charge"], "two", LATER, NOW, 1) == []
            (job,) = store.lease_jobs(["charge"], "two", LATER + timedelta(minutes=1), LATER, 1)
        assert (job.attempts, job.lapses, job.retries, job.progress) == (1, 0, 3, '{"looks":1}')

    # messages and signals

    def test_a_message_reaches_its_key_and_those_without_one(self, store: Store, instance: int) -> None:
        put(
            store,
            subscriptions=[
                make_subscription(instance, 11, key=None),
                make_subscription(instance, 12, key="order-2"),
                make_subscription(instance, 13, name="other"),
                make_subscription(instance, 14, kind=1),
            ],
        )
        found = store.find_subscriptions(0, "paid", "order-1")
        assert [row.id for row in found] == [make_key(instance, 3), make_key(instance, 11)]
        assert [row.id for row in store.find_subscriptions(0, "paid")] == [make_key(instance, 11)]
        assert len(store.find_subscriptions(0, "paid", is_any_key=True)) == 3

    def test_an_instance_that_is_not_active_hears_nothing(self, store: Store, instance: int) -> None:
        put(store, moved=[next_of(load(store, instance), status=5)])
        assert store.find_subscriptions(0, "paid", "order-1") == []

    def test_a_buffered_message_is_found_until_it_expires(self, store: Store) -> None:
        message = make_message(key="order-1", variables='{"a":1}')
        put(store, messages=[message, make_message(expires_at=NOW), make_message(name="other")])
        with store.unit():
            ((number, found),) = store.find_messages(["paid"], NOW)
            assert found == message
            store.write(make_batch(taken_messages=[number]))
            assert store.find_messages(["paid"], NOW) == []

    def test_expired_messages_are_dropped_and_named(self, store: Store) -> None:
        put(store, messages=[make_message(expires_at=NOW, message_id="m-1"), make_message(message_id="m-2")])
        with store.unit():
            assert store.drop_expired_messages(NOW) == ["m-1"]
            assert store.drop_expired_messages(NOW) == []

    # relations, suspension

    def test_children_are_found_by_the_calling_token_while_they_live(self, store: Store) -> None:
        parent, living, ended = store.take_ids(3)
        tokens = [make_key(parent, 1), make_key(parent, 2)]
        put(
            store,
            new=[make_instance(living, parent=tokens[0], status=5), make_instance(ended, parent=tokens[1], status=1)],
        )
        assert store.find_children(tokens) == {tokens[0]: living}

    def test_what_is_held_is_not_handed_out_until_it_is_let_go(self, store: Store, instance: int) -> None:
        def due() -> list[int]:
            return [
                len(store.claim_timers(5, NOW)),
                len(store.claim_deliveries(5, NOW)),
                len(store.lease_jobs(["charge"], "one", LATER, NOW, 5)),
            ]

        put(store, held=[instance])
        with store.unit():
            assert due() == [0, 0, 0]
        put(store, freed=[instance])
        with store.unit():
            assert due() == [1, 1, 1]

    # what a start relies on

    def test_a_batch_is_written_only_while_its_process_has_the_latest_version_it_names(self, store: Store) -> None:
        process, version = self.add_process(store)
        one, two, three = store.take_ids(3)
        put(store, latest=[(process, version)], new=[make_instance(one)], steps=[make_step(one)])
        with store.unit():
            refused = make_batch(latest=[(process, version + 1)], new=[make_instance(two)], steps=[make_step(two)])
            assert not store.write(refused)
            moved = [next_of(store.load([one])[one])]
            assert not store.write(make_batch(latest=[(process, version + 1)], moved=moved))
            assert not store.write(make_batch(latest=[(process, version), (process + 1, 1)], new=[make_instance(two)]))
            assert store.write(make_batch(latest=[(process, version)], new=[make_instance(three)], moved=moved))
            assert set(store.load([one, two, three])) == {one, three}

    def test_a_suspended_process_starts_nothing(self, store: Store) -> None:
        process, version = self.add_process(store, is_suspended=True)
        with store.unit():
            assert not store.write(make_batch(latest=[(process, version)], new=[make_instance(1)]))

    # outbox and inbox

    def test_an_event_is_leased_sent_and_then_rests(self, store: Store) -> None:
        put(store, outbox=[make_event(kind="a"), make_event(kind="b", available_at=LATER)])
        with store.unit():
            ((number, event),) = store.lease_outbox(1, LATER, NOW, 10)
            assert store.lease_outbox(1, LATER, NOW, 10) == []
            store.settle_outbox(NOW, [number], {})
            assert [row.kind for _, row in store.lease_outbox(1, LATER, LATER, 10)] == ["b"]
        assert (event.kind, event.attempts) == ("a", 1)

    def test_an_event_that_could_not_be_sent_is_tried_again_until_given_up(self, store: Store) -> None:
        put(store, outbox=[make_event()])
        with store.unit():
            ((number, _),) = store.lease_outbox(1, LATER, NOW, 10)
            store.settle_outbox(NOW, [], {number: (NOW, "refused")})
            ((_, event),) = store.lease_outbox(1, LATER, NOW, 10)
            assert (event.attempts, event.error) == (2, "refused")
            store.settle_outbox(NOW, [], {number: (None, "refused")})
            assert store.lease_outbox(1, LATER, LATER, 10) == []

    def test_events_of_an_instance_keep_their_order(self, store: Store) -> None:
        first, second, other = (make_event(kind=kind, instance=one) for kind, one in (("a", 1), ("b", 1), ("c", 2)))
        put(store, outbox=[first, second, other, make_event(kind="d", webhook=2)])
        with store.unit():
            leased = store.lease_outbox(1, LATER, NOW, 10)
            assert [row.kind for _, row in leased] == ["a", "c"]
            store.settle_outbox(NOW, [], {leased[0][0]: (LATER, "refused")})
            assert store.lease_outbox(1, LATER, NOW, 10) == []
            store.settle_outbox(NOW, [leased[0][0]], {})
            assert [row.kind for _, row in store.lease_outbox(1, LATER, NOW, 10)] == ["b"]

    def test_an_event_that_came_in_is_known(self, store: Store) -> None:
        put(store, events=[EventRow(NOW, "shop", "e-1", 42), EventRow(NOW, "shop", "e-2", None)])
        assert [store.knows_event("shop", name) for name in ("e-1", "e-2", "e-3")] == [42, 0, None]


class TestMemory(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()

    def add_process(self, store: Store, *, is_suspended: bool = False) -> tuple[int, int]:
        assert isinstance(store, MemoryStore)
        store.processes["sale"] = (7, 70, is_suspended)
        return 7, 70


@pytest.mark.django_db(transaction=True)
class TestDatabase(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return open_store()

    def add_process(self, store: Store, *, is_suspended: bool = False) -> tuple[int, int]:
        from engine.models import Process
        from engine.service.deploying import File, deploy
        from tests.runtime.diagrams import make_file, simple

        deploy([File("sale.bpmn", make_file(simple("sale")))], None)
        Process.objects.filter(key="sale").update(is_suspended=is_suspended)
        found = store.find_process("sale")
        assert found is not None
        assert found[1] is not None
        return found[0], found[1]
