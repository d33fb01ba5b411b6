"""What the walk over the API needs: a business with something of everything, and for each operation a request that the
document says is right. Whatever deletes or ends something does it to a thing made for that."""

from api import *  # noqa: F403

# `Core/API/Example.swift`: ids in examples, and what stands for them here.
EXAMPLE = "01936f00-0000-7000-8000-0000000000"
NAMES = {
    "c1": "channel", "c2": "contact", "c3": "conversation", "c4": "message", "c5": "knowledge", "c6": "organization",
    "c7": "persona", "c8": "upload",
}
CUSTOMER = "+15550001111"


class World:
    def __init__(self, document):
        # The address is known before the demo business is set up.
        self.account = wait_for("demo business", self.demo)
        self.keys = keys()
        self.owner = Client(self.account["email"], self.account["password"])
        self.operator = Client("admin", "admin123", by="username")
        self.schema = schemathesis.openapi.from_dict(document)
        self.operations = [result.ok() for result in self.schema.get_all_operations()]
        self.known = {"organization": self.account["organizationID"]}
        self.populate()

    # What there is

    def populate(self):
        numbered = wait_for("number", self.numbered)
        self.number = numbered[0]["phone_number"]
        self.known["channel"] = numbered[0]["id"]
        self.write("Hello, are you open today?")
        self.known["conversation"] = wait_for("conversation", self.conversation)
        self.known["message"] = self.messages()[0]["id"]
        self.known["persona"] = self.owner.items("/api/v1/personas")[0]["id"]
        self.known["knowledge"] = self.item()
        self.known["upload"] = self.upload()

    @staticmethod
    def demo():
        if not os.path.exists(os.environ["DEMO_ACCOUNT"]):
            return None
        account = json.load(open(os.environ["DEMO_ACCOUNT"]))
        return account if account["isTrained"] else None

    def numbered(self):
        """The demo business asks for its number like everybody else."""
        for request in self.operator.items("/api/v1/number-requests"):
            self.operator.send("POST", f"/api/v1/number-requests/{request['id']}/approve").raise_for_status()
        return [c for c in self.owner.items("/api/v1/channels") if c["kind"] == "whatsapp_twilio"]

    def write(self, text, media=None):
        body = {"from": "whatsapp:" + CUSTOMER, "to": "whatsapp:" + self.number, "body": text}
        if media:
            body["media"] = media
        requests.post(
            URL + "/sandbox/control/messages", json=body, headers=sandbox_key(), timeout=30).raise_for_status()

    def conversation(self):
        found = [c for c in self.owner.items("/api/v1/conversations") if CUSTOMER in c["remote_address"]]
        return found[0]["id"] if found else None

    def messages(self):
        return self.owner.items(f"/api/v1/conversations/{self.known['conversation']}/messages")

    def item(self):
        return self.owner.made("/api/v1/knowledge", {"title": "Throw-away", "body": "Nothing."})

    def line(self):
        self.free_line()
        return self.owner.made("/api/v1/channels", {"name": "Throw-away"})

    def free_line(self):
        """The plan has room for one line to be linked."""
        for channel in self.owner.items("/api/v1/channels"):
            if channel["kind"] == "whatsapp_web":
                self.owner.send("DELETE", "/api/v1/channels/" + channel["id"]).raise_for_status()

    def key(self):
        return self.owner.made("/api/v1/api-keys", {"name": "Throw-away", "scopes": ["messages:read"]})

    def organization(self):
        return self.owner.made("/api/v1/organizations", {"name": "Throw-away"})

    def for_sale(self):
        """One that nobody has asked for yet."""
        found = self.owner.send("GET", "/api/v1/organizations/search-numbers?country=US").json()["items"]
        asked = {one["number"] for one in self.operator.items("/api/v1/number-requests")}
        return next(one["number"] for one in found if one["number"] not in asked)

    def asked_for(self):
        """A number that waits for the operator's word: its organization, and the request."""
        shop, number = self.organization(), self.for_sale()
        self.owner.send("POST", f"/api/v1/organizations/{shop}/provision-number", json={"number": number}).raise_for_status()
        (request,) = [one for one in self.operator.items("/api/v1/number-requests") if one["organization_id"] == shop]
        return shop, request["id"]

    def bought(self):
        """An organization with a number of its own."""
        shop, request = self.asked_for()
        self.operator.send("POST", f"/api/v1/number-requests/{request}/approve").raise_for_status()
        return shop

    def upload(self):
        answer = self.owner.send(
            "POST", "/api/v1/uploads?filename=a.txt", data=b"A file.", headers={"content-type": "text/plain"})
        answer.raise_for_status()
        return answer.json()["id"]

    def stranger(self):
        """Somebody with an account of their own, whose session may be ended."""
        name = f"walker-{time.time_ns()}@example.com"
        body = {"email": name, "password": "a long password", "business_name": "Walker"}
        requests.post(URL + "/api/v1/auth/signup", json=body, timeout=30).raise_for_status()
        return Client(name, "a long password")

    # A right request for each operation

    def request(self, operation):
        """Arguments of a case: path_parameters, query, headers, body."""
        label = f"{operation.method.upper()} {operation.path}"
        special = SPECIAL.get(label)
        request = {"path_parameters": self.path(operation), "headers": dict(self.owner.headers), "query": {}}
        body = self.body(operation)
        if body is not None:
            request["body"] = body
        if special:
            special(self, request)
        return request

    def path(self, operation):
        names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
        if not names:
            return {}
        kind = operation.path.removeprefix("/api/v1/").split("/")[0].removesuffix("s")
        values = {"id": self.known.get(kind, ""), "provider": "groq", "position": "0"}
        if operation.method == "delete" and kind in THROW_AWAY:
            values["id"] = THROW_AWAY[kind](self)
        return {name: values.get(name, "") for name in names}

    def body(self, operation):
        content = operation.definition.raw.get("requestBody", {}).get("content", {})
        for media in content.values():
            if "example" in media:
                return self.real(media["example"])
        return None

    def real(self, value):
        """The example with ids of this world."""
        if isinstance(value, dict):
            return {name: self.real(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.real(member) for member in value]
        if isinstance(value, str) and value.startswith(EXAMPLE):
            return self.known[NAMES[value[len(EXAMPLE) :]]]
        return value

    def walk(self):
        done = 0
        for operation in self.operations:
            label = f"{operation.method.upper()} {operation.path}"
            if label in ENDLESS:
                done += self.begins(label)
                continue
            try:
                case = operation.Case(**self.request(operation))
                answer = case.call(base_url=URL)
                case.validate_response(answer, checks=CHECKS)
            except (Exception, BaseExceptionGroup) as error:
                fail(f"{label}: {error}")
                continue
            if 200 <= answer.status_code < 300:
                done += 1
            else:
                fail(f"{label}: {answer.status_code} {answer.text[:300]}")
        print(f"{done} of {len(self.operations)} operations answered 2xx")

    def begins(self, label):
        """Whether an answer that has no end begins as the document says; 1 or 0."""
        method, path = label.split(" ")
        with self.owner.send(method, path, stream=True) as answer:
            if answer.status_code == 200 and answer.headers["content-type"] == ENDLESS[label]:
                return 1
            fail(f"{label}: {answer.status_code} {answer.headers}")
            return 0

    def fuzz(self):
        for operation in self.operations:
            label = f"{operation.method.upper()} {operation.path}"
            if label in UNFUZZED | ENDLESS.keys():
                continue
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                try:
                    self.fuzz_one(operation, mode)
                except (Exception, BaseExceptionGroup) as error:
                    fail(f"{label} ({mode.value}): {error}")
        print(f"{self.sent} made-up requests")

    sent = 0

    def fuzz_one(self, operation, mode):
        @seed(SEED)
        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case):
            World.sent += 1
            answer = case.call(base_url=URL, headers=self.owner.headers)
            # The host refuses a head or an address that is too long before any operation is found.
            if answer.status_code not in (414, 431):
                case.validate_response(answer, checks=CHECKS)

        try:
            check()
        except (Exception, BaseExceptionGroup) as error:
            # Nothing of this kind can be made up: every request of the operation is right.
            if "Unsatisfiable" not in type(error).__name__:
                raise


