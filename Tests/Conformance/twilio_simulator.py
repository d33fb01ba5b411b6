"""Twilio's own SDK drives the simulator; Twilio's published description judges every exchange; Twilio's
RequestValidator judges every webhook.

SANDBOX_URL, SANDBOX_ACCOUNT, SANDBOX_TOKEN, SANDBOX_KEY name the running sandbox.
"""

import base64
import datetime
import http.client
import json
import os
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

import published
from webhook_receiver import Receiver

BASE, ACCOUNT, TOKEN, KEY = (os.environ["SANDBOX_" + name] for name in ("URL", "ACCOUNT", "TOKEN", "KEY"))
BASIC = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
SPECS = {
    "api.twilio.com": published.load("twilio_api_v2010.json"),
    "messaging.twilio.com": published.load("twilio_messaging_v2.json"),
}


class JudgedClient(TwilioHttpClient):
    """Sends the SDK's requests to the sandbox and lets the published description judge both sides."""

    judged = 0

    def request(self, method, url, params=None, data=None, headers=None, auth=None, timeout=None, **rest):
        parts = urllib.parse.urlsplit(url)
        answer = super().request(
            method, BASE + parts.path + (f"?{parts.query}" if parts.query else ""),
            params=params, data=data, headers=headers, auth=auth, timeout=timeout or 20, **rest,
        )
        query = urllib.parse.parse_qsl(parts.query) + [
            (k, v) for k, value in (params or {}).items() if value is not None
            for v in (value if isinstance(value, list) else [value])
        ]
        body = urllib.parse.urlencode(data or {}, doseq=True).encode()
        published.check(
            SPECS[parts.netloc], f"https://{parts.netloc}", method, parts.path, query,
            dict(headers or {}) | {"Authorization": "Basic x"}, body,
            answer.status_code, dict(answer.headers), answer.text.encode(),
        )
        JudgedClient.judged += 1
        return answer


def control(method, path, body=None):
    request = urllib.request.Request(
        f"{BASE}/sandbox/control/{path}", method=method,
        headers={"content-type": "application/json", "x-sandbox-key": KEY},
        data=None if body is None else json.dumps(body).encode(),
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


class Case(unittest.TestCase):
    def setUp(self):
        control("POST", "reset", {})
        control("POST", "clock", {"reset": True})
        self.twilio = Client(ACCOUNT, TOKEN, http_client=JudgedClient())
        self.receiver = Receiver()
        found = self.twilio.available_phone_numbers("US").local.list(area_code="512", limit=1)
        self.number = self.twilio.incoming_phone_numbers.create(
            phone_number=found[0].phone_number, sms_url=self.receiver.url + "/in?tenant=a%20b",
            status_callback=self.receiver.url + "/status",
        )
        self.business = "whatsapp:" + self.number.phone_number
        self.customer = "whatsapp:+4915112345678"

    def tearDown(self):
        self.twilio.incoming_phone_numbers(self.number.sid).delete()
        self.receiver.close()

    def write(self, body, **more):
        return control("POST", "messages", {"from": self.customer, "to": self.business, "body": body, **more})["message"]

    def send(self, body="Hello", **more):
        return self.twilio.messages.create(to=self.customer, from_=self.business, body=body, **more)

    def refused(self, code, status, act):
        with self.assertRaises(TwilioRestException) as caught:
            act()
        self.assertEqual((caught.exception.code, caught.exception.status), (code, status))

    def fault(self, kind, **more):
        control("POST", "faults", {"kind": kind, **more})

    def conversation(self):
        query = urllib.parse.urlencode({"customer": self.customer, "business": self.business})
        return control("GET", f"conversation?{query}")

    def eventually(self, condition, seconds=8):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "not in time")
            time.sleep(0.02)


