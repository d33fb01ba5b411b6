"""Milliseconds of the API's reads for an owner of the largest organization, over one connection that stays open."""

import contextlib
import http.client
import itertools
import json
import random
import time
import urllib.parse
import uuid

SAMPLES = 200
# Pages of 100 conversations before a page counts as deep.
DEEP = 100


class Owner:
    """Signed up through the API, then made an owner of an organization."""

    def __init__(self, host, cluster, organization):
        self.connection = http.client.HTTPConnection(host.url.removeprefix("http://"), timeout=30)
        self.headers = {"content-type": "application/json"}
        account = self.request("POST", "/api/v1/auth/signup", {
            "email": f"{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex, "business_name": "Bench"})
        self.headers |= {"authorization": f"Bearer {account['token']}", "x-organization-id": organization}
        cluster.query(f"""
            insert into parley.memberships (organization_id, user_id, role, created_at)
            select '{organization}', id, 'owner', now() from parley.users order by created_at desc limit 1""")

    def request(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body) if body else None, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text)

    def timed(self, path, **query):
        start = time.perf_counter()
        answer = self.request("GET", f"/api/v1{path}?{urllib.parse.urlencode(query)}")
        return (time.perf_counter() - start) * 1000, answer

    def times(self, paths):
        """Of `SAMPLES` requests, after a few that open connections and make plans."""
        found = [self.timed(path, **query)[0] for path, query in itertools.islice(paths, SAMPLES + 10)]
        return found[10:]

    def pages(self, path, **query):
        """A whole list from page to page: the times of its pages, first to last."""
        times, cursor = [], {}
        while cursor is not None:
            milliseconds, page = self.timed(path, limit=100, **query, **cursor)
            times.append(milliseconds)
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] and len(times) < DEEP + SAMPLES else None
        return times


def chosen(cluster, organization):
    """Rows of the organization, by chance but the same ones each time: (conversation, one of its messages)."""
    rows = cluster.query(f"""
        select c.id, m.id from (
            select id from parley.conversations where organization_id = '{organization}' order by md5(id::text) limit 1000) c
        cross join lateral (
            select id from parley.messages where conversation_id = c.id and organization_id = '{organization}'
            order by md5(id::text) limit 1) m""")
    return [row.split("|") for row in rows.splitlines()]


def measure(host, cluster):
    """Name and times of each kind of read."""
    organization = cluster.query(
        "select organization_id from parley.conversations group by 1 order by count(*) desc limit 1")
    channels = cluster.query(f"select id from parley.channels where organization_id = '{organization}'").splitlines()
    rows, chance = chosen(cluster, organization), random.Random(1)
    owner = Owner(host, cluster, organization)
    statuses, owners = ["open", "pending", "snoozed", "resolved"], ["ai", "human", "none"]

    def each(path, **query):
        """Endless requests; `{conversation}`, `{message}` and functions in the query are chosen anew for each."""
        while True:
            conversation, message = chance.choice(rows)
            yield path.format(conversation=conversation, message=message, channel=chance.choice(channels)), {
                name: value() for name, value in query.items()}

    status, who, channel = (lambda values=values: chance.choice(values) for values in (statuses, owners, channels))
    with contextlib.closing(owner.connection):
        yield "conversations", owner.times(each("/conversations"))
        yield "conversations by status", owner.times(each("/conversations", status=status))
        yield "conversations by owner", owner.times(each("/conversations", owner=who))
        yield "conversations by channel", owner.times(each("/conversations", channel_id=channel))
        yield "conversations by all three", owner.times(each(
            "/conversations", status=status, owner=who,
            channel_id=channel))
        yield f"conversations, pages of 100 behind the {DEEP}th", owner.pages("/conversations")[DEEP:]
        yield "conversations by two, all pages", owner.pages("/conversations", status="pending", owner="human")
        yield "conversation", owner.times(each("/conversations/{conversation}"))
        yield "thread", owner.times(each("/conversations/{conversation}/messages"))
        yield "thread, second page", second_pages(owner, each("/conversations/{conversation}/messages"))
        yield "messages of a channel", owner.times(each("/channels/{channel}/messages"))
        yield f"messages of a channel, pages of 100 behind the {DEEP}th", owner.pages(f"/channels/{channels[0]}/messages")[DEEP:]
        yield "why", owner.times(each("/messages/{message}/why"))
        yield "events", owner.times(each("/events"))
        yield "organization", owner.times(each(f"/organizations/{organization}"))
        yield "stats of the organization", owner.times(each(f"/organizations/{organization}/stats"))
        yield "stats of a channel", owner.times(each("/channels/{channel}/stats"))


def second_pages(owner, paths):
    times = []
    for path, _ in itertools.islice(paths, SAMPLES):
        cursor = owner.timed(path, limit=1)[1]["next_cursor"]
        if cursor:
            times.append(owner.timed(path, limit=50, cursor=cursor)[0])
    return times
