"""Measuring on a busy machine: processor time, in turn, medians."""

import os
import statistics
import time
from pathlib import Path

from odoo.tools import SQL


def get_processor_time(backend):
    """Return the seconds of processor time used so far, here and in the database."""
    used = time.process_time()
    process = Path(f"/proc/{backend}")
    try:
        # Nanoseconds; the other file counts hundredths of a second.
        used += int((process / "schedstat").read_text().split()[0]) / 1e9
    except OSError:
        stat = process / "stat"
        if stat.exists():
            ticks = stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[11:13]
            used += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return used


class Meter:
    """Calls works in turn, each with a cold ORM cache, on one or several databases."""

    def __init__(self, rounds):
        self.rounds = rounds

    def measure(self, *works):
        """Return the median milliseconds of each work, a pair (env, callable).

        Processor time, as other programs make the clock say anything; the backend's
        is counted, so it must do all of the work itself.
        """
        backends = [self._get_backend(env) for env, _call in works]
        spent = [[] for _work in works]
        for number in range(self.rounds + 1):
            for (env, call), backend, times in zip(works, backends, spent, strict=True):
                env.invalidate_all()
                begin = get_processor_time(backend)
                call()
                if number:  # the first warms caches
                    times.append(get_processor_time(backend) - begin)
        return [statistics.median(times) * 1000 for times in spent]

    def _get_backend(self, env):
        env.cr.execute("SET max_parallel_workers_per_gather = 0")
        [[backend]] = env.execute_query(SQL("SELECT pg_backend_pid()"))
        return backend


def count_queries(env, call):
    """Return how many queries a call with warm registry caches sends."""
    call()
    env.invalidate_all()
    before = env.cr.sql_log_count
    call()
    return env.cr.sql_log_count - before