def logout(world, request):
    request["headers"] = world.stranger().headers


def login(world, request):
    request["body"] = {"email": world.account["email"], "password": world.account["password"]}


def signup(world, request):
    request["body"]["email"] = f"walker-{time.time_ns()}@example.com"


def cron(world, request):
    request["headers"]["x-cron-secret"] = world.keys["CRON_SECRET"]


def signed(world, request, path, fields):
    """As Twilio signs: HMAC-SHA1 over the address and the sorted fields."""
    text = URL + path + "".join(name + fields[name] for name in sorted(fields))
    token = world.keys["SANDBOX_TWILIO_TOKEN"][:32].encode()
    code = base64.b64encode(hmac.new(token, text.encode(), hashlib.sha1).digest()).decode()
    request["headers"] = {"x-twilio-signature": code, "content-type": "application/x-www-form-urlencoded"}
    request["body"] = fields
    request["media_type"] = "application/x-www-form-urlencoded"


def inbound(world, request):
    sid = "SM" + hashlib.md5(str(time.time_ns()).encode()).hexdigest()
    fields = {"MessageSid": sid, "From": "whatsapp:" + CUSTOMER, "To": "whatsapp:" + world.number, "Body": "Hello"}
    signed(world, request, "/api/hooks/twilio", fields)


