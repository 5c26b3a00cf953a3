"""What the user sees: a line for each long step, one sentence for each failure."""

import contextlib
import re
import subprocess
import sys
import threading
import time

HEARTBEAT_SECONDS = 15


class SetupError(Exception):
    """Something the user can do something about, told in one sentence."""


class Step:
    """One long step; its elapsed time goes on being told while it runs."""

    def __init__(self, title):
        self.title = title
        self.note = ""
        self._start = time.monotonic()
        self._end = threading.Event()
        self._live = sys.stderr.isatty()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self):
        say(f"{self.title} ...")
        self._thread.start()
        return self

    def __exit__(self, kind, value, traceback):
        self._end.set()
        self._thread.join()
        word = "done" if kind is None else "not done"
        self._tell(f"{word} after {self.elapsed}", last=True)

    @property
    def elapsed(self):
        """The time since the start, as people say it."""
        minutes, seconds = divmod(int(time.monotonic() - self._start), 60)
        return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"

    def _beat(self):
        while not self._end.wait(1 if self._live else HEARTBEAT_SECONDS):
            self._tell(f"{self.elapsed} {self.note}".rstrip())

    def _tell(self, text, last=False):
        if self._live:
            end = "\n" if last else ""
            print(f"\r\033[K    {text}", end=end, file=sys.stderr, flush=True)
        else:
            say(f"    {text}")


def say(text):
    """Print to stderr, so that results alone are on stdout."""
    print(text, file=sys.stderr, flush=True)


class CommandError(Exception):
    """A command ended with an exit code other than 0."""

    def __init__(self, command, code, log):
        super().__init__(f"{command[0]} ended with {code}, see {log}")
        self.code = code
        self.log = log

    def last_line(self, *patterns):
        """The last line of the log with the first pattern that occurs, cut short."""
        text = self.log.read_text(errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        for pattern in patterns:
            found = [line for line in lines if re.search(pattern, line)]
            if found:
                return found[-1][:300]
        return lines[-1][:300] if lines else "no reason given"


def run_logged(command, log, *, step=None, watch=None, **options):
    """Run a command with its output in the file `log`; raise CommandError.

    `watch` is a pattern: the last text it matches in the output becomes the note of
    `step`, such as "module 34 of 97".
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **options,
        )
        with _ended_with_us(process):
            for line in process.stdout:
                output.write(line)
                match = re.search(watch, line) if watch else None
                if step and match:
                    step.note = " of ".join(match.groups())
            code = process.wait()
    if code:
        raise CommandError(command, code, log)


@contextlib.contextmanager
def _ended_with_us(process):
    """Never leave a child behind when the user interrupts."""
    try:
        yield
    except BaseException:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