class Messages(Case):
    def test_a_reply_reaches_the_phone_and_its_callbacks_are_signed(self):
        self.write("Do you open on Sunday?")
        sent = self.send("From ten to six.", status_callback=self.receiver.url + "/status?id=7")
        self.assertEqual((sent.status, sent.direction, sent.error_code), ("queued", "outbound-api", None))
        self.assertRegex(sent.sid, "^SM[0-9a-f]{32}$")
        self.receiver.wait(1, MessageSid=sent.sid, MessageStatus="read")
        states = [f["MessageStatus"] for f in self.receiver.forms(MessageSid=sent.sid) if "MessageStatus" in f]
        self.assertEqual(states, ["sent", "delivered", "read"])
        validator = RequestValidator(TOKEN)
        for path, form, headers in self.receiver.seen:
            self.assertTrue(validator.validate(self.receiver.url + path, dict(form), headers["x-twilio-signature"]))
            self.assertFalse(validator.validate(self.receiver.url + path + "x", dict(form), headers["x-twilio-signature"]))
        self.assertEqual(self.twilio.messages(sent.sid).fetch().status, "read")
        self.assertEqual([m["body"] for m in self.conversation()["messages"]], ["Do you open on Sunday?", "From ten to six."])

    def test_an_inbound_webhook_says_what_whatsapp_says(self):
        self.write("Olá 😊 +&=", name="Ana Souza", media=[{"sample": "menu.png"}])
        form = self.receiver.wait(1)[0]
        self.assertEqual(form["Body"], "Olá 😊 +&=")
        self.assertEqual((form["ProfileName"], form["WaId"], form["MessageType"]), ("Ana Souza", "4915112345678", "image"))
        self.assertEqual((form["NumMedia"], form["MediaContentType0"]), ("1", "image/png"))
        self.assertEqual(form["From"], self.customer)
        media = self.twilio.messages(form["MessageSid"]).media.list()
        self.assertEqual([m.content_type for m in media], ["image/png"])
        self.assertEqual(self.twilio.messages(form["MessageSid"]).media(media[0].sid).fetch().parent_sid, form["MessageSid"])
        raw = urllib.request.Request(BASE + urllib.parse.urlsplit(form["MediaUrl0"]).path)
        raw.add_header("Authorization", BASIC)
        self.assertTrue(urllib.request.urlopen(raw, timeout=5).read().startswith(b"\x89PNG"))

    def test_lists_filter_and_page(self):
        self.write("Hi")
        sent = [self.send(f"Number {i}").sid for i in range(5)]
        found = self.twilio.messages.list(to=self.customer, from_=self.business, page_size=2)
        self.assertEqual([m.sid for m in found], sent[::-1])
        now = datetime.datetime.now(datetime.timezone.utc)
        since = self.twilio.messages.list(to=self.customer, date_sent_after=now - datetime.timedelta(minutes=1))
        self.assertEqual(len(since), 5)
        self.assertEqual(self.twilio.messages.list(date_sent_after=now + datetime.timedelta(days=2)), [])
        self.assertEqual(self.twilio.messages.list(to="whatsapp:+15550000000"), [])

    def test_refusals_carry_twilios_codes(self):
        self.write("Hi")
        create = self.twilio.messages.create
        self.refused(21211, 400, lambda: create(to="whatsapp:+0", from_=self.business, body="x"))
        self.refused(21602, 400, lambda: create(to=self.customer, from_=self.business))
        self.refused(21603, 400, lambda: create(to=self.customer, body="x"))
        self.refused(21910, 400, lambda: create(to="+4915112345678", from_=self.business, body="x"))
        self.refused(21617, 400, lambda: self.send("x" * 1601))
        self.assertEqual(self.send("x" * 1600).num_media, "0")
        self.refused(63007, 400, lambda: create(to=self.customer, from_="whatsapp:+15005550000", body="x"))
        self.refused(21609, 400, lambda: self.send(status_callback="nowhere"))
        self.refused(20404, 404, lambda: self.twilio.messages("SM" + "0" * 32).fetch())
        self.refused(20003, 401, lambda: Client(ACCOUNT, "wrong", http_client=JudgedClient()).messages("SM" + "0" * 32).fetch())

    def test_stop_stops_until_start(self):
        self.write("Stop")
        self.refused(21610, 400, self.send)
        self.write("START")
        self.assertEqual(self.send().status, "queued")

    def test_outside_the_window_only_templates_arrive(self):
        late = self.send("Nobody wrote to us yet")
        failed = self.receiver.wait(1, MessageSid=late.sid, MessageStatus="undelivered")[0]
        self.assertEqual(failed["ErrorCode"], "63016")
        self.write("Hi")
        control("POST", "clock", {"advance_seconds": 24 * 3600 + 1})
        again = self.send("A day later")
        self.receiver.wait(1, MessageSid=again.sid, MessageStatus="undelivered")
        template = self.twilio.messages.create(
            to=self.customer, from_=self.business, content_sid="HX" + "a" * 32, content_variables='{"1":"x"}')
        self.receiver.wait(1, MessageSid=template.sid, MessageStatus="delivered")
        visible = [m["sid"] for m in self.conversation()["messages"] if m["visible"] and not m["mine"]]
        self.assertEqual(visible, [template.sid])

    def test_an_offline_phone_gets_its_messages_later(self):
        self.write("Hi")
        number = self.customer.removeprefix("whatsapp:")
        control("POST", "customers", {"number": number, "online": False})
        sent = self.send()
        self.receiver.wait(1, MessageSid=sent.sid, MessageStatus="sent")
        time.sleep(0.4)
        self.assertEqual(self.twilio.messages(sent.sid).fetch().status, "sent")
        control("POST", "customers", {"number": number, "online": True})
        self.receiver.wait(1, MessageSid=sent.sid, MessageStatus="read")

    def test_redaction_and_deletion(self):
        self.write("Hi")
        sent = self.send()
        self.assertEqual(self.twilio.messages(sent.sid).update(body="").body, "")
        self.assertTrue(self.twilio.messages(sent.sid).delete())
        self.refused(20404, 404, lambda: self.twilio.messages(sent.sid).fetch())

    def test_typing_shows_and_marks_as_read(self):
        written = self.write("Hi")
        self.assertTrue(self.twilio.messaging.v2.typing_indicator.create(channel="whatsapp", message_id=written["sid"]).success)
        self.assertTrue(self.conversation()["typing"])
        self.assertEqual(self.conversation()["messages"][0]["status"], "read")
        sent = self.send()
        self.receiver.wait(1, MessageSid=sent.sid, MessageStatus="delivered")
        self.assertFalse(self.conversation()["typing"])

    def test_twiml_answers_are_sent(self):
        self.receiver.answers.append((200, "<Response><Message>Tom &amp; Co</Message></Response>"))
        self.write("Hi")
        self.eventually(lambda: len(self.conversation()["messages"]) == 2)
        self.assertEqual(self.conversation()["messages"][1]["body"], "Tom & Co")


