"""Who is told of alerts: a webhook and a mail server (RFC 5321) that keep what they get, and a page that shows it."""

import asyncio
import email
import email.policy
import http.server
import json
import threading


class Kept:
    def __init__(self):
        self.lock = threading.Lock()
        self.webhooks, self.mails = [], []

    def view(self):
        with self.lock:
            return {"webhooks": list(self.webhooks), "mails": list(self.mails)}


class Webhook:
    """POST /hook is kept, GET /received shows everything."""

    def __init__(self, kept):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                with kept.lock:
                    kept.webhooks.append(json.loads(body))
                self.answer(200, b"{}")

            def do_GET(self):
                self.answer(200, json.dumps(kept.view()).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class MailServer:
    """As much of SMTP as a sender may use, in its order, without TLS."""

    def __init__(self, kept):
        self.kept = kept
        self.loop = asyncio.new_event_loop()
        self.port = 0
        ready = threading.Event()

        async def serve():
            server = await asyncio.start_server(self.talk, "127.0.0.1", 0, limit=1024 * 1024)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()

        def run():
            asyncio.set_event_loop(self.loop)
            self.loop.create_task(serve())
            self.loop.run_forever()
        threading.Thread(target=run, daemon=True).start()
        if not ready.wait(10):
            raise RuntimeError("the mail server does not start")

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)

    async def talk(self, reader, writer):
        def say(text):
            writer.write(text.encode() + b"\r\n")

        greeted, sender, receivers = False, None, []
        say("220 mail.shop.example ESMTP")
        while line := await reader.readline():
            words = line.decode("utf-8", "replace").rstrip("\r\n")
            verb, _, rest = words.partition(" ")
            verb = verb.upper()
            if not line.endswith(b"\r\n"):
                say("500 lines end with CR LF")
            elif verb in ("EHLO", "HELO"):
                greeted, sender, receivers = True, None, []
                say("250-mail.shop.example\r\n250-8BITMIME\r\n250 SIZE 1000000" if verb == "EHLO" else "250 hello")
            elif verb == "MAIL":
                if greeted and sender is None and rest.upper().startswith("FROM:<"):
                    sender = rest[6:rest.index(">")]
                    say("250 ok")
                else:
                    say("503 not now")
            elif verb == "RCPT":
                if sender is not None and rest.upper().startswith("TO:<"):
                    receivers.append(rest[4:rest.index(">")])
                    say("250 ok")
                else:
                    say("503 not now")
            elif verb == "DATA" and receivers:
                say("354 go on")
                text = await self.body(reader)
                self.keep(sender, receivers, text)
                sender, receivers = None, []
                say("250 kept")
            elif verb == "RSET":
                sender, receivers = None, []
                say("250 ok")
            elif verb == "NOOP":
                say("250 ok")
            elif verb == "QUIT":
                say("221 bye")
                break
            else:
                say("503 not now" if verb == "DATA" else "502 not here")
            await writer.drain()
        writer.close()

    @staticmethod
    async def body(reader):
        text = b""
        while (line := await reader.readline()) not in (b".\r\n", b""):
            text += line[1:] if line.startswith(b".") else line
        return text

    def keep(self, sender, receivers, text):
        message = email.message_from_bytes(text, policy=email.policy.default)
        plain = message.get_body(("plain",))
        with self.kept.lock:
            self.kept.mails.append({
                "from": sender, "to": receivers, "subject": str(message["Subject"]), "id": str(message["Message-ID"]),
                "date": str(message["Date"]), "text": plain.get_content() if plain else ""})
