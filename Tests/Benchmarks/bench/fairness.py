"""One organization's load and another one's customer: 100,000 due jobs of low priority and 40 slow turns of the first, and how
long the second one's customers wait for their replies, beside the time they wait when nobody else is there."""

import json
import os
import shutil
import tempfile
import uuid

from measure import ROOT, parley, percentile, verdict, wait_for
from servers import Model, Provider
from webhooks import ACCOUNT, Cluster, post, signed

REPLIES = 40
BACKLOG = 100_000
SLOW_TURNS = 40
LOUD, QUIET = "whatsapp:+14155230001", "whatsapp:+14155230002"


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
    return post(host.url, signed({
        "AccountSid": ACCOUNT, "Body": text, "From": f"whatsapp:{customer}", "To": line, "NumMedia": "0",
        "MessageSid": "SM" + uuid.uuid4().hex, "ProfileName": "Ann", "WaId": customer.lstrip("+")}))


def waits(host, provider, prefix):
    return [provider.wait(*write(host, f"+1666{prefix}{number:06d}", QUIET, "Are you open?"), 180)
            for number in range(REPLIES)]


def run():
    provider, model, folder = Provider(), Model(), functions()
    with Cluster() as cluster:
        environment = cluster.environment() | provider.environment() | {
            "DEBOUNCE_SECONDS": "0", "OPENAI_API_KEY": "sk-bench", "OPENAI_BASE_URL": f"{model.url}/v1",
            "EGRESS_ALLOW": f"{provider.address},{model.address}"}
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
