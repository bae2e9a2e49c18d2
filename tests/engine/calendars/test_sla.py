"""SLA clocks: what they show, what they refuse, and that no order of pauses loses time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendars import (
    SlaClock,
    business_duration,
    calendar_from_json,
    clock_from_json,
    clock_to_json,
    load_calendars,
)
from engine.errors import Conflict, InvalidInput
from tests.engine.calendars.test_codec import SHIPPED

HOUR = timedelta(hours=1)
CALENDARS = load_calendars(SHIPPED.read_text("utf-8"))
TEN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, a Monday


def clock(calendar="desk", target=8 * HOUR, **more):
    return SlaClock("resolution", CALENDARS[calendar], target, **more)


def test_a_clock_counts_from_its_start_to_its_breach():
    running = clock(warn_fraction=0.75).start(TEN)
    assert (running.warn_at, running.breach_at) == (TEN + 6 * HOUR, TEN + 8 * HOUR)
    states = [running.state(TEN + hours * HOUR) for hours in (0, 5, 6, 8)]
    assert states == ["running", "running", "warned", "breached"]
    assert running.remaining(TEN + 9 * HOUR) == -HOUR


def test_a_warning_may_be_a_time_before_the_breach():
    assert clock(warn_before=2 * HOUR).start(TEN).warn_at == TEN + 6 * HOUR
    assert clock(warn_before=20 * HOUR).start(TEN).warn_at == TEN
    assert clock().start(TEN).warn_at is None


def test_a_paused_clock_has_no_moments_and_resumes_with_what_was_left():
    paused = clock(warn_fraction=0.5).start(TEN).pause(TEN + 3 * HOUR, "waiting for the customer")
    assert (paused.warn_at, paused.breach_at, paused.state(TEN + 99 * HOUR)) == (None, None, "paused")
    resumed = paused.resume(TEN + 24 * HOUR)
    assert (resumed.warn_at, resumed.breach_at) == (TEN + 25 * HOUR, TEN + 29 * HOUR)


def test_pausing_twice_and_resuming_twice_change_nothing():
    paused = clock().start(TEN).pause(TEN + HOUR)
    assert paused.pause(TEN + 2 * HOUR) == paused
    resumed = paused.resume(TEN + 3 * HOUR)
    assert resumed.resume(TEN + 4 * HOUR) == resumed


def test_a_clock_of_another_machine_that_runs_behind_does_not_count_time_twice():
    resumed = clock().start(TEN).pause(TEN + 2 * HOUR).resume(TEN + HOUR)
    assert resumed.elapsed(TEN + 3 * HOUR) == 3 * HOUR
    assert resumed.breach_at == TEN + 8 * HOUR


def test_a_clock_met_in_time_is_met_and_a_late_one_breached():
    running = clock().start(TEN)
    assert running.meet(TEN + 8 * HOUR).state(TEN + 99 * HOUR) == "met"
    late = running.meet(TEN + 9 * HOUR)
    assert late.state(TEN + 99 * HOUR) == "breached"
    assert late.elapsed(TEN + 99 * HOUR) == 9 * HOUR
    assert (late.breach_at, late.due_at) == (None, TEN + 8 * HOUR)


def test_a_breach_at_closing_time_stays_one_when_it_is_met_during_the_night():
    running = clock(target=11 * HOUR).start(TEN)  # Due at 21:00, when the desk closes.
    assert running.state(TEN + 12 * HOUR) == "breached"
    assert running.meet(TEN + 12 * HOUR).state(TEN + 13 * HOUR) == "breached"


def test_a_breached_clock_stays_breached_through_a_pause():
    breached = clock().start(TEN).pause(TEN + 9 * HOUR)
    assert breached.state(TEN + 10 * HOUR) == "breached"
    assert breached.meet(TEN + 10 * HOUR).state(TEN + 10 * HOUR) == "breached"
    assert breached.resume(TEN + 10 * HOUR).breach_at == TEN + 10 * HOUR


def test_a_clock_met_while_paused_counts_what_had_passed():
    met = clock().start(TEN).pause(TEN + 2 * HOUR).meet(TEN + 50 * HOUR)
    assert (met.state(TEN + 60 * HOUR), met.elapsed(TEN + 60 * HOUR)) == ("met", 2 * HOUR)


def test_a_clock_is_moved_to_a_moment_by_an_extension_or_to_a_target():
    running, now = clock(warn_before=HOUR).start(TEN), TEN + 2 * HOUR
    assert running.move(now, to=TEN + 5 * HOUR).breach_at == TEN + 5 * HOUR
    assert running.move(now, by=HOUR).breach_at == TEN + 9 * HOUR
    assert running.move(now, by=-HOUR).warn_at == TEN + 6 * HOUR
    assert running.move(now, target=4 * HOUR).breach_at == TEN + 4 * HOUR


def test_moving_to_closed_time_means_the_closing_before_it():
    assert clock().start(TEN).move(TEN, to=TEN + 12 * HOUR).breach_at == TEN + 11 * HOUR


def test_moving_into_the_past_breaches_now_and_moving_on_revives():
    breached = clock().start(TEN).move(TEN + 3 * HOUR, to=TEN + HOUR, reason="reassessed")
    assert breached.state(TEN + 3 * HOUR) == "breached"
    revived = breached.move(TEN + 3 * HOUR, by=5 * HOUR)
    assert (revived.state(TEN + 3 * HOUR), revived.history[-1].state_before) == ("running", "breached")


def test_a_paused_clock_can_be_moved():
    paused = clock().start(TEN).pause(TEN + 2 * HOUR).move(TEN + 3 * HOUR, to=TEN + 4 * HOUR)
    assert paused.resume(TEN + 5 * HOUR).breach_at == TEN + 6 * HOUR


def test_the_history_says_what_happened_and_why():
    done = clock().start(TEN).pause(TEN + HOUR, "asked the customer").resume(TEN + 2 * HOUR).meet(TEN + 3 * HOUR)
    assert [(c.action, c.at - TEN, c.state_before, c.reason) for c in done.history] == [
        ("start", 0 * HOUR, "waiting", None),
        ("pause", HOUR, "running", "asked the customer"),
        ("resume", 2 * HOUR, "paused", None),
        ("meet", 3 * HOUR, "running", None),
    ]


def test_a_cancelled_clock_counts_no_more():
    cancelled = clock().start(TEN).cancel(TEN + HOUR)
    assert (cancelled.state(TEN + 99 * HOUR), cancelled.breach_at) == ("cancelled", None)
    assert cancelled.elapsed(TEN + 99 * HOUR) == HOUR
    assert cancelled.cancel(TEN + 2 * HOUR) == cancelled


@pytest.mark.parametrize("action", ["pause", "resume", "meet"])
def test_a_clock_that_has_not_begun_refuses(action):
    with pytest.raises(Conflict, match=f"cannot {action}"):
        getattr(clock(), action)(TEN)


@pytest.mark.parametrize("action", ["start", "pause", "resume", "cancel"])
def test_a_finished_clock_refuses(action):
    done = clock().start(TEN).meet(TEN + HOUR)
    with pytest.raises(Conflict):
        getattr(done, action)(TEN + 2 * HOUR)
    with pytest.raises(Conflict):
        done.move(TEN + 2 * HOUR, by=HOUR)
    assert done.meet(TEN + 2 * HOUR) == done


@pytest.mark.parametrize("how", [{}, {"by": HOUR, "target": HOUR}])
def test_a_move_needs_exactly_one_way(how):
    with pytest.raises(InvalidInput, match="one of"):
        clock().start(TEN).move(TEN, **how)


@pytest.mark.parametrize(
    "wrong", [{"target": -HOUR}, {"warn_fraction": 1.5}, {"warn_fraction": 0.5, "warn_before": HOUR}]
)
def test_an_impossible_clock_is_refused(wrong):
    with pytest.raises(InvalidInput):
        clock(**wrong)


def test_a_clock_whose_calendar_is_gone_is_refused():
    with pytest.raises(InvalidInput, match='"desk"'):
        clock_from_json(clock_to_json(clock()), {})


ACTIONS = st.lists(st.tuples(st.sampled_from(("pause", "resume", "none")), st.integers(-30, 3000)), max_size=12)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(sorted(CALENDARS)), actions=ACTIONS)
def test_pauses_and_resumes_in_any_order_never_lose_time(name, actions):
    """The elapsed time is the open time of the stretches in which it ran, kept here in a plain list."""
    running, now = clock(name, target=40 * HOUR).start(TEN), TEN
    last, since, stretches = TEN, TEN, []
    for action, minutes in actions:
        now += timedelta(minutes=minutes)
        changed = running if action == "none" else getattr(running, action)(now)
        if changed != running:
            last = max(last, now)
            if action == "pause":
                stretches.append((since, last))
            since = None if action == "pause" else last
        running = clock_from_json(clock_to_json(changed), CALENDARS)
        assert running == changed
    now = max(now, last)
    if since is not None:
        stretches.append((since, now))
    expected = sum((business_duration(a, b, CALENDARS[name]) for a, b in stretches), timedelta(0))
    assert running.elapsed(now) == expected
    assert running.elapsed(now) + running.remaining(now) == running.target
    if running.breach_at is not None and running.breach_at > now:
        assert business_duration(now, running.breach_at, CALENDARS[name]) == running.remaining(now)


@settings(max_examples=100, deadline=None)
@given(minutes=st.integers(0, 2000), extension=st.integers(-600, 2000))
def test_a_move_keeps_what_has_passed(minutes, extension):
    now, by = TEN + timedelta(minutes=minutes), timedelta(minutes=extension)
    before = clock("office", target=30 * HOUR).start(TEN)
    after = before.move(now, by=by)
    assert after.elapsed(now) == before.elapsed(now)
    assert after.remaining(now) - before.remaining(now) == by


def test_the_calendar_may_change_while_a_clock_runs():
    """The file says 24 hours from tomorrow: what remains is counted in the new hours."""
    kept = clock_to_json(clock(target=20 * HOUR).start(TEN))
    always = calendar_from_json({"name": "desk", "week": {"all": ["00:00-24:00"]}})
    assert clock_from_json(kept, {"desk": always}).breach_at == TEN + 20 * HOUR
