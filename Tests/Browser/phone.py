"""A person's way through the phone page in headless Chromium: write, see ticks and the reply, change person, arrange a
fault, move the clock. A receiver in this process plays Parley.

SANDBOX_URL, SANDBOX_ACCOUNT, SANDBOX_TOKEN name the running sandbox; SCREENSHOTS, when set, is a folder for pictures.
"""

import base64
import os
import pathlib
import sys
import unittest
import urllib.parse
import urllib.request

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Conformance"))
from webhook_receiver import Receiver  # noqa: E402

# The page may replace a node between finding it and looking at it: then the look is repeated.
REPLACED = [NoSuchElementException, StaleElementReferenceException]
BASE, ACCOUNT, TOKEN = (os.environ.get(f"SANDBOX_{name}", "") for name in ("URL", "ACCOUNT", "TOKEN"))


class ToSandbox(TwilioHttpClient):
    def request(self, method, url, *rest, **more):
        return super().request(method, url.replace("https://api.twilio.com", BASE), *rest, **more)


def sandbox_key():
    """What opens the phone and the controls: SANDBOX_KEY, or in KEYS, the data folder's file."""
    if key := os.environ.get("SANDBOX_KEY"):
        return key
    with open(os.environ["KEYS"]) as file:
        return next(line.split("=", 1)[1].strip() for line in file if line.startswith("PARLEY_SANDBOX_KEY="))


def browser():
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1360,900"):
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


class Page:
    """The phone page in a browser, with the few verbs that the tests speak."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, base, business):
        """As a person does: with the link that was printed at the start."""
        self.driver.get(f"{base}/sandbox/phone?key={sandbox_key()}&business=%2B{business.lstrip('+')}")
        self.until(lambda: self.one("#live").get_attribute("data-state") == "live")

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        """Read at one moment: the page may replace nodes between two calls."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])].map(node => node.innerText)", selector)

    def until(self, condition, seconds=10):
        WebDriverWait(self.driver, seconds, poll_frequency=0.05, ignored_exceptions=REPLACED).until(lambda _: condition())

    def write(self, text):
        self.one("#text").send_keys(text, Keys.ENTER)

    def picture(self, name):
        if folder := os.environ.get("SCREENSHOTS"):
            self.driver.save_screenshot(f"{folder}/{name}.png")