def status(world, request):
    sid = "SM" + hashlib.md5(str(time.time_ns()).encode()).hexdigest()
    signed(world, request, "/api/hooks/twilio/status", {"MessageSid": sid, "MessageStatus": "delivered"})


def search(world, request):
    request["query"] = {"country": "US"}


def buy(world, request):
    request["path_parameters"]["id"] = world.organization()
    request["body"] = {"number": world.for_sale()}


def as_operator(world, request):
    request["headers"] = dict(world.operator.headers)


def decides(world, request):
    as_operator(world, request)
    request["path_parameters"]["id"] = world.asked_for()[1]


def number_of_shop(world, request):
    request["path_parameters"]["id"] = world.bought()


def free_line(world, request):
    world.free_line()


def with_key(world, request):
    world.owner.send("PUT", "/api/v1/credentials/groq", json={"key": "gsk-throw-away-key"}).raise_for_status()


def with_line(world, request):
    request["path_parameters"]["id"] = world.line()


def with_code(world, request):
    line = request["path_parameters"]["id"] = world.line()
    wait_for("QR code", lambda: world.owner.send("GET", f"/api/v1/channels/{line}/qr").status_code == 200)


def with_file(world, request):
    world.write("A picture", media=[{"sample": "menu.png"}])

    def look():
        return [m for m in world.messages() if m["media"] and m["direction"] == "inbound"]

    request["path_parameters"] = {"id": wait_for("file", look)[0]["id"], "position": "0"}


def upload_bytes(world, request):
    request["headers"]["content-type"] = "text/plain"
    request["body"] = b"A file."
    request["media_type"] = "text/plain"


def sent_file(world, request):
    body = {"account_id": world.known["channel"], "number": CUSTOMER, "upload_id": world.upload()}
    world.owner.send("POST", "/api/v1/messages/media", json=body).raise_for_status()

    def look():
        messages = requests.get(URL + "/sandbox/control/messages", headers=sandbox_key(), timeout=30).text
        start = messages.find("/api/v1/files/")
        return messages[start + len("/api/v1/files/") :].split('"')[0] if start >= 0 else None

    request["path_parameters"] = {"token": wait_for("sent file", look)}


THROW_AWAY = {"api-key": World.key, "channel": World.line, "knowledge": World.item, "organization": World.organization}

# By what the document calls them.
SPECIAL = {
    "POST /api/v1/auth/logout": logout,
    "POST /api/v1/auth/login": login,
    "POST /api/v1/auth/signup": signup,
    "GET /api/cron/reset-usage": cron,
    "POST /api/hooks/twilio": inbound,
    "POST /api/hooks/twilio/status": status,
    "GET /api/v1/organizations/search-numbers": search,
    "POST /api/v1/organizations/{id}/provision-number": buy,
    "DELETE /api/v1/organizations/{id}/provision-number": number_of_shop,
    "GET /api/v1/number-requests": as_operator,
    "POST /api/v1/number-requests/{id}/approve": decides,
    "POST /api/v1/number-requests/{id}/refuse": decides,
    "GET /api/v1/system/checks": as_operator,
    "GET /api/v1/organizations/{id}/number": number_of_shop,
    "PATCH /api/v1/organizations/{id}/number": number_of_shop,
    "GET /api/v1/channels/{id}/pairing-code": with_line,
    "GET /api/v1/channels/{id}/qr": with_code,
    "POST /api/v1/channels": free_line,
    "POST /api/v1/channels/{id}/disconnect": with_line,
    "POST /api/v1/channels/{id}/pairing-code": with_line,
    "POST /api/v1/channels/{id}/reconnect": with_line,
    "DELETE /api/v1/credentials/{provider}": with_key,
    "GET /api/v1/messages/{id}/media/{position}": with_file,
    "POST /api/v1/uploads": upload_bytes,
    "GET /api/v1/files/{token}": sent_file,
}
# Their answers have no end, and schemathesis waits for it: only how they begin is looked at here. EventStreamingTests and the
# matrices of FunctionTests have the rest.
ENDLESS = {"GET /api/v1/events/stream": "text/event-stream"}
# Made-up requests would end the session that makes them.
UNFUZZED = {"POST /api/v1/auth/logout"}
