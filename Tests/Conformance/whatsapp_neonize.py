"""An independent WhatsApp client against our test server: neonize, which bundles whatsmeow (see neonize_client.py).

Run by WhatsAppServerTests with PARLEY set to the runner's executable.

Pairs by QR code, logs in, writes and reads 1:1 and in a group, sends and fetches files, reacts, votes, follows a contact from
phone number to hidden id, asks again for a message it can't read, comes back after a cut, logs out, and pairs again by code.
"""

import base64
import hashlib
import os
import sys
import tempfile
import time
import traceback

from neonize_client import PATIENCE, Client, Server, patched_copy, text

LINE, ANA, BEN, CARL = "15550001111", "15552223333", "15554445555", "15556667777"


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
