"""From webhook received to reply handed to the provider (offline model, no debounce), jobs per second, and how often a reply
waits for Postgres."""

import http.server
import json
import threading
import time
import urllib.parse
import urllib.request

from measure import free_port, parley, percentile, wait_for
from round_trips import CountingSocket
from webhooks import ACCOUNT, Cluster, signed_forms

MESSAGES = 100
BURST = 500
COUNTED = 50


class Provider:
    """Accepts Messages.json as Twilio does and notes when each reply arrived."""

    def __init__(self):
        self.arrived, self.lock = {}, threading.Lock()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body go out in two writes: the second must not wait for the first one's acknowledgement.
            disable_nagle_algorithm = True

            def do_POST(self):
                now = time.perf_counter()
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                to = form.get("To", [""])[0]
                with owner.lock:
                    owner.arrived.setdefault(to, []).append(now)
                    number = sum(map(len, owner.arrived.values()))
                body = json.dumps({
                    "sid": f"SM{number:032x}", "status": "queued", "body": form.get("Body", [""])[0], "to": to,
                    "from": form.get("From", [""])[0], "direction": "outbound-api", "num_segments": "1",
                    "num_media": "0", "price": None, "error_code": None, "date_created": None,
                    "success": True}).encode()
                self.send_response(201)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def post(url, line):
    signature, body = line.rstrip("\n").split("\t")
    request = urllib.request.Request(f"{url}/api/whatsapp/webhook", body.encode(), method="POST", headers={
        "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature})
    sent = time.perf_counter()
    urllib.request.urlopen(request, timeout=20).read()
    return urllib.parse.parse_qs(body)["From"][0], sent


def run():
    public, provider = "https://bench.example.com", Provider()
    with Cluster() as cluster:
        environment = cluster.environment() | {
            "PUBLIC_URL": public, "DEBOUNCE_SECONDS": "0", "TWILIO_API_BASE_URL": provider.url,
            "TWILIO_MESSAGING_BASE_URL": provider.url, "EGRESS_ALLOW": provider.url.removeprefix("http://")}
        with parley(environment=environment) as host:
            wait_for(f"{host.url}/health")
            # The platform answers numbers of nobody; its monthly quota is not what is measured.
            cluster.query("update parley.organizations set message_limit = 1000000 where is_platform")
            lines = open(signed_forms(public, MESSAGES + BURST + 10, "road")).readlines()
            for line in lines[:10]:
                post(host.url, line)
            time.sleep(3)
            single(host, provider, lines[10:10 + MESSAGES])
            burst(host, provider, lines[10 + MESSAGES:])
        round_trips(cluster, environment, provider)


def round_trips(cluster, environment, provider):
    """Through a socket that counts, and therefore apart from what is timed."""
    counter = CountingSocket(cluster.directory)
    lines = open(signed_forms(environment["PUBLIC_URL"], COUNTED + 5, "counted")).readlines()
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
    times = []
    for line in lines:
        customer, sent = post(host.url, line)
        while customer not in provider.arrived:
            if time.perf_counter() - sent > 30:
                raise SystemExit(f"no reply to {customer} within 30 s")
            time.sleep(0.001)
        times.append((provider.arrived[customer][0] - sent) * 1000)
    print(f"webhook received to reply handed to the provider, {len(times)} in turn: p50 {percentile(times, .5):.1f} ms, "
          f"p99 {percentile(times, .99):.1f} ms", flush=True)


def burst(host, provider, lines):
    """All at once: every message is one turn job and one send job."""
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
            print(f"burst: {len(missing)} of {len(waiting)} replies missing after 120 s", flush=True)
            return
        time.sleep(0.01)
    seconds = time.perf_counter() - start
    print(f"burst of {len(lines)} messages: {len(lines) / seconds:.0f} replies/s, {2 * len(lines) / seconds:.0f} jobs/s "
          f"(a turn and a send each)", flush=True)
