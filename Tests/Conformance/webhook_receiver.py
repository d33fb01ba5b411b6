"""A webhook receiver on this machine that keeps what it got and answers as it is told."""

import http.server
import threading
import time
import urllib.parse


class Receiver:
    """`answers` is a list of (status, body) used up in order; then 204 for ever. `seen` holds (path, form, headers)."""

    def __init__(self):
        self.seen, self.answers, self.changed = [], [], threading.Condition()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                with receiver.changed:
                    form = urllib.parse.parse_qsl(body, keep_blank_values=True)
                    receiver.seen.append((self.path, form, dict(self.headers)))
                    status, text = receiver.answers.pop(0) if receiver.answers else (204, "")
                    receiver.changed.notify_all()
                self.send_response(status)
                self.send_header("content-type", "text/xml")
                self.send_header("content-length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def forms(self, **wanted):
        """The forms that carry all the wanted fields, in order of arrival."""
        found = [dict(form) for _, form, _ in self.seen]
        return [f for f in found if all(f.get(k) == v for k, v in wanted.items())]

    def wait(self, count, seconds=10, **wanted):
        deadline = time.monotonic() + seconds
        with self.changed:
            while len(self.forms(**wanted)) < count:
                left = deadline - time.monotonic()
                assert left > 0, f"{count} x {wanted} expected, got {self.forms()}"
                self.changed.wait(left)
            return self.forms(**wanted)
