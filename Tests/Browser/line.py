"""A WhatsApp Web line through the phone page: link a waiting client with the text of its code, write to it as a customer,
see its reply, unlink it. The client belongs to whoever runs this test.

SANDBOX_URL names the running sandbox, LINE_CODE is the text of the client's code; SCREENSHOTS as in phone.py.
"""

import os
import unittest

from selenium.webdriver.common.keys import Keys

from phone import BASE, Page, browser


class Line(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = Page(browser())
        cls.page.open(BASE, "+14155238886")

    @classmethod
    def tearDownClass(cls):
        cls.page.driver.quit()

    def test_link_write_and_unlink(self):
        page = self.page
        page.until(lambda: "One client" in page.one("#line-waiting").text)
        page.one("#line-code").send_keys("https://example.com/not-a-code")
        page.one("#line-form button").click()
        page.until(lambda: "Not linked" in page.one("#line-answer").text)
        page.one("#line-code").clear()
        # Without a mouse.
        page.one("#line-code").send_keys(os.environ["LINE_CODE"], Keys.TAB)
        page.one("#line-name").send_keys(Keys.ENTER)
        page.until(lambda: "Linked as device 1" in page.one("#line-answer").text, 30)
        page.until(lambda: any("connected" in line for line in page.texts("#line-list li")), 30)
        page.until(lambda: "WhatsApp Web" in page.one("#business-name").text)
        page.write("Are you open? <b>now</b>")
        page.until(lambda: page.texts(".bubble:not(.mine) p") == ["Until six. <i>Come by!</i>"], 30)
        self.assertEqual(page.texts(".bubble.mine p"), ["Are you open? <b>now</b>"])
        page.until(lambda: "delivered" in page.one(".bubble.mine footer .hidden").get_attribute("textContent"))
        page.picture("line")
        page.one("#line-list button").send_keys(Keys.ENTER)
        page.until(lambda: "was unlinked" in page.one("#line-answer").text)
        page.until(lambda: not page.texts("#line-list li"))
        errors = [entry for entry in page.driver.get_log("browser")
                  if entry["level"] == "SEVERE" and "409" not in entry["message"]]
        self.assertEqual(errors, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
