"""A stranger's first minute: Parley was started with one command and no credentials; the demo business answers on the
phone from its knowledge, once per question, even when a webhook arrives twice.

PARLEY_URL is where Parley answers, KEYS its data folder's keys; SCREENSHOTS, when set, is a folder for pictures.
"""

import json
import os
import time
import unittest
import urllib.request

from phone import Page, browser, sandbox_key

BASE = os.environ["PARLEY_URL"]


def control(method, path, body=None):
    request = urllib.request.Request(
        f"{BASE}/sandbox/control/{path}", method=method,
        headers={"content-type": "application/json", "x-sandbox-key": sandbox_key()},
        data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def demo_number(seconds=60):
    """The demo sets itself up after the start: naming its number is the last of its steps."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for number in control("GET", "state")["numbers"]:
            if number["name"] == "Linden Bakery & Café":
                return number["phone_number"]
        time.sleep(0.2)
    raise AssertionError("the demo business has no number")


class FirstMinute(unittest.TestCase):
    def setUp(self):
        self.page = Page(browser())
        self.addCleanup(self.page.driver.quit)

    def replies(self):
        return self.page.texts(".bubble:not(.mine) p")

    def ask(self, question, expected):
        started = time.monotonic()
        self.page.write(question)
        self.page.until(lambda: any(expected in reply for reply in self.replies()), seconds=60)
        print(f"{question!r} answered after {time.monotonic() - started:.1f} s: {self.replies()[-1]!r}")

    def test_questions_are_answered_once_each(self):
        self.page.open(BASE, demo_number())
        self.ask("Do you open on Sunday?", "8:00 to 13:00")
        greeted = len(self.replies()) - 1
        self.page.picture("first-answer")
        control("POST", "faults", {"kind": "duplicate"})
        self.ask("How much is a birthday cake for 12 people?", "52 USD")
        control("POST", "faults", {"kind": "callbacks_reversed"})
        self.ask("Do you deliver?", "4 USD")
        self.ask("Where can I park?", "Mill Lane")
        self.assertEqual(len(self.replies()), greeted + 4, self.replies())
        self.assertLessEqual(greeted, 1)
        self.assertEqual(control("GET", "faults"), {"faults": []})
        self.page.picture("first-minute")


if __name__ == "__main__":
    unittest.main(verbosity=2)
