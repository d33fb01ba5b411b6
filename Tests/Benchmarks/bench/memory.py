"""Resident memory: a warm function, the host, and the whole stack when it is idle."""

import time

from measure import descendants, parley, resident, verdict, wait_for
from webhooks import TOKEN


def run():
    with parley(arguments=["--sandbox"]) as host:
        wait_for(f"{host.url}/health")
        time.sleep(5)
        rows = []
        for pid in descendants(host.process.pid):
            try:
                name = open(f"/proc/{pid}/cmdline").read().split("\0")[0].split("/")[-1]
                rows.append((name, *resident(pid)))
            except OSError:
                continue
    report(rows)


def report(rows):
    functions = [row for row in rows if row[0] in ("health", "twilio-inbound", "run-jobs", "twilio-status")]
    # Resident counts pages of the program and its libraries in full, proportional by how many processes share them.
    for name, rss, pss in functions:
        print(f"warm function {name}: {rss:.1f} MB resident, {pss:.1f} MB proportional (goal 15 or less resident): "
              f"{verdict(rss <= 15)}", flush=True)
    for name, rss, pss in (row for row in rows if row[0] in ("event-stream", "session-worker")):
        print(f"persistent process {name}, idle: {rss:.1f} MB resident, {pss:.1f} MB proportional", flush=True)
    if not any(name == "event-stream" for name, *_ in rows):
        raise SystemExit("the event-stream process is not there")
    runner = [row for row in rows if row[0] == "parley"]
    print("host and sandbox: " + ", ".join(f"{rss:.1f} MB" for _, rss, _ in runner), flush=True)
    print(f"whole stack idle, Postgres included: {sum(pss for *_, pss in rows):.1f} MB proportional "
          f"({len(rows)} processes)", flush=True)