class Numbers(Case):
    def test_a_number_is_sold_once(self):
        again = self.twilio.available_phone_numbers("US").local.list(area_code="512", limit=100)
        self.assertNotIn(self.number.phone_number, [n.phone_number for n in again])
        buy = self.twilio.incoming_phone_numbers.create
        self.refused(21422, 400, lambda: buy(phone_number=self.number.phone_number))
        self.refused(21421, 400, lambda: buy(phone_number="12"))

    def test_update_list_and_fetch(self):
        changed = self.twilio.incoming_phone_numbers(self.number.sid).update(sms_url="http://127.0.0.1:1/x", friendly_name="Desk")
        self.assertEqual((changed.sms_url, changed.friendly_name), ("http://127.0.0.1:1/x", "Desk"))
        found = self.twilio.incoming_phone_numbers.list(phone_number=self.number.phone_number)
        self.assertEqual([n.sid for n in found], [self.number.sid])
        self.assertEqual(self.twilio.incoming_phone_numbers(self.number.sid).fetch().friendly_name, "Desk")

    def test_a_business_names_itself_for_its_customers(self):
        control("POST", "numbers", {"number": self.number.phone_number, "name": "Linden Bakery"})
        named = [n for n in control("GET", "state")["numbers"] if n["name"] == "Linden Bakery"]
        self.assertEqual([n["phone_number"] for n in named], [self.number.phone_number])
        with self.assertRaises(urllib.error.HTTPError):
            control("POST", "numbers", {"number": "+15005550000", "name": "Nobody"})

    def test_every_country_has_numbers_and_patterns_narrow(self):
        for country in ("US", "GB", "DE", "BR", "IN", "IL"):
            found = self.twilio.available_phone_numbers(country).local.list(limit=5)
            self.assertEqual(len(found), 5, country)
        narrowed = self.twilio.available_phone_numbers("US").local.list(contains="5550142", limit=5)
        self.assertTrue(narrowed and all("5550142" in n.phone_number for n in narrowed))
        self.assertTrue(self.twilio.available_phone_numbers("GB").mobile.list(limit=2))
        with self.assertRaisesRegex(TwilioException, "20404"):
            self.twilio.available_phone_numbers("ZZ").local.list(limit=1)


