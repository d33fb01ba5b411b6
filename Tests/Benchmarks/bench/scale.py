"""Twenty organizations, 100,000 conversations, millions of messages: how long reads take, and whether messages are received
and answered as fast as beside few. Both clusters have the same organizations and conversations, and the same settings."""

import contextlib
import os
import tempfile
import time

import dataset
import reads
from measure import SECONDS, parley, percentile, verdict, wait_for
from road import burst
from servers import Provider
from webhooks import Cluster, load, signed_forms

LONG = os.environ.get("PARLEY_LONG") == "1"
MESSAGES = int(os.environ.get("SCALE_MESSAGES", 10_000_000 if LONG else 1_000_000))
FEW = 10_000
# Milliseconds at the 95th percentile.
GOAL = 50
SHARE = 0.9
ROUNDS = 3
REPLIES = 1000
OPTIONS = "-c shared_buffers=1GB -c max_wal_size=4GB"


@contextlib.contextmanager
def made(messages, directory=None):
    """The data set in a durable cluster; gone afterwards unless its folder is named."""
    folder = directory or tempfile.mkdtemp(prefix="parley-bench-scale-", dir="/var/tmp")
    try:
        print(f"cluster with {dataset.make(folder, messages)} messages", flush=True)
        with Cluster(folder, OPTIONS) as cluster:
            yield cluster
    finally:
        if not directory:
            Cluster(folder).remove()


def run():
    with made(FEW) as few, made(MESSAGES, os.environ.get("SCALE_CLUSTER")) as many:
        read(many)
        compare("acknowledged webhooks", received, few, many)
        compare("replies", answered, few, many)


def read(cluster):
    with parley(environment=cluster.environment()) as host:
        wait_for(f"{host.url}/health")
        for name, times in reads.measure(host, cluster):
            p95 = percentile(times, .95)
            print(f"{name}: p50 {percentile(times, .5):.1f} ms, p95 {p95:.1f} ms of {len(times)} (goal p95 under {GOAL}): "
                  f"{verdict(p95 < GOAL)}", flush=True)


def compare(name, rate, few, many):
    """In turn, so that both sides meet the same moods of the machine."""
    rates = {few: [], many: []}
    for number in range(ROUNDS):
        for cluster in (few, many) if number % 2 == 0 else (many, few):
            rates[cluster].append(rate(cluster))
    of_few, of_many = (percentile(rates[cluster], .5) for cluster in (few, many))
    print(f"{name} per second beside {MESSAGES} messages: {of_many:.0f}; beside {FEW}: {of_few:.0f}, median of {ROUNDS}; "
          f"ratio {of_many / of_few:.2f} (goal {SHARE}): {verdict(of_many >= SHARE * of_few)}", flush=True)


def received(cluster):
    with parley(environment=cluster.environment() | {"DEBOUNCE_SECONDS": "120"}) as host:
        wait_for(f"{host.url}/health")
        load(host.url, prefix(), 3)
        rate, _, _, failed = load(host.url, prefix(), SECONDS)
    if failed:
        raise SystemExit(f"{failed} webhooks failed")
    return rate


def answered(cluster):
    # Neither what webhooks left behind is measured, nor the platform's quota.
    cluster.query("update parley.organizations set message_limit = 1000000000 where is_platform; "
                  "delete from parley.jobs where state <> 'running'; "
                  "update parley.turns set state = 'closed', closed_at = now() where state in ('open', 'composing')")
    provider = Provider()
    with parley(environment=cluster.environment() | provider.environment() | {"DEBOUNCE_SECONDS": "0"}) as host:
        wait_for(f"{host.url}/health")
        lines = open(signed_forms(REPLIES + 100, prefix())).readlines()
        burst(host, provider, lines[:100])
        return burst(host, provider, lines[100:])


def prefix():
    """A delivery is new to a cluster that was used before."""
    return f"scale-{time.time_ns()}-"
