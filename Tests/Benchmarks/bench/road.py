"""From webhook received to reply handed to the provider (offline model, no debounce), jobs per second, and how often a reply
waits for Postgres."""

import threading
import time

from measure import parley, percentile, wait_for
from round_trips import CountingSocket
from servers import Provider
from webhooks import PUBLIC, Cluster, post, signed_forms

MESSAGES = 100
BURST = 500
COUNTED = 50


def run():
    provider = Provider()
    with Cluster() as cluster:
        environment = cluster.environment() | provider.environment() | {"DEBOUNCE_SECONDS": "0"}
        with parley(environment=environment) as host:
            wait_for(f"{host.url}/health")
            # The platform answers numbers of nobody; its monthly quota is not what is measured.
            cluster.query("update parley.organizations set message_limit = 1000000 where is_platform")
            lines = open(signed_forms(MESSAGES + BURST + 10, "road")).readlines()
            for line in lines[:10]:
                post(host.url, line)
            time.sleep(3)
            single(host, provider, lines[10:10 + MESSAGES])
            rate = burst(host, provider, lines[10 + MESSAGES:])
            print(f"burst of {BURST} messages: {rate:.0f} replies/s, {2 * rate:.0f} jobs/s (a turn and a send each)", flush=True)
        round_trips(cluster, environment, provider)


def round_trips(cluster, environment, provider):
    """Through a socket that counts, and therefore apart from what is timed."""
    counter = CountingSocket(cluster.directory)
    lines = open(signed_forms(COUNTED + 5, "counted")).readlines()
    with parley(environment=environment | {"DATABASE_URL": counter.url(cluster.app_url)}) as host:
        wait_for(f"{host.url}/health")
        for number, line in enumerate(lines):
            if number == 5:
                before = counter.count
            customer, _ = post(host.url, line)
            known, deadline = len(provider.arrived.get(customer, [])), time.monotonic() + 30
            while len(provider.arrived.get(customer, [])) == known and time.monotonic() < deadline:
                time.sleep(0.001)
        print(f"round trips to Postgres per reply, webhook and job runner together: "
              f"{(counter.count - before) / COUNTED:.1f}", flush=True)


def single(host, provider, lines):
    times = [provider.wait(*post(host.url, line), 30) for line in lines]
    print(f"webhook received to reply handed to the provider, {len(times)} in turn: p50 {percentile(times, .5):.1f} ms, "
          f"p99 {percentile(times, .99):.1f} ms", flush=True)


def burst(host, provider, lines):
    """All at once, from customers who had no reply yet: every message is one turn job and one send job. Replies per second."""
    waiting, start = set(), time.perf_counter()
    workers = [threading.Thread(target=lambda part: [waiting.add(post(host.url, line)[0]) for line in part],
                                args=(lines[index::8],)) for index in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    while not all(customer in provider.arrived for customer in waiting):
        if time.perf_counter() - start > 120:
            missing = [customer for customer in waiting if customer not in provider.arrived]
            raise SystemExit(f"burst: {len(missing)} of {len(waiting)} replies missing after 120 s")
        time.sleep(0.01)
    return len(lines) / (time.perf_counter() - start)
