"""Keys are unique, rise, and fit 63 bits."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from engine.runtime.keys import KeyMaker


def test_keys_rise_and_never_repeat_even_when_a_millisecond_is_used_up():
    make = KeyMaker()
    keys = [make() for _ in range(50_000)]
    assert keys == sorted(set(keys))
    assert max(keys) < 2**63


def test_keys_go_on_rising_when_the_wall_clock_jumps_back_and_forth(monkeypatch):
    real, jump = time.time_ns, [0]
    monkeypatch.setattr(time, "time_ns", lambda: real() + jump[0])
    make = KeyMaker()
    keys = []
    for hours in (0, -1, -24, 0, 24, -24 * 366):
        jump[0] = hours * 3_600_000_000_000
        keys += [make() for _ in range(3_000)]
    assert keys == sorted(set(keys))


def test_threads_never_share_a_key():
    make = KeyMaker()
    with ThreadPoolExecutor(8) as pool:
        keys = [key for batch in pool.map(lambda _: [make() for _ in range(2_000)], range(8)) for key in batch]
    assert len(set(keys)) == 16_000


def test_a_forked_process_makes_keys_of_its_own():
    make = KeyMaker()
    own = make() >> 10 & 0xFFF
    others = set()
    for _ in range(4):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writing, str(make() >> 10 & 0xFFF).encode())
            os._exit(0)
        os.waitpid(child, 0)
        others.add(int(os.read(reading, 20)))
    assert others != {own}
