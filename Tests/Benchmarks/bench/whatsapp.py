"""WhatsApp Web lines on one session worker, against the project's own WhatsApp server: memory of idle lines, messages
answered per second, time from stanza to reply, and how long all lines take to come back after SIGKILL."""

import json
import os
import queue
import signal
import subprocess
import threading
import time
import urllib.request

import neonize_memory
from measure import BIN, descendants, parley, percentile, resident, verdict, wait_for
from webhooks import Cluster

# The stage after which the worker is killed and its lines' return is timed; again after the last one.
RECOVERED = 100
STAGES = [int(stage) for stage in os.environ.get("BENCH_LINES", f"1 {neonize_memory.SESSIONS} 100 300 1000").split()]
SINGLE = 100
BURST = 400
ORGANIZATION = "00000000-0000-7000-8000-0000000000aa"


class Server:
    """`parley sandbox whatsapp`: every event is stamped when its line arrives."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [f"{BIN}/parley", "sandbox", "whatsapp"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            start_new_session=True)
        self.introduction = json.loads(self.process.stdout.readline())
        self.shown, self.active, self.waiting = {}, queue.Queue(), queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        return self

    def read(self):
        for line in self.process.stdout:
            now, event = time.perf_counter(), json.loads(line)
            if event["kind"] == "message":
                self.shown.setdefault(event.get("person"), []).append(now)
            elif event["kind"] == "active":
                self.active.put(now)

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)

    def post(self, path, body):
        request = urllib.request.Request(
            self.introduction["control"] + path, json.dumps(body).encode(), method="POST",
            headers={"content-type": "application/json"})
        return urllib.request.urlopen(request, timeout=30).read()

    def environment(self):
        return {"WHATSAPP_WEB_TEST_SERVER": "1", "WHATSAPP_WEB_URL": self.introduction["url"],
                "WHATSAPP_WEB_ROOT_KEY": self.introduction["root_key"], "WHATSAPP_PACING": "off"}


def number(index):
    return f"1555{1_000_000 + index}"


def customer(index):
    return f"1777{1_000_000 + index}"


def link(cluster, server, first, count):
    """Lines `first` up to `count`, each with a phone that scans its code."""
    cluster.query(f"""
        insert into parley.channels (id, organization_id, kind, name, status, created_at, updated_at)
        select ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, '{ORGANIZATION}', 'whatsapp_web', 'Line ' || n,
            'starting', now(), now() from generate_series({first}, {count - 1}) n;
        insert into parley.whatsapp_lines (channel_id, organization_id, created_at, updated_at)
        select ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, '{ORGANIZATION}', now(), now()
        from generate_series({first}, {count - 1}) n""")
    scanned, deadline = set(), time.monotonic() + 900
    while connected(cluster) < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"only {connected(cluster)} of {count} lines connected")
        rows = cluster.query("select right(channel_id::text, 12) || ' ' || qr from parley.whatsapp_lines where qr is not null")
        for row in rows.splitlines():
            index, code = row.split(" ", 1)
            if code in scanned:
                continue
            scanned.add(code)
            try:
                server.post("/phone/scan", {"qr": code, "number": number(int(index)), "name": "Owner"})
            except OSError:
                continue
        time.sleep(0.05)


def connected(cluster):
    return int(cluster.query("select count(*) from parley.channels where kind = 'whatsapp_web' and status = 'connected'"))


def ask(server, line, person, text="Are you open?"):
    server.post("/contacts/send", {"from": person, "to": number(line), "text": text})
    return time.perf_counter()


def answers(server, person):
    return len(server.shown.get(person, []))


def wait_answers(server, wanted, seconds=300):
    deadline = time.perf_counter() + seconds
    while any(answers(server, person) < count for person, count in wanted.items()):
        if time.perf_counter() > deadline:
            missing = sum(answers(server, person) < count for person, count in wanted.items())
            print(f"{missing} of {len(wanted)} answers missing after {seconds} s", flush=True)
            return False
        time.sleep(0.005)
    return True


def worker(host):
    for pid in descendants(host.process.pid):
        try:
            if "session-worker" in open(f"/proc/{pid}/cmdline").read().split("\0")[0]:
                return pid
        except OSError:
            continue
    return None


def run():
    with Cluster() as cluster, Server() as server:
        environment = cluster.environment() | server.environment() | {"DEBOUNCE_SECONDS": "0"}
        with parley(environment=environment) as host:
            wait_for(f"{host.url}/health")
            cluster.query(f"""
                insert into parley.organizations (id, name, plan, message_limit, created_at, updated_at)
                values ('{ORGANIZATION}', 'Bench', 'enterprise', 1000000, now(), now());
                select parley.create_system_personas('{ORGANIZATION}')""")
            memory(cluster, server, host)
            latency(cluster, server)
            throughput(server)
            if max(STAGES) != RECOVERED:
                recovery(server, host, max(STAGES))


def memory(cluster, server, host):
    done, base = 0, resident(worker(host))[0]
    print(f"worker without lines: {base:.1f} MB resident", flush=True)
    for stage in STAGES:
        link(cluster, server, done, stage)
        wanted = {customer(index): 1 for index in range(done, stage)}
        for index in range(done, stage):
            ask(server, index, customer(index))
        wait_answers(server, wanted)
        done = stage
        time.sleep(5)
        rss = resident(worker(host))[0]
        line = (rss - base) / stage
        goals = f" (goal under 0.3): {verdict(line < 0.3)}" if stage >= 100 else ""
        print(f"{stage} idle lines after a message each: {rss:.1f} MB resident, {line:.3f} MB per line{goals}", flush=True)
        if stage == neonize_memory.SESSIONS:
            neonize_memory.beside(rss, base)
        if stage == RECOVERED:
            recovery(server, host, stage)
            # The new worker is as used as the old one was.
            for index in range(stage):
                ask(server, index, customer(index))
            wait_answers(server, {customer(index): 2 for index in range(stage)})
        if stage == 1000:
            print(f"1,000 lines in 512 MB: {verdict(rss <= 512)}", flush=True)


def latency(cluster, server):
    """One customer after the other; the time the offline model took is taken off."""
    times = []
    for index in range(SINGLE):
        person = customer(index % max(STAGES))
        before = answers(server, person)
        sent = ask(server, index % max(STAGES), person, f"When do you open on day {index}?")
        if wait_answers(server, {person: before + 1}, 30):
            times.append((server.shown[person][-1] - sent) * 1000)
    model = float(cluster.query("select coalesce(avg(milliseconds), 0) from parley.ai_runs") or 0)
    p50, p99 = percentile(times, .5), percentile(times, .99)
    print(f"stanza to reply stanza, {len(times)} in turn: p50 {p50:.1f} ms, p99 {p99:.1f} ms; the model took {model:.1f} ms "
          f"of it (goal p50 under 10 without the model): {verdict(p50 - model < 10)}", flush=True)


def throughput(server):
    wanted, start = {}, time.perf_counter()
    for index in range(BURST):
        person = f"1888{1_000_000 + index}"
        ask(server, index % max(STAGES), person)
        wanted[person] = 1
    if wait_answers(server, wanted):
        print(f"burst of {BURST} messages: {BURST / (time.perf_counter() - start):.0f} decrypted, stored and answered per second",
              flush=True)


def recovery(server, host, lines):
    """From SIGKILL to the last line's `active`; the host starts the worker anew."""
    while not server.active.empty():
        server.active.get()
    killed = time.perf_counter()
    os.kill(worker(host), signal.SIGKILL)
    last = killed
    for count in range(lines):
        try:
            last = server.active.get(timeout=120)
        except queue.Empty:
            print(f"only {count} of {lines} lines came back within 120 s", flush=True)
            return
    seconds = last - killed
    goal = f" (goal 30): {verdict(seconds <= 30)}" if lines == 1000 else ""
    print(f"{lines} lines connected again {seconds:.1f} s after SIGKILL{goal}", flush=True)
