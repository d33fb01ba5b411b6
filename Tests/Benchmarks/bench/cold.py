"""First answer of a cold function: ours (static Swift runtime) and a Python handler on awslambdaric, under the same host.

Every sample is the first invocation of a function of its own, so that each one starts a process."""

import json
import os
import shutil
import statistics
import sys
import time

from measure import HERE, WORK, parley, verdict

SAMPLES = 15
GOAL = 0.25


def write_functions():
    directory = f"{WORK}/cold-functions"
    shutil.rmtree(directory, ignore_errors=True)
    for index in range(SAMPLES):
        for kind in ("swift", "python"):
            folder = f"{directory}/cold-{kind}-{index}"
            os.makedirs(folder)
            declaration = {"name": f"cold-{kind}-{index}", "timeoutSeconds": 20, "memoryMB": 256, "concurrency": 1}
            if kind == "swift":
                declaration["executable"] = "probe"
            else:
                write_bootstrap(f"{folder}/bootstrap")
            json.dump(declaration, open(f"{folder}/function.json", "w"))
    return directory


def write_bootstrap(path):
    """The layout of a custom runtime's zip: an executable named `bootstrap`."""
    with open(path, "w") as out:
        out.write(f"#!/bin/sh\ncd {HERE}/reference\nexec {sys.executable} -m awslambdaric cold_handler.handler\n")
    os.chmod(path, 0o755)


def run():
    with parley(functions=write_functions(), arguments=["--no-sandbox"]) as host:
        times = {"swift": [], "python": []}
        for index in range(SAMPLES):
            for kind in times:
                start = time.perf_counter()
                host.invoke(f"cold-{kind}-{index}", {})
                times[kind].append((time.perf_counter() - start) * 1000)
    swift, python = statistics.median(times["swift"]), statistics.median(times["python"])
    print(f"cold first answer, median of {SAMPLES}: {swift:.1f} ms; Python awslambdaric {python:.1f} ms; "
          f"ratio {swift / python:.2f} (goal {GOAL} or less): {verdict(swift / python <= GOAL)}", flush=True)
