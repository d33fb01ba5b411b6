"""Memory of idle sessions of neonize (Python around whatsmeow), the client that can be installed, beside our lines."""

import json
import os
import subprocess

from measure import BIN, HERE, ROOT

SESSIONS = 60
REQUIREMENTS = "requirements-neonize.txt"


def beside(ours, base):
    """`ours` is the worker's resident memory with as many lines in the same state, `base` without any; MB."""
    environment = {**os.environ, "TEST_REQUIREMENTS": REQUIREMENTS, "PARLEY": f"{BIN}/parley"}
    prepared = subprocess.run([f"{ROOT}/Tests/python", "--prepare"], env=environment, capture_output=True, text=True)
    if prepared.returncode != 0:
        print(f"NOT MEASURED: {SESSIONS} sessions of neonize, which can't be installed here", flush=True)
        return
    child = subprocess.run(
        [f"{ROOT}/Tests/python", f"{HERE}/reference/neonize_sessions.py", str(SESSIONS)], env=environment,
        capture_output=True, text=True, timeout=900)
    results = [line for line in child.stdout.splitlines() if line.startswith("RESULT ")]
    if child.returncode != 0 or not results:
        print(f"NOT MEASURED: {SESSIONS} sessions of neonize: {(child.stderr.strip() or 'no result').splitlines()[-1]}",
              flush=True)
        return
    theirs = json.loads(results[0].removeprefix("RESULT "))
    total, session = theirs["resident"], (theirs["resident"] - theirs["base"]) / SESSIONS
    line = (ours - base) / SESSIONS
    print(f"{SESSIONS} idle sessions of {version()} in one process, after a message each way: {total:.1f} MB resident, "
          f"{session:.3f} MB per session; our worker with {SESSIONS} lines {ours:.1f} MB, {line:.3f} MB per line: "
          f"ratio {ours / total:.2f} in all, {line / session:.2f} per session", flush=True)


def version():
    lines = open(f"{ROOT}/Tests/{REQUIREMENTS}").read().splitlines()
    return next(line for line in lines if line and not line.startswith("#")).replace("==", " ")
