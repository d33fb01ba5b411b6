"""Idle sessions of neonize in this one process: pairs them with a test server of its own, has a customer write to each and
each answer, waits, and prints one JSON object with its resident memory before the first session and with all of them, in MB.

neonize_sessions.py COUNT; PARLEY is the runner's executable. Run by bench/neonize.py with neonize's own Python environment.
"""

import json
import os
import re
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, f"{os.path.dirname(os.path.abspath(__file__))}/../../Conformance")
from neonize_client import PATIENCE, Client, Server, patched_copy, text

# As long as the worker is left alone before its memory is read.
IDLE = 5
PAIRED_AT_ONCE = 6


def resident():
    return int(re.search(r"^Rss:\s+(\d+) kB", open("/proc/self/smaps_rollup").read(), re.M)[1]) / 1024


def pair(server, folder, index):
    client = Client(folder, f"session{index}")
    server.post("/phone/scan", qr=client.codes.get(timeout=PATIENCE), number=f"1555{2_000_000 + index}", name="Owner")
    client.connections.get(timeout=PATIENCE)
    server.wait("active", account=f"1555{2_000_000 + index}")
    return client


def exchange(server, client, index):
    customer, words = f"1777{2_000_000 + index}", f"Until six, number {index}."
    sent = server.post("/contacts/send", **{"from": customer, "to": f"1555{2_000_000 + index}", "text": "Are you open?"})
    got = client.message(sent["id"])
    assert text(got) == "Are you open?", got
    client.client.send_message(got.Info.MessageSource.Chat, words)
    server.wait("message", person=customer, text=words)


def main(count, folder):
    server = Server(folder)
    # Read by the library when it is loaded.
    os.environ["SSL_CERT_FILE"] = server.certificate
    try:
        patched_copy(folder, server.introduction)
        import neonize.client  # noqa: F401, loads the library

        base = resident()
        # A new session waits some seconds before it publishes its keys.
        with ThreadPoolExecutor(PAIRED_AT_ONCE) as pool:
            clients = list(pool.map(lambda index: pair(server, folder, index), range(count)))
        for index, client in enumerate(clients):
            exchange(server, client, index)
        time.sleep(IDLE)
        assert all(client.client.is_connected for client in clients)
        print("RESULT " + json.dumps({"base": base, "resident": resident()}), flush=True)
    finally:
        server.stop()


status = 1
try:
    with tempfile.TemporaryDirectory(prefix="parley-neonize-") as folder:
        main(int(sys.argv[1]), folder)
    status = 0
except BaseException:
    traceback.print_exc()
# The library's threads would keep the process alive.
sys.stderr.flush()
os._exit(status)
