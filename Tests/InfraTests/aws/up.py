"""local-runner/up with a compiler that takes its time, on a terminal and elsewhere: Ctrl-C ends it at once and wholly, standard
output is the last line only."""
import contextlib
import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import termios
import time

from stack import ROOT, run

READY = "Parley is ready: http://127.0.0.1:8080"
# It ends late, as the real one does.
COMPILER = """#!/bin/bash
trap 'sleep 2; {end}' INT
echo "[3/10] Compiling"
for part in {{1..{tenths}}}; do sleep 0.1; done
"""
OF_THE_SIGNAL, AS_FAILED = "trap - INT; kill -INT $$", "exit 1"


@contextlib.contextmanager
def checkout(seconds, end=AS_FAILED):
    """A folder in which `up` builds for so long."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for path, text in [("bin/swift", COMPILER.format(tenths=seconds * 10, end=end)), ("infra/bootstrap", "#!/bin/sh\n"),
                           (".build/debug/parley", f"#!/bin/sh\necho '{READY}'\n")]:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
            (folder / path).chmod(0o755)
        (folder / "local-runner").mkdir()
        shutil.copy(ROOT / "local-runner/up", folder / "local-runner")
        yield folder


def environment(folder):
    return os.environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "TMPDIR": str(folder)}


def own_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    with_signals()


def with_signals():
    """As a shell starts it. Whoever runs the tests in the background ignores SIGINT, and threads of a test program block what they
    don't wait for; both are inherited."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


class Terminal:
    """`up` in a session of its own, with a terminal for everything but standard output."""

    def __init__(self, folder):
        self.side, other = pty.openpty()
        self.process = subprocess.Popen(
            [folder / "local-runner/up"], stdin=other, stderr=other, stdout=subprocess.PIPE, env=environment(folder),
            start_new_session=True, preexec_fn=own_terminal)
        os.close(other)

    def said(self, seconds, until="never said"):
        """All that is printed in that time, or up to some words; less where the terminal ends."""
        found, end = b"", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not re.search(until, found.decode()):
            if select.select([self.side], [], [], left)[0]:
                try:
                    found += os.read(self.side, 4096)
                except OSError:
                    break
        return found.decode()

    def interrupt(self):
        os.write(self.side, b"\x03")

    def left(self):
        """Processes of its session."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = path.read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.process.pid and fields[0] != "Z":
                    found.append((path.parent / "cmdline").read_text().replace("\0", " "))
        return found


def ctrl_c_ends_it_wholly():
    for end in [OF_THE_SIGNAL, AS_FAILED]:
        with checkout(seconds=30, end=end) as folder:
            terminal = Terminal(folder)
            building = r"\rStep 2 of 3: building \(debug\) \.\.\. 3 of 10, \d+ s "
            before = terminal.said(20, until=building)
            assert re.search(building, before), before
            terminal.interrupt()
            after = terminal.said(4.5)
            assert after in ("^C", ""), after
            assert terminal.process.wait(timeout=20) and not terminal.left(), terminal.left()
            assert terminal.process.stdout.read() == b""
            assert not list(folder.glob("tmp.*")), "its log is left"


def standard_output_is_the_last_line():
    with checkout(seconds=1) as folder:
        terminal = Terminal(folder)
        said = terminal.said(20, until="Step 3 of 3: starting")
        assert "building (debug) done, " in said and "Step 3 of 3: starting" in said, said
        assert terminal.process.stdout.read().decode() == READY + "\n" and terminal.process.wait(timeout=20) == 0
        assert not terminal.left() and not list(folder.glob("tmp.*"))


def without_a_terminal_too():
    with checkout(seconds=9) as folder:
        done = subprocess.run(
            [folder / "local-runner/up"], env=environment(folder), capture_output=True, text=True, timeout=60,
            preexec_fn=with_signals)
    assert done.stdout == READY + "\n" and done.returncode == 0, done
    first, *between, last = done.stderr.splitlines()
    assert (first, last) == ("Step 2 of 3: building (debug) ...", "Step 3 of 3: starting"), done.stderr
    assert between and all(re.fullmatch(r"Step 2 of 3: building \(debug\) \.\.\. 3 of 10, \d+ s", line) for line in between), done.stderr


CHECKS = [ctrl_c_ends_it_wholly, standard_output_is_the_last_line, without_a_terminal_too]

if __name__ == "__main__":
    run(*CHECKS)
