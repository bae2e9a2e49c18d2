"""Units of work: what commits, what rolls back, and what is tried again."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.errors import Unavailable
from engine.runtime import Runtime, StaleInstance


@pytest.fixture
def notes(runtime: Runtime):
    with runtime.unit_of_work() as uow:
        uow.connection.execute(text("CREATE TABLE note (line VARCHAR(20) UNIQUE)"))
    yield lambda: _lines(runtime)
    with runtime.unit_of_work() as uow:
        uow.connection.execute(text("DROP TABLE note"))


def _lines(runtime):
    with runtime.unit_of_work(read_only=True) as uow:
        return list(uow.connection.execute(text("SELECT line FROM note ORDER BY line")).scalars())


def _write(uow, line):
    uow.connection.execute(text("INSERT INTO note VALUES (:line)"), {"line": line})


def test_a_block_that_ends_commits_and_then_calls_back(runtime, notes):
    called = []
    with runtime.unit_of_work() as uow:
        uow.after_commit(lambda: called.append("committed"))
        uow.after_rollback(lambda: called.append("rolled back"))
        _write(uow, "kept")
        assert called == []
    assert (notes(), called) == (["kept"], ["committed"])


def test_a_block_that_raises_rolls_back_and_calls_back(runtime, notes):
    called = []

    def work(uow):
        uow.after_commit(lambda: called.append("committed"))
        uow.after_rollback(lambda: called.append("rolled back"))
        _write(uow, "lost")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        runtime.transact(work)
    assert (notes(), called) == ([], ["rolled back"])


def test_work_that_met_a_newer_instance_is_tried_again_from_its_beginning(runtime, notes):
    tried = []

    def work(uow):
        tried.append(1)
        _write(uow, f"try {len(tried)}")
        if len(tried) < 3:
            raise StaleInstance("newer")
        return "done"

    assert runtime.transact(work) == "done"
    assert notes() == ["try 3"]


def test_work_that_never_gets_through_says_that_it_is_unavailable(runtime, notes):
    def work(uow):
        raise StaleInstance("newer")

    with pytest.raises(Unavailable):
        runtime.transact(work)


def test_a_read_only_unit_sees_the_last_commit_while_a_writer_is_at_work(runtime, notes):
    with runtime.unit_of_work() as writer:
        _write(writer, "pending")
        assert notes() == []
    assert notes() == ["pending"]


def test_now_is_one_moment_for_the_whole_unit(runtime, clock):
    with runtime.unit_of_work() as uow:
        before = uow.now
        clock.advance(timedelta(hours=1))
        assert uow.now == before
    assert runtime.now() == before + timedelta(hours=1)


@pytest.mark.postgres
def test_a_database_that_went_away_is_unavailable_and_the_next_unit_finds_it_again(postgres_runtime):
    def work(uow):
        uow.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Unavailable, match="does not answer"):
        postgres_runtime.transact(work)
    assert postgres_runtime.transact(lambda uow: uow.connection.execute(text("SELECT 1")).scalar_one()) == 1


@pytest.mark.postgres
def test_two_that_wait_for_each_other_are_told_apart_and_both_succeed(postgres_runtime):
    with postgres_runtime.unit_of_work() as uow:
        uow.connection.execute(text("CREATE TABLE place (number INTEGER, visits INTEGER)"))
        uow.connection.execute(text("INSERT INTO place VALUES (1, 0), (2, 0)"))
    met = threading.Barrier(2, timeout=30)

    def visit(first, second):
        tried = []

        def work(uow):
            tried.append(1)
            update = text("UPDATE place SET visits = visits + 1 WHERE number = :number")
            uow.connection.execute(update, {"number": first})
            if len(tried) == 1:
                met.wait()
            uow.connection.execute(update, {"number": second})

        postgres_runtime.transact(work)

    threads = [threading.Thread(target=visit, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with postgres_runtime.unit_of_work() as uow:
        assert uow.connection.execute(text("SELECT visits FROM place")).scalars().all() == [2, 2]
        uow.connection.execute(text("DROP TABLE place"))
