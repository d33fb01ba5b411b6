"""A socket between Parley and Postgres that counts what a client waits for: round trips (Sync and simple queries)."""

import os
import socket
import struct
import tempfile
import threading


class CountingSocket:
    """Listens in a folder of its own and passes everything on to the server's socket."""

    def __init__(self, directory):
        self.target = f"{directory}/.s.PGSQL.5432"
        self.directory = tempfile.mkdtemp(prefix="parley-count-", dir="/var/tmp")
        os.chmod(self.directory, 0o755)
        self.count, self.lock = 0, threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        path = f"{self.directory}/.s.PGSQL.5432"
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen(128)
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self, url):
        return url.replace(os.path.dirname(self.target), self.directory)

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            threading.Thread(target=self.forward, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.forward, args=(server, client, False), daemon=True).start()

    def forward(self, source, target, counts):
        reader = Messages()
        try:
            while data := source.recv(1 << 16):
                target.sendall(data)
                if counts:
                    found = reader.waits(data)
                    with self.lock:
                        self.count += found
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Messages:
    """Frontend messages of the protocol 3.0, in any chunks; the first one has no type."""

    def __init__(self):
        self.buffer, self.started = b"", False

    def waits(self, data):
        self.buffer += data
        found = 0
        while True:
            head = 5 if self.started else 4
            if len(self.buffer) < head:
                return found
            length = struct.unpack("!I", self.buffer[head - 4:head])[0] + head - 4
            if len(self.buffer) < length:
                return found
            if self.started and self.buffer[:1] in (b"S", b"Q"):
                found += 1
            self.started, self.buffer = True, self.buffer[length:]
