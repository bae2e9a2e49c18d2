"""Units of work: what commits, what rolls back, and what is tried again."""

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
