"""An independent WhatsApp client against our test server: neonize, which bundles whatsmeow.

Run by WhatsAppServerTests with PARLEY set to the runner's executable. The client trusts WhatsApp's root key and knows one
address; a private copy of its library gets the test server's root key and address instead. Nothing else is changed.

Pairs by QR code, logs in, writes and reads 1:1 and in a group, sends and fetches files, reacts, votes, follows a contact from
phone number to hidden id, asks again for a message it can't read, comes back after a cut, logs out, and pairs again by code.
"""

import base64
import hashlib
import json
import os
import pathlib
import queue
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

ADDRESS = b"wss://web.whatsapp.com/ws/chat"
ROOT_KEY = bytes.fromhex("142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b")
LINE, ANA, BEN, CARL = "15550001111", "15552223333", "15554445555", "15556667777"
PATIENCE = 60


class Server:
    """`parley sandbox whatsapp` with a certificate of its own, its lines of JSON, and its control API."""

    def __init__(self, folder):
        self.certificate = self.make_certificate(folder)
        self.lines = []
        self.changed = threading.Condition()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # A port of five digits keeps the address as long as the one it replaces.
        assert port > 9999, port
        self.process = subprocess.Popen(
            [os.environ["PARLEY"], "sandbox", "whatsapp", "--port", str(port),
             "--certificate", f"{folder}/certificate.pem", "--key", f"{folder}/key.pem"],
            stdout=subprocess.PIPE, text=True)
        self.introduction = json.loads(self.process.stdout.readline())
        threading.Thread(target=self.read, daemon=True).start()

    @staticmethod
    def make_certificate(folder):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem", "-days", "2",
             "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True)
        return f"{folder}/certificate.pem"

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(json.loads(line))
                self.changed.notify_all()

    def post(self, path, **body):
        request = urllib.request.Request(
            self.introduction["control"] + path, json.dumps(body).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def wait(self, kind, **wanted):
        """The first line of that kind with those values."""
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while True:
                for line in self.lines:
                    if line["kind"] == kind and all(line.get(key) == value for key, value in wanted.items()):
                        return line
                if not self.changed.wait(max(0, deadline - time.monotonic())):
                    seen = "\n".join(map(str, self.lines[-25:]))
                    raise AssertionError(f"no {kind} with {wanted} within {PATIENCE} s; the last lines:\n{seen}")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def patched_copy(folder, introduction):
    """The package with the test server's key and address in place of the real ones; found first from now on."""
    import importlib.util

    original = pathlib.Path(importlib.util.find_spec("neonize").origin).parent
    copy = pathlib.Path(folder) / "patched" / "neonize"
    shutil.copytree(original, copy)
    (library,) = copy.glob("*.so")
    content = library.read_bytes()
    secure, rest = introduction["url"].split("://", 1)
    host, path = rest.split("/", 1)
    address = f"{secure}://{host}/".encode()
    address += b"/" * (len(ADDRESS) - len(address) - len(path)) + path.encode()
    assert len(address) == len(ADDRESS), address
    for old, new in [(ROOT_KEY, bytes.fromhex(introduction["root_key"])), (ADDRESS, address)]:
        assert content.count(old) == 1, f"{old} is {content.count(old)} times in the library"
        content = content.replace(old, new)
    library.write_bytes(content)
    sys.path.insert(0, str(copy.parent))


class Client:
    """neonize with its callbacks turned into queues."""

    def __init__(self, folder, name="first"):
        from neonize.client import NewClient
        from neonize.events import ConnectedEv, LoggedOutEv, MessageEv, PairStatusEv

        self.codes, self.messages, self.connections = queue.Queue(), queue.Queue(), queue.Queue()
        self.paired, self.ended = queue.Queue(), queue.Queue()
        self.client = NewClient(f"{folder}/{name}.db", uuid=name)
        self.client.event.qr(lambda _, code: self.codes.put(code.decode()))
        self.client.event(PairStatusEv)(lambda _, event: self.paired.put(event))
        self.client.event(ConnectedEv)(lambda _, event: self.connections.put(event))
        self.client.event(LoggedOutEv)(lambda _, event: self.ended.put(event))
        self.client.event(MessageEv)(lambda _, event: self.messages.put(event))
        self.thread = threading.Thread(target=self.client.connect, daemon=True)
        self.thread.start()

    def message(self, identifier):
        """The message of that id; others before it are dropped."""
        deadline = time.monotonic() + PATIENCE
        while True:
            message = self.messages.get(timeout=max(0.1, deadline - time.monotonic()))
            fields = {field.name for field, _ in message.Message.ListFields()}
            # A group key comes as an event of its own, under the id of the message it goes with.
            if message.Info.ID == identifier and fields - {"senderKeyDistributionMessage", "messageContextInfo"}:
                return message

    def decrypt_vote(self, event):
        """`decrypt_poll_vote` of 0.5.2 takes the library's pointer for bytes."""
        from neonize._binder import gocode
        from neonize.proto.Neonize_pb2 import ReturnFunctionWithError

        content = event.SerializeToString()
        answer = gocode.DecryptPollVote(self.client.uuid, content, len(content)).contents.get_bytes()
        result = ReturnFunctionWithError.FromString(answer)
        assert not result.Error, result.Error
        return result.PollVoteMessage


def text(event):
    return event.Message.conversation or event.Message.extendedTextMessage.text


def step(words):
    print(f"{time.monotonic() - started:6.1f} s  {words}", flush=True)


def one_to_one(server, client):
    sent = server.post("/contacts/send", **{"from": ANA, "to": LINE, "text": "Are you open?"})
    got = client.message(sent["id"])
    assert text(got) == "Are you open?", got
    server.wait("receipt", id=sent["id"], person=ANA)
    step("1:1 in, with receipt")
    client.client.send_message(got.Info.MessageSource.Chat, "Until six.")
    reply = server.wait("message", person=ANA, type="text", text="Until six.")
    assert server.wait("copy", text="Until six.")["person"] == ANA
    step("1:1 out, to the contact and to the account's own phone")
    reaction = client.client.build_reaction(
        got.Info.MessageSource.Chat, got.Info.MessageSource.Sender, sent["id"], "👍")
    client.client.send_message(got.Info.MessageSource.Chat, reaction)
    assert server.wait("message", type="reaction", text="👍")["target"] == sent["id"]
    back = server.post("/contacts/send", **{
        "from": ANA, "to": LINE, "reaction": {"id": reply["id"], "text": "🎉"}})
    assert client.message(back["id"]).Message.reactionMessage.text == "🎉"
    step("reactions both ways")
    typed = server.post("/phone/send", account=LINE, to=ANA, text="Typed by hand")
    own = client.message(typed["id"])
    assert own.Info.MessageSource.IsFromMe and text(own) == "Typed by hand", own
    step("a text that the owner typed on the phone")
    return got.Info.MessageSource.Chat


def group(server, client):
    jid = server.post("/groups", subject="Friends", members=[ANA, BEN, LINE])["group"]
    for words in ["First in the group", "Second"]:
        sent = server.post("/groups/send", **{"group": jid, "from": BEN, "text": words})
        got = client.message(sent["id"])
        assert text(got) == words and got.Info.MessageSource.IsGroup, got
    step("group in")
    for words in ["Hello all", "Once more"]:
        client.client.send_message(got.Info.MessageSource.Chat, words)
        for person in [ANA, BEN]:
            server.wait("message", group=jid, person=person, text=words)
    step("group out, to every member")


def media(server, client, chat):
    picture = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 300
    sent = server.post("/contacts/send", **{
        "from": ANA, "to": LINE,
        "file": {"kind": "document", "mime_type": "image/jpeg", "data": base64.b64encode(picture).decode(),
                 "file_name": "picture.jpg"}})
    got = client.message(sent["id"])
    assert client.client.download_any(got.Message) == picture
    step("file in: fetched, checked, opened")
    document = b"%PDF-1.4 " + os.urandom(70_000)
    client.client.send_document(chat, document, filename="offer.pdf", mimetype="application/pdf")
    file = server.wait("message", person=ANA, type="document")["file"]
    assert file["size"] == len(document), file
    assert file["sha256"] == hashlib.sha256(document).hexdigest(), file
    step("file out: uploaded, fetched by the contact, opened")


def polls(server, client, chat):
    from neonize.utils.enum import VoteType

    asked = server.post("/contacts/send", **{
        "from": ANA, "to": LINE, "poll": {"name": "Which size?", "options": ["small", "large"]}})
    poll = client.message(asked["id"])
    client.client.send_message(chat, client.client.build_poll_vote(poll.Info, ["large"]))
    assert server.wait("message", person=ANA, type="vote", target=asked["id"])["text"] == "large"
    client.client.send_message(
        chat, client.client.build_poll_vote_creation("Which day?", ["Friday", "Sunday"], VoteType.SINGLE))
    shown = server.wait("message", person=ANA, type="poll", text="Which day?")
    voted = server.post("/contacts/send", **{
        "from": ANA, "to": LINE, "vote": {"id": shown["id"], "options": ["Sunday"]}})
    vote = client.decrypt_vote(client.message(voted["id"]))
    assert list(vote.selectedOptions) == [hashlib.sha256(b"Sunday").digest()], vote
    step("polls and votes both ways")


def addresses(server, client):
    server.post("/contacts", number=CARL, name="Carl", appearance="pn")
    first = server.post("/contacts/send", **{"from": CARL, "to": LINE, "text": "by number"})
    assert client.message(first["id"]).Info.MessageSource.Chat.Server == "s.whatsapp.net"
    server.post("/contacts", number=CARL, appearance="lid")
    second = server.post("/contacts/send", **{"from": CARL, "to": LINE, "text": "by hidden id"})
    moved = client.message(second["id"])
    assert moved.Info.MessageSource.Chat.Server == "lid" and text(moved) == "by hidden id", moved
    client.client.send_message(moved.Info.MessageSource.Chat, "Found you")
    server.wait("message", person=CARL, text="Found you")
    step("a contact that moves from phone number to hidden id")


def by_code(server, folder):
    client = Client(folder, "second")
    client.codes.get(timeout=PATIENCE)
    code = client.client.PairPhone(LINE, True)
    server.wait("code_wanted", account=LINE)
    line = server.post("/phone/code", code=code, number=LINE)
    client.connections.get(timeout=PATIENCE)
    server.wait("active", account=LINE, device=line["device"])
    step(f"paired by code as device {line['device']}")
    sent = server.post("/contacts/send", **{"from": ANA, "to": LINE, "text": "Still there?"})
    assert text(client.message(sent["id"])) == "Still there?"
    client.client.logout()
    server.wait("unlinked", account=LINE, device=line["device"])


def trouble(server, client, chat):
    server.post("/faults", kind="bad_mac", account=LINE, stanza="message")
    sent = server.post("/contacts/send", **{"from": ANA, "to": LINE, "text": "Altered on the way"})
    assert text(client.message(sent["id"])) == "Altered on the way"
    server.wait("receipt", type="retry", id=sent["id"])
    step("a message with a bad MAC, asked for again and read")
    server.post("/faults", kind="retry_with_keys", account=LINE)
    client.client.send_message(chat, "Read at the second try")
    server.wait("message", person=ANA, text="Read at the second try")
    step("a message that the contact asked for again")
    logins = len([line for line in server.lines if line["kind"] == "logged_in"])
    server.post("/faults", kind="cut", account=LINE)
    sent = server.post("/contacts/send", **{"from": ANA, "to": LINE, "text": "While you were away"})
    assert text(client.message(sent["id"])) == "While you were away"
    assert len([line for line in server.lines if line["kind"] == "logged_in"]) > logins
    step("a cut: back by itself, with what was queued")


def main(folder):
    server = Server(folder)
    # Read by the library when it is loaded.
    os.environ["SSL_CERT_FILE"] = server.certificate
    try:
        patched_copy(folder, server.introduction)
        server.post("/contacts", number=ANA, name="Ana")
        server.post("/contacts", number=BEN, name="Ben")
        client = Client(folder)
        code = client.codes.get(timeout=PATIENCE)
        step("shows a code")
        line = server.post("/phone/scan", qr=code, number=LINE, name="Corner Shop")
        client.paired.get(timeout=PATIENCE)
        client.connections.get(timeout=PATIENCE)
        server.wait("active", account=LINE)
        step(f"paired and logged in as device {line['device']}")
        chat = one_to_one(server, client)
        group(server, client)
        media(server, client, chat)
        polls(server, client, chat)
        addresses(server, client)
        trouble(server, client, chat)
        client.client.logout()
        server.wait("unlinked", account=LINE)
        step("logged out")
        by_code(server, folder)
        lost = [line for line in server.lines if line["kind"] in ("undecryptable", "not_handled")]
        asked = [line for line in lost if "asked again" in line.get("detail", "")]
        assert len(lost) == len(asked) == 1, lost
    finally:
        server.stop()
    print("neonize: all passed", flush=True)


started = time.monotonic()
status = 1
try:
    with tempfile.TemporaryDirectory(prefix="parley-neonize-") as folder:
        main(folder)
    status = 0
except BaseException:
    traceback.print_exc()
# The library's threads would keep the process alive.
sys.stdout.flush()
os._exit(status)
