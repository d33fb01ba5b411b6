"""The independent client neonize (Python around whatsmeow) beside our test server, for the conformance test and the benchmark.

The client trusts WhatsApp's root key and knows one address; a private copy of its library gets the test server's root key and
address instead. Nothing else is changed.
"""

import json
import os
import pathlib
import queue
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request

ADDRESS = b"wss://web.whatsapp.com/ws/chat"
ROOT_KEY = bytes.fromhex("142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b")
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
