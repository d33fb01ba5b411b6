"""Acknowledged inbound webhooks, each with a durable commit: ours through host and function, and one Node.js process that
verifies the same signature and makes the same inserts on the same Postgres."""

import base64
import hashlib
import hmac
import os
import socket
import subprocess
import time
import urllib.parse
import urllib.request

from measure import HERE, ROOT, SECONDS, WORK, free_port, parley, started, verdict, wait_for, wrk

TOKEN = "12345678901234567890123456789012"
ACCOUNT = "AC00112233445566778899aabbccddeeff"
CONTACTS = 5000
PUBLIC = "https://bench.example.com"
LINE = "whatsapp:+14155238886"


def signed(form):
    """A webhook of Twilio's form, signed as Twilio signs: signature, tab, body."""
    text = f"{PUBLIC}/api/whatsapp/webhook" + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()
    return f"{signature}\t{urllib.parse.urlencode(form)}\n"


def post(url, line):
    """Delivers a signed webhook. Returns its customer, and when it was sent."""
    signature, body = line.rstrip("\n").split("\t")
    request = urllib.request.Request(f"{url}/api/whatsapp/webhook", body.encode(), method="POST", headers={
        "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature})
    sent = time.perf_counter()
    urllib.request.urlopen(request, timeout=20).read()
    return urllib.parse.parse_qs(body)["From"][0], sent


def signed_forms(count, prefix):
    """A file of `count` signed webhooks, each with a message id of its own, from `CONTACTS` customers in turn."""
    path = f"{WORK}/webhooks.txt"
    with open(path, "w") as out:
        for index in range(count):
            sid = "SM" + hashlib.md5(f"{prefix}{index}".encode()).hexdigest()
            phone = f"1555{index % CONTACTS:07d}"
            form = {
                "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "Body": f"Are you open on day {index}?",
                "From": f"whatsapp:+{phone}", "MessageSid": sid, "MessageType": "text", "NumMedia": "0",
                "NumSegments": "1", "ProfileName": f"Customer {index % CONTACTS}", "SmsMessageSid": sid,
                "SmsSid": sid, "SmsStatus": "received", "To": LINE, "WaId": phone,
            }
            out.write(signed(form))
    return path


class Cluster:
    """A Postgres that keeps every promise of a commit; Parley migrates it when it comes up. Without a folder it is a new one
    and gone afterwards; in a named folder it stays."""

    def __init__(self, directory=None, options="", is_durable=True):
        self.directory = directory or f"/var/tmp/parley-bench-pg-{os.getpid()}"
        self.is_kept = directory is not None
        self.settings = {"POSTGRES_OPTIONS": options, "DURABLE": "1" if is_durable else ""}

    def __enter__(self):
        self.url = self.control("start", **self.settings)
        self.app_url = self.url.replace("owner@", "parley_app:bench@")
        return self

    def __exit__(self, *_):
        self.control("close" if self.is_kept else "stop")
        if not self.is_kept:
            self.remove()

    def remove(self):
        subprocess.run(["rm", "-rf", self.directory, self.directory + ".initdb"])

    def control(self, action, **variables):
        return subprocess.run(
            [f"{ROOT}/Tests/postgres", action, self.directory], env={**os.environ, **variables}, capture_output=True,
            text=True, check=True).stdout.strip()

    def query(self, sql):
        result = subprocess.run(
            ["psql", "-qAtX", self.url, "-v", "ON_ERROR_STOP=1", "-c", sql], capture_output=True, text=True)
        if result.returncode != 0:
            raise SystemExit(f"psql: {result.stderr}")
        return result.stdout.strip()

    def environment(self):
        return {
            "DATABASE_URL": self.app_url, "MIGRATION_DATABASE_URL": self.url, "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN, "DASHBOARD_PASSWORD": "not-the-default", "LOG_LEVEL": "error", "PUBLIC_URL": PUBLIC,
            "TRUSTED_PROXIES": "127.0.0.1",
        }


def load(url, prefix, seconds):
    """Rate, p50, p99 and failures of webhooks from 16 connections."""
    return wrk(f"{url}/api/whatsapp/webhook", 16, script=f"{HERE}/reference/webhooks.lua", seconds=seconds,
               environment={"WEBHOOKS": signed_forms(60_000, prefix)})


def ours(cluster):
    with parley(environment=cluster.environment() | {"DEBOUNCE_SECONDS": "120"}) as host:
        wait_for(f"{host.url}/health")
        load(host.url, "warm", 2)
        before = int(cluster.query("select count(*) from parley.messages"))
        result = load(host.url, "ours", SECONDS)
        return result, int(cluster.query("select count(*) from parley.messages")) - before


def theirs(cluster):
    cluster.query("""
        create or replace function parley.bench_channel(address text) returns table (id uuid, organization_id uuid)
        language sql security definer set search_path = parley as
        $$ select c.id, c.organization_id from channels c join organizations o on o.id = c.organization_id
           where o.is_platform and c.kind = 'whatsapp_twilio' and c.address is null limit 1 $$;
        grant execute on function parley.bench_channel(text) to parley_app;""")
    port = free_port()
    environment = {
        **os.environ, "DATABASE_URL": cluster.app_url, "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC,
        "PORT": str(port)}
    with started(["node", f"{HERE}/reference/webhook.js"], env=environment, log=f"{WORK}/node.log"):
        wait_for_port(port)
        load(f"http://127.0.0.1:{port}", "node-warm", 2)
        before = int(cluster.query("select count(*) from parley.messages"))
        result = load(f"http://127.0.0.1:{port}", "node", SECONDS)
        return result, int(cluster.query("select count(*) from parley.messages")) - before


def wait_for_port(port):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the Node.js reference did not start")


def run():
    with Cluster() as cluster:
        (rate, p50, p99, failed), stored = ours(cluster)
        (node_rate, node_p50, node_p99, node_failed), node_stored = theirs(cluster)
    print(f"inbound webhooks, 16 connections: {rate:.0f}/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms, {stored} stored, failed "
          f"{failed}; Node.js {node_rate:.0f}/s, p50 {node_p50:.1f} ms, p99 {node_p99:.1f} ms, {node_stored} stored, "
          f"failed {node_failed}", flush=True)
    print(f"  throughput ratio {rate / node_rate:.2f} (goal 1 or more): {verdict(rate >= node_rate)}", flush=True)
    print(f"  p99 ratio {p99 / node_p99:.2f} (goal 0.5 or less): {verdict(p99 <= node_p99 / 2)}", flush=True)
