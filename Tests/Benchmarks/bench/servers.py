"""What Parley calls, as small servers of the benchmark: a provider of lines and a model."""

import http.server
import json
import secrets
import sys
import threading
import time
import urllib.parse


class Listener(http.server.ThreadingHTTPServer):
    # With five places, which is the default, a burst of new connections waits a second for its second try.
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        """A caller that went away is not this server's trouble."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Server:
    """Answers every POST with what `answer` makes of its body: a status and JSON."""

    def __init__(self):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body go out in two writes: the second must not wait for the first one's acknowledgement.
            disable_nagle_algorithm = True

            def do_POST(self):
                status, answer = owner.answer(self.rfile.read(int(self.headers["content-length"])).decode())
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = Listener(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.address}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Provider(Server):
    """Accepts Messages.json as Twilio does and notes when each reply arrived."""

    def __init__(self):
        self.arrived, self.lock, self.count = {}, threading.Lock(), 0
        # A cluster may be used again: ids never repeat.
        self.prefix = secrets.token_hex(4)
        super().__init__()

    def environment(self):
        return {"TWILIO_API_BASE_URL": self.url, "TWILIO_MESSAGING_BASE_URL": self.url, "EGRESS_ALLOW": self.address}

    def answer(self, text):
        now, form = time.perf_counter(), urllib.parse.parse_qs(text)
        to = form.get("To", [""])[0]
        with self.lock:
            self.arrived.setdefault(to, []).append(now)
            self.count += 1
            number = self.count
        return 201, {
            "sid": f"SM{self.prefix}{number:024x}", "status": "queued", "body": form.get("Body", [""])[0], "to": to,
            "from": form.get("From", [""])[0], "direction": "outbound-api", "num_segments": "1", "num_media": "0",
            "price": None, "error_code": None, "date_created": None, "success": True}

    def wait(self, customer, sent, seconds):
        """Milliseconds from `sent` to the customer's first reply."""
        while customer not in self.arrived:
            if time.perf_counter() - sent > seconds:
                raise SystemExit(f"no reply to {customer} within {seconds} s")
            time.sleep(0.001)
        return (self.arrived[customer][0] - sent) * 1000


class Model(Server):
    """Speaks enough of OpenAI's dialect: thinks for 5 s about what is slow, else for 0.1 s."""

    def answer(self, text):
        time.sleep(5 if "slowly please" in text else 0.1)
        return 200, {
            "id": "x", "object": "chat.completion", "model": "gpt-4o-mini",
            "choices": [{"index": 0, "finish_reason": "stop",
                         "message": {"role": "assistant", "content": "We are glad to help."}}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}}
