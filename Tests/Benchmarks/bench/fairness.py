"""One organization's load and another one's customer: 100,000 due jobs of low priority and 40 slow turns of the first, and how
long the second one's customers wait for their replies, beside the time they wait when nobody else is there."""

import http.server
import json
import os
import shutil
import tempfile
import threading
import time
import uuid

from measure import ROOT, parley, percentile, verdict, wait_for
from road import Provider
from webhooks import TOKEN, ACCOUNT, Cluster

import base64
import hashlib
import hmac
import urllib.parse
import urllib.request

REPLIES = 40
BACKLOG = 100_000
SLOW_TURNS = 40
PUBLIC = "https://bench.example.com"
LOUD, QUIET = "whatsapp:+14155230001", "whatsapp:+14155230002"


class Model:
    """Speaks enough of OpenAI's dialect: thinks for 5 s about what is slow, else for 0.1 s."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                text = self.rfile.read(int(self.headers["content-length"])).decode()
                time.sleep(5 if "slowly please" in text else 0.1)
                body = json.dumps({
                    "id": "x", "object": "chat.completion", "model": "gpt-4o-mini",
                    "choices": [{"index": 0, "finish_reason": "stop",
                                 "message": {"role": "assistant", "content": "We are glad to help."}}],
                    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def functions():
    """The functions as they are; the job runner also knows the kind of job that only takes its time."""
    folder = tempfile.mkdtemp(prefix="parley-bench-functions-", dir="/var/tmp")
    for name in os.listdir(f"{ROOT}/Functions"):
        source = f"{ROOT}/Functions/{name}/function.json"
        if not os.path.exists(source):
            continue
        declaration = json.load(open(source))
        if name == "RunJobs":
            declaration["executable"] = "loaded-run-jobs"
        os.mkdir(f"{folder}/{name}")
        json.dump(declaration, open(f"{folder}/{name}/function.json", "w"))
    return folder


def found(cluster, name, address):
    organization, channel = uuid.uuid4(), uuid.uuid4()
    cluster.query(f"""
        insert into parley.organizations (id, name, message_limit, created_at, updated_at)
            values ('{organization}', '{name}', 1000000, now(), now());
        insert into parley.channels (id, organization_id, kind, address, name, created_at, updated_at)
            values ('{channel}', '{organization}', 'whatsapp_twilio', '{address}', 'Line', now(), now());
        select set_config('parley.organization', '{organization}', false);
        set search_path = parley, public;
        select create_system_personas('{organization}', now());""")
    return organization


def write(host, customer, line, text):
    form = {"AccountSid": ACCOUNT, "Body": text, "From": f"whatsapp:{customer}", "To": line, "NumMedia": "0",
            "MessageSid": "SM" + uuid.uuid4().hex, "ProfileName": "Ann", "WaId": customer.lstrip("+")}
    signed = f"{PUBLIC}/api/whatsapp/webhook" + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    request = urllib.request.Request(
        f"{host.url}/api/whatsapp/webhook", urllib.parse.urlencode(form).encode(), method="POST",
        headers={"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature})
    sent = time.perf_counter()
    urllib.request.urlopen(request, timeout=20).read()
    return sent


def waits(host, provider, prefix):
    times = []
    for number in range(REPLIES):
        customer = f"+1666{prefix}{number:06d}"
        sent = write(host, customer, QUIET, "Are you open?")
        while f"whatsapp:{customer}" not in provider.arrived:
            if time.perf_counter() - sent > 180:
                raise SystemExit(f"no reply to {customer} within 180 s")
            time.sleep(0.001)
        times.append((provider.arrived[f"whatsapp:{customer}"][0] - sent) * 1000)
    return times


def run():
    provider, model, folder = Provider(), Model(), functions()
    allowed = ",".join(server.url.removeprefix("http://") for server in (provider, model))
    with Cluster() as cluster:
        environment = cluster.environment() | {
            "PUBLIC_URL": PUBLIC, "DEBOUNCE_SECONDS": "0", "TWILIO_API_BASE_URL": provider.url,
            "TWILIO_MESSAGING_BASE_URL": provider.url, "OPENAI_API_KEY": "sk-bench",
            "OPENAI_BASE_URL": f"{model.url}/v1", "EGRESS_ALLOW": allowed}
        with parley(functions=folder, environment=environment) as host:
            wait_for(f"{host.url}/health")
            loud = found(cluster, "Loud", LOUD)
            found(cluster, "Quiet", QUIET)
            waits(host, provider, "1")
            quiet = waits(host, provider, "2")
            cluster.query(f"""
                insert into parley.jobs (organization_id, id, kind, key, payload, state, run_at, created_at)
                select '{loud}', gen_random_uuid(), 'pause', n::text, '{{"ms": 100}}', 'ready', now(), now()
                from generate_series(1, {BACKLOG}) n""")
            for number in range(SLOW_TURNS):
                write(host, f"+1555000{number:04d}", LOUD, "Answer slowly please")
            loaded = waits(host, provider, "3")
            left = int(cluster.query("select count(*) from parley.jobs where kind = 'pause' and state <> 'running'"))
    shutil.rmtree(folder, ignore_errors=True)
    before, now = percentile(quiet, .95), percentile(loaded, .95)
    print(f"reply to one organization's customer, p95: {before:.1f} ms quiet, {now:.1f} ms beside {BACKLOG} due jobs and "
          f"{SLOW_TURNS} slow turns of another: {now / before:.2f} times (goal 1.2): {verdict(now <= before * 1.2)}; "
          f"{BACKLOG - left} of the jobs done meanwhile", flush=True)