class Phone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = Page(browser())
        cls.twilio = Client(ACCOUNT, TOKEN, http_client=ToSandbox())
        cls.receiver = Receiver()
        found = cls.twilio.available_phone_numbers("US").local.list(area_code="617", limit=1)[0]
        cls.number = cls.twilio.incoming_phone_numbers.create(
            phone_number=found.phone_number, sms_url=cls.receiver.url, friendly_name="Linden Bakery")

    @classmethod
    def tearDownClass(cls):
        cls.page.driver.quit()
        cls.number.delete()
        cls.receiver.close()

    def setUp(self):
        self.page.open(BASE, self.number.phone_number)
        self.page.until(lambda: self.page.one("#business-name").text == "Linden Bakery")

    def tearDown(self):
        severe = [entry for entry in self.page.driver.get_log("browser") if entry["level"] == "SEVERE"]
        self.assertEqual(severe, [])

    def write(self, text):
        self.page.write(text)
        form = self.receiver.wait(1, Body=text)[-1]
        return form["MessageSid"], form["From"], form["To"]

    def show_typing(self, sid):
        credentials = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        form = urllib.parse.urlencode({"messageId": sid, "channel": "whatsapp"}).encode()
        request = urllib.request.Request(
            f"{BASE}/v2/Indicators/Typing.json", data=form, headers={"Authorization": f"Basic {credentials}"})
        urllib.request.urlopen(request, timeout=5).read()

    def test_1_a_message_and_its_reply(self):
        page = self.page
        sid, customer, business = self.write("Do you open on Sunday?")
        page.until(lambda: page.one(".bubble.mine .ticks").get_attribute("data-state") == "delivered")
        self.assertRegex(page.one("#last").text, r"Webhook answered 204 in \d+ ms")
        self.show_typing(sid)
        page.until(lambda: page.one("#typing").is_displayed())
        self.assertEqual(page.one(".bubble.mine .ticks").get_attribute("data-state"), "read")
        reply = "Yes, from 8:00 to 13:00.\n<b>Fresh rolls</b> all morning."
        self.twilio.messages.create(to=customer, from_=business, body=reply)
        page.until(lambda: len(page.texts(".bubble")) == 2)
        self.assertIn("<b>Fresh rolls</b>", page.texts(".bubble p")[1])
        self.assertFalse(page.one("#typing").is_displayed())
        self.write("هل يمكنني حجز طاولة؟")
        self.twilio.messages.create(to=customer, from_=business, body="بكل سرور! في أي ساعة؟ (19:00?)")
        page.until(lambda: len(page.texts(".bubble")) == 4)
        page.one("#attach summary").click()
        page.one("[data-sample='menu.png']").click()
        self.write("Is this still the menu?")
        page.until(lambda: page.one(".bubble img").get_property("naturalWidth") == 480)
        page.picture("phone-desktop")

    def test_2_another_person_by_keyboard_alone(self):
        page = self.page
        for _ in range(3):
            page.driver.switch_to.active_element.send_keys(Keys.TAB)
        chosen = page.driver.switch_to.active_element
        self.assertIn("person", chosen.get_attribute("class"))
        name = chosen.text.split("\n")[1]
        chosen.send_keys(Keys.ENTER)
        page.until(lambda: name in page.one(".person[aria-pressed=true]").text)
        page.until(lambda: page.texts(".bubble") == [])
        self.write("Hello from somebody else")
        page.until(lambda: len(page.texts(".bubble")) == 1)

    def test_3_faults_and_stop(self):
        page = self.page
        page.one("#new-person button").click()
        page.one("#fault button").click()
        page.until(lambda: page.texts("#planned li") == ["My next message arrives twice (1×)"])
        page.write("STOP")
        self.receiver.wait(2, Body="STOP")
        page.until(lambda: page.texts("#planned li") == [])
        page.until(lambda: any("START" in text for text in page.texts(".note")))
        self.assertGreaterEqual(len(page.texts("#log li")), 2)
        page.picture("phone-stop")

    def test_4_the_clock(self):
        page = self.page
        before = page.one("#clock-now").get_attribute("datetime")
        page.one("[data-advance='604800']").click()
        page.until(lambda: page.one("#clock-offset").text == "7 days ahead")
        self.assertGreater(page.one("#clock-now").get_attribute("datetime"), before)
        page.one("[data-advance='reset']").click()
        page.until(lambda: page.one("#clock-offset").text == "")

    def test_5_narrow_and_dark(self):
        page, command = self.page, self.page.driver.execute_cdp_cmd
        command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        page.picture("phone-dark")
        command("Emulation.setDeviceMetricsOverride", {"width": 390, "height": 800, "deviceScaleFactor": 2, "mobile": True})
        page.until(lambda: page.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth"))
        page.picture("phone-mobile")
        command("Emulation.clearDeviceMetricsOverride", {})
        command("Emulation.setEmulatedMedia", {"features": []})

    def test_6_every_control_has_a_name_and_is_large_enough(self):
        small = self.page.driver.execute_script("""
            return [...document.querySelectorAll('button, select, textarea, summary, input:not([type=checkbox])')]
              .filter(node => node.checkVisibility() && node.getBoundingClientRect().height < 43.5).map(node => node.outerHTML)""")
        self.assertEqual(small, [])
        for node in self.page.driver.find_elements(By.CSS_SELECTOR, "button, select, textarea, input, summary, [role=log]"):
            if node.is_displayed():
                self.assertTrue(node.accessible_name, node.get_attribute("outerHTML"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
