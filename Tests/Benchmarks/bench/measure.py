"""What the benchmarks share: starting processes, waiting for them, loading them with wrk, judging a figure."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = os.environ["ROOT"]
BIN = os.environ["BIN_DIR"]
WORK = os.environ["WORK"]
HERE = f"{ROOT}/Tests/Benchmarks"
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(url, seconds=30, process=None):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process and process.poll() is not None:
            raise SystemExit(f"{process.args[0]} ended with {process.returncode}")
        try:
            return urllib.request.urlopen(url, timeout=5).read()
        except Exception:
            time.sleep(0.05)
    raise SystemExit(f"{url} did not answer within {seconds} s")


@contextlib.contextmanager
def started(arguments, log=None, **options):
    """A process in a group of its own; the whole group ends with the block."""
    output = open(log, "ab") if log else subprocess.DEVNULL
    process = subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **options)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


class Host:
    def __init__(self, url, control, data, process):
        self.url, self.control, self.data, self.process = url, control, data, process

    def invoke(self, name, payload):
        request = urllib.request.Request(
            f"{self.control}/2015-03-31/functions/{name}/invocations", json.dumps(payload).encode(), method="POST")
        return urllib.request.urlopen(request, timeout=30).read()


@contextlib.contextmanager
def parley(functions=None, environment=None, arguments=()):
    """`parley up` on free ports with data of its own, ready to answer."""
    port, control = free_port(), free_port()
    data = tempfile.mkdtemp(prefix="parley-bench-", dir="/var/tmp")
    command = [f"{BIN}/parley", "up", "--data", data, "--port", str(port), "--control-port", str(control),
               "--bin-dir", BIN, *arguments]
    if functions:
        command += ["--functions", functions]
    log = f"{WORK}/parley.log"
    open(log, "w").close()
    variables = {**os.environ, "DASHBOARD_PASSWORD": "not-the-default", **(environment or {})}
    with started(command, log=log, cwd=ROOT, env=variables) as process:
        deadline = time.monotonic() + 60
        while "Parley is ready" not in open(log, errors="replace").read():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("parley did not start:\n" + open(log, errors="replace").read()[-3000:])
            time.sleep(0.05)
        with open(f"{data}/keys") as keys:
            secret = dict(line.strip().split("=", 1) for line in keys)["PARLEY_CONTROL_SECRET"]
        yield Host(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{control}/{secret}", data, process)
    shutil.rmtree(data, ignore_errors=True)


def wrk(url, connections, script=None, seconds=None, environment=None):
    """Requests per second, p50 and p99 in milliseconds, and failed requests."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds or SECONDS}s", "--timeout", "20s", "--latency"]
    if script:
        command += ["-s", script]
    text = subprocess.run(
        command + [url], capture_output=True, text=True, check=True, env={**os.environ, **(environment or {})}).stdout
    result = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", text)
    if result:
        requests, micros, p50, p99, failed = map(int, result.groups())
        return requests / (micros / 1e6), p50 / 1000, p99 / 1000, failed
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return rate, latency(text, 50), latency(text, 99), int(bad[1]) if bad else 0


def latency(text, percentile):
    value, unit = re.search(rf"\s{percentile}%\s+([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def verdict(met):
    return "met" if met else "MISSED"


def resident(pid):
    """Resident and proportional set size of a process, in MB."""
    sizes = dict(re.findall(r"^(Rss|Pss):\s+(\d+) kB", open(f"/proc/{pid}/smaps_rollup").read(), re.M))
    return int(sizes["Rss"]) / 1024, int(sizes["Pss"]) / 1024


def descendants(pid):
    """The process and everything below it."""
    found, queue = [], [pid]
    while queue:
        current = queue.pop()
        found.append(current)
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{current}/task"):
                queue += map(int, open(f"/proc/{current}/task/{task}/children").read().split())
    return found
