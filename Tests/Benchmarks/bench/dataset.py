"""A large installation in an empty, migrated database (Tests/Benchmarks/dataset): as many sessions as processors."""

import concurrent.futures
import glob
import hashlib
import os
import subprocess
import time

from measure import BIN, HERE, ROOT
from webhooks import Cluster

ORGANIZATIONS = 20
CONVERSATIONS = 100_000
# For the cluster while it loads: what crashes meanwhile is made again.
OPTIONS = "-c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=16GB -c checkpoint_timeout=1h -c autovacuum=off " \
          "-c shared_buffers=1GB -c maintenance_work_mem=1GB"
# The longest first.
INDEXED = ["messages", "message_keys", "turns", "decisions", "conversation_days", "message_statuses", "turn_replies", "events"]


def make(directory, messages):
    """A cluster with the data set in a folder, closed, for `Cluster(directory)`. One that is there already stays as it is,
    unless it was made under other tables or is of another size. Returns how many messages it has."""
    mark = f"{directory}/made"
    if os.path.exists(mark):
        there, tables = open(mark).read().split()
        if tables == tables_now() and int(there) == messages:
            return int(there)
        Cluster(directory).remove()
    with Cluster(directory, OPTIONS, is_durable=False) as cluster:
        subprocess.run([f"{BIN}/parley", "migrate"], cwd=ROOT, env=os.environ | cluster.environment(), check=True,
                       capture_output=True)
        seconds = load(cluster.url, messages)
        size = cluster.query("select pg_size_pretty(pg_database_size(current_database()))")
    print(f"{ORGANIZATIONS} organizations, {CONVERSATIONS} conversations, {messages} messages made in {seconds:.0f} s, {size}",
          flush=True)
    with open(mark, "w") as file:
        file.write(f"{messages} {tables_now()}")
    return messages


def tables_now():
    """Changes with the files that make tables and those that fill them."""
    files = sorted(glob.glob(f"{ROOT}/Core/Store/Migrations/Baseline/*.sql") + glob.glob(f"{HERE}/dataset/*.sql")
                   + [f"{ROOT}/Core/Store/Migrations/Functions/counts.sql"])
    return hashlib.sha256(b"".join(open(file, "rb").read() for file in files)).hexdigest()


def psql(url, *arguments, **variables):
    settings = [part for name, value in variables.items() for part in ("-v", f"{name}={value}")]
    result = subprocess.run(
        ["psql", "-qAtX", url, "-v", "ON_ERROR_STOP=1", *settings, *arguments], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"psql: {result.stderr}")


def load(url, messages, conversations=CONVERSATIONS):
    """Returns the seconds it took."""
    started, sessions = time.monotonic(), os.cpu_count()
    file = lambda name: f"{HERE}/dataset/{name}.sql"
    psql(url, "-f", file("1_rooms"), organizations=ORGANIZATIONS, conversations=conversations, messages=messages)
    with concurrent.futures.ThreadPoolExecutor(sessions) as pool:
        list(pool.map(lambda part: psql(url, "-f", file("2_messages"), first=f"{part}.0/{sessions}",
                                        last=f"{part + 1}.0/{sessions}"), range(sessions)))
        work = [lambda: psql(url, "-f", file("3_counts"))]
        work += [lambda table=table: psql(url, "-c", f"select dataset.make_indexes('{table}')") for table in INDEXED]
        list(pool.map(lambda part: part(), work))
    psql(url, "-f", file("4_finish"))
    # What is read first must not write: every row is known to be visible.
    psql(url, "-c", "vacuum")
    return time.monotonic() - started