class Faults(Case):
    def test_duplicate_late_and_overtaken_webhooks(self):
        self.fault("duplicate")
        twice = self.write("Twice")
        self.assertEqual(len(self.receiver.forms(MessageSid=twice["sid"])), 2)
        self.fault("late", seconds=0.3)
        late = self.write("Late")
        self.assertEqual(self.receiver.forms(MessageSid=late["sid"]), [])
        self.receiver.wait(1, MessageSid=late["sid"])
        self.fault("out_of_order")
        first, second = self.write("First"), self.write("Second")
        bodies = [f["Body"] for f in self.receiver.forms() if f["MessageSid"] in (first["sid"], second["sid"])]
        self.assertEqual(bodies, ["Second", "First"])
        self.write("Third")
        self.assertEqual(len(self.receiver.forms(Body="Third")), 1)

    def test_rate_limit_and_server_errors_before_acceptance(self):
        self.write("Hi")
        self.fault("rate_limited", retry_after=7)
        self.refused(20429, 429, self.send)
        self.fault("server_error", status=503, times=2)
        for _ in range(2):
            with self.assertRaises(TwilioRestException) as caught:
                self.send()
            self.assertEqual(caught.exception.status, 503)
        self.fault("refused", code=63016)
        self.refused(63016, 400, self.send)
        self.assertEqual([m["mine"] for m in self.conversation()["messages"]], [True])
        self.assertEqual(control("GET", "faults"), {"faults": []})

    def test_silence_before_and_after_acceptance(self):
        self.write("Hi")
        for kind, arrived in (("timeout_before_acceptance", 0), ("timeout_after_acceptance", 1), ("broken_after_acceptance", 2)):
            self.fault(kind, seconds=1.5)
            with self.assertRaises((OSError, http.client.HTTPException)):
                self.raw_send(timeout=0.5)
            found = self.twilio.messages.list(to=self.customer, from_=self.business)
            self.assertEqual(len(found), arrived, kind)

    def raw_send(self, timeout):
        body = urllib.parse.urlencode({"To": self.customer, "From": self.business, "Body": "x"}).encode()
        request = urllib.request.Request(f"{BASE}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", data=body)
        request.add_header("Authorization", BASIC)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.loads(answer.read())

    def test_callbacks_get_lost_doubled_and_reversed(self):
        self.write("Hi")
        wanted = {
            "callback_lost": ["delivered", "read"],
            "callback_duplicated": ["sent", "sent", "delivered", "delivered", "read", "read"],
            "callbacks_reversed": ["read", "delivered", "sent"],
        }
        for kind, states in wanted.items():
            self.fault(kind)
            sent = self.send(kind)
            got = self.receiver.wait(len(states), MessageSid=sent.sid)
            self.assertEqual([f["MessageStatus"] for f in got], states)

    def test_a_closed_door_is_tried_twice(self):
        self.twilio.incoming_phone_numbers(self.number.sid).update(sms_url="http://127.0.0.1:1/nobody")
        self.assertIn("nobody listens there after 2 attempts", self.write("Hi")["webhook"])
        self.receiver.answers = [(500, "")]
        self.twilio.incoming_phone_numbers(self.number.sid).update(sms_url=self.receiver.url)
        self.assertIn("answered 500", self.write("Hi")["webhook"])
        self.assertEqual(len(self.receiver.seen), 1)

    def test_the_sandbox_speaks_to_this_machine_only(self):
        self.twilio.incoming_phone_numbers(self.number.sid).update(sms_url="http://192.0.2.1/x")
        self.assertIn("only speaks http to this machine", self.write("Hi")["webhook"])


class Control(Case):
    def test_the_clock_moves_and_returns(self):
        before = datetime.datetime.fromisoformat(control("GET", "clock")["now"].replace("Z", "+00:00"))
        moved = control("POST", "clock", {"advance_seconds": 86400 * 40})
        after = datetime.datetime.fromisoformat(moved["now"].replace("Z", "+00:00"))
        self.assertAlmostEqual((after - before).total_seconds(), 86400 * 40, delta=5)
        self.write("Hi")
        self.assertEqual(self.twilio.messages.list(limit=1)[0].date_created.date(), after.date())
        self.assertEqual(control("POST", "clock", {"reset": True})["offset_seconds"], 0)
        with self.assertRaises(urllib.error.HTTPError):
            control("POST", "clock", {"advance_seconds": 1e12})

    def test_another_site_may_not_write(self):
        for headers in ({"content-type": "text/plain"}, {"content-type": "application/json", "sec-fetch-site": "cross-site"}):
            request = urllib.request.Request(
                f"{BASE}/sandbox/control/reset", method="POST", data=b"{}", headers=headers | {"x-sandbox-key": KEY})
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(request, timeout=5)
            self.assertIn(caught.exception.code, (403, 415))

    def test_changes_are_announced(self):
        events = []

        def listen():
            request = urllib.request.Request(f"{BASE}/sandbox/control/events", headers={"x-sandbox-key": KEY})
            with urllib.request.urlopen(request, timeout=20) as stream:
                for line in stream:
                    if line.startswith(b"data:"):
                        events.append(json.loads(line[5:])["version"])
                    if len(events) > 1:
                        return

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        self.eventually(lambda: events)
        self.write("Hi")
        listener.join(5)
        self.assertGreater(events[-1], events[0])


if __name__ == "__main__":
    outcome = unittest.main(exit=False, verbosity=2)
    print(f"{JudgedClient.judged} exchanges judged by Twilio's published description")
    raise SystemExit(not outcome.result.wasSuccessful() or JudgedClient.judged < 50)
