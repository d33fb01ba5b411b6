"""A WhatsApp line's first minute: the demo's owner makes a line over the API, its QR text goes into the phone page, and a
customer who writes to the line there reads the persona's answer. Then Parley's side is asked what it knows.

PARLEY_URL is where Parley answers, DEMO_ACCOUNT the file with the demo owner's login; SCREENSHOTS as in phone.py.
"""

import json
import os
import time
import unittest
import urllib.request

from selenium.webdriver.common.keys import Keys

from phone import Page, browser

BASE = os.environ["PARLEY_URL"]


def call(method, path, body=None, token=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(
        BASE + path, method=method, headers=headers, data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def until(read, seconds=60):
    """What `read` returns, as soon as it is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := read():
            return found
        time.sleep(0.2)
    raise AssertionError(f"nothing within {seconds} s")


def owner():
    """The demo sets itself up after the start: its knowledge is there when it says that it is trained."""
    with open(os.environ["DEMO_ACCOUNT"]) as file:
        account = json.load(file)
    return account if account["isTrained"] else None


class FirstLine(unittest.TestCase):
    def test_a_line_is_linked_and_answers(self):
        login = until(owner)
        token = call("POST", "/api/auth/login", {"email": login["email"], "password": login["password"]})["token"]
        line = call("POST", "/api/accounts", {"name": "Counter"}, token)["id"]
        code = until(lambda: call("GET", f"/api/accounts/{line}/qr", token=token)["qr"])
        page = Page(browser())
        self.addCleanup(page.driver.quit)
        page.open(BASE, "+14155238886")
        page.one("#line-code").send_keys(code if isinstance(code, str) else code["text"])
        page.one("#line-name").send_keys(Keys.ENTER)
        page.until(lambda: "Linked as device 1" in page.one("#line-answer").text, 60)
        state = until(lambda: (found := call("GET", f"/api/accounts/{line}", token=token))["status"] == "connected" and found)
        self.assertEqual(state["phone_number"], "+12025550100")
        page.until(lambda: "WhatsApp Web" in page.one("#business-name").text)
        page.write("Do you open on Sunday?")
        page.until(lambda: any("8:00 to 13:00" in reply for reply in page.texts(".bubble:not(.mine) p")), 60)
        page.picture("first-line")
        answers = [reply for reply in page.texts(".bubble:not(.mine) p") if "8:00 to 13:00" in reply]
        self.assertEqual(len(answers), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
