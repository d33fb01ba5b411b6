"""The official OpenAI and Anthropic SDKs drive the model simulators; the published descriptions judge every exchange.

SANDBOX_URL and SANDBOX_KEY name the running sandbox.
"""

import json
import os
import unittest
import urllib.error
import urllib.request

import anthropic
import httpx2 as httpx
import openai

import published

BASE = os.environ["SANDBOX_URL"]
OPENAI, ANTHROPIC, GEMINI, GROQ, MISTRAL, OPENROUTER = (
    published.load(name)
    for name in ("openai.json", "anthropic.json", "gemini_v1beta.derived.json", "groq.json", "mistral.json", "openrouter.json")
)
PERSON = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Do you open on Sunday?"}]
TOOLS = [{"type": "function", "function": {
    "name": "book", "description": "Books a table",
    "parameters": {"type": "object", "properties": {"people": {"type": "integer"}, "when": {"type": "string"}}, "required": ["people"]},
}}]
judged = 0


def judge(spec, host, path):
    """An httpx client whose every whole exchange is put before the description as if it had gone to `host` and `path`."""

    def look(response):
        global judged
        response.read()
        request = response.request
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            return
        published.check(
            spec, host, request.method, path, list(request.url.params.multi_items()), dict(request.headers),
            request.content, response.status_code, dict(response.headers), response.content,
        )
        judged += 1

    return httpx.Client(event_hooks={"response": [look]})


def fault(kind, provider, **more):
    body = json.dumps({"kind": kind, "provider": provider, **more}).encode()
    request = urllib.request.Request(
        f"{BASE}/sandbox/control/faults", data=body,
        headers={"content-type": "application/json", "x-sandbox-key": os.environ["SANDBOX_KEY"]})
    urllib.request.urlopen(request, timeout=10).read()


class OpenAIDialect(unittest.TestCase):
    def client(self, provider="openai", path="/v1", spec=OPENAI, host="https://api.openai.com", full="/v1/chat/completions"):
        return openai.OpenAI(
            api_key="sandbox", base_url=f"{BASE}/models/{provider}{path}", max_retries=0, timeout=5,
            http_client=judge(spec, host, full))

    def test_answers_say_what_they_are_and_repeat(self):
        answers = [self.client().chat.completions.create(model="gpt-4o-mini", messages=PERSON) for _ in range(2)]
        text = answers[0].choices[0].message.content
        self.assertIn("Do you open on Sunday?", text)
        self.assertIn("simulated openai model gpt-4o-mini", text)
        self.assertEqual(text, answers[1].choices[0].message.content)
        self.assertEqual(answers[0].id, answers[1].id)
        usage = answers[0].usage
        self.assertEqual(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens)
        self.assertEqual(answers[0].choices[0].finish_reason, "stop")

    def test_other_hosts_speak_it_too(self):
        groq = self.client("groq", "/openai/v1", GROQ, "https://api.groq.com", "/openai/v1/chat/completions")
        mistral = self.client("mistral", "/v1", MISTRAL, "https://api.mistral.ai", "/v1/chat/completions")
        for name, client in (("groq", groq), ("mistral", mistral)):
            answer = client.chat.completions.create(model="m", messages=PERSON)
            self.assertIn(f"simulated {name} model", answer.choices[0].message.content)
        router = self.client("openrouter", "/api/v1", OPENROUTER, "https://openrouter.ai", "/api/v1/chat/completions")
        self.assertIn("simulated openrouter", router.chat.completions.create(model="m", messages=PERSON).choices[0].message.content)
        # These publish no description; Groq's is the plainest of the dialect.
        for name, path in (("deepseek", ""), ("sambanova", "/v1"), ("huggingface", "/v1")):
            client = self.client(name, path, GROQ, "https://api.groq.com", "/openai/v1/chat/completions")
            answer = client.chat.completions.create(model="m", messages=PERSON)
            self.assertIn(f"simulated {name} model", answer.choices[0].message.content)

    def test_streams_end_with_usage(self):
        stream = self.client().chat.completions.create(
            model="m", messages=PERSON, stream=True, stream_options={"include_usage": True})
        chunks = list(stream)
        whole = self.client().chat.completions.create(model="m", messages=PERSON)
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        self.assertEqual(text, whole.choices[0].message.content)
        self.assertGreater(len(chunks), 5)
        self.assertGreater(chunks[-1].usage.total_tokens, 0)

    def test_limits_schemas_and_tools(self):
        create = self.client().chat.completions.create
        short = create(model="m", messages=PERSON, max_completion_tokens=3).choices[0]
        self.assertEqual(short.finish_reason, "length")
        schema = {"type": "object", "properties": {"tone": {"type": "string", "enum": ["warm"]}, "words": {"type": "array", "items": {"type": "string"}}}}
        shaped = create(model="m", messages=PERSON, response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema}})
        self.assertEqual(json.loads(shaped.choices[0].message.content), {"tone": "warm", "words": ["sandbox"]})
        call = create(model="m", messages=PERSON, tools=TOOLS, tool_choice="required").choices[0]
        self.assertEqual((call.finish_reason, call.message.tool_calls[0].function.name), ("tool_calls", "book"))
        self.assertEqual(json.loads(call.message.tool_calls[0].function.arguments), {"people": 1, "when": "sandbox"})

    def test_refusals_and_faults(self):
        create = self.client().chat.completions.create
        with self.assertRaises(openai.AuthenticationError):
            self.client().with_options(api_key="invalid").chat.completions.create(model="m", messages=PERSON)
        with self.assertRaises(openai.BadRequestError):
            create(model="m", messages=[])
        fault("rate_limited", "openai", retry_after=3)
        with self.assertRaises(openai.RateLimitError) as caught:
            create(model="m", messages=PERSON)
        self.assertEqual(caught.exception.response.headers["retry-after"], "3")
        fault("server_error", "openai", status=503)
        with self.assertRaises(openai.InternalServerError):
            create(model="m", messages=PERSON)
        fault("garbage", "any")
        with self.assertRaises(Exception):
            self.client().chat.completions.create(model="m", messages=PERSON).choices[0]
        fault("hang", "openai", seconds=1)
        with self.assertRaises(openai.APITimeoutError):
            self.client().with_options(timeout=0.3).chat.completions.create(model="m", messages=PERSON)
        fault("broken_after_acceptance", "openai")
        with self.assertRaises(openai.APIConnectionError):
            create(model="m", messages=PERSON)
        self.assertTrue(create(model="m", messages=PERSON).id)


class Anthropic(unittest.TestCase):
    def setUp(self):
        self.client = anthropic.Anthropic(
            api_key="sandbox", base_url=f"{BASE}/models/anthropic", max_retries=0, timeout=5,
            http_client=judge(ANTHROPIC, "https://api.anthropic.com", "/v1/messages"))
        self.request = {"model": "claude-x", "max_tokens": 200, "messages": PERSON[1:], "system": "Be brief."}

    def test_messages_and_streams_agree(self):
        whole = self.client.messages.create(**self.request)
        self.assertIn("Do you open on Sunday?", whole.content[0].text)
        self.assertEqual((whole.stop_reason, whole.usage.cache_read_input_tokens), ("end_turn", 0))
        with self.client.messages.stream(**self.request) as stream:
            text = "".join(stream.text_stream)
            final = stream.get_final_message()
        self.assertEqual(text, whole.content[0].text)
        self.assertEqual((final.stop_reason, final.usage.output_tokens), ("end_turn", whole.usage.output_tokens))

    def test_tools(self):
        tools = [{"name": "book", "description": "Books", "input_schema": TOOLS[0]["function"]["parameters"]}]
        request = self.request | {"tools": tools, "tool_choice": {"type": "any"}}
        whole = self.client.messages.create(**request)
        self.assertEqual((whole.stop_reason, whole.content[0].input), ("tool_use", {"people": 1, "when": "sandbox"}))
        with self.client.messages.stream(**request) as stream:
            self.assertEqual(stream.get_final_message().content[0].input, whole.content[0].input)

    def test_refusals_and_faults(self):
        with self.assertRaises(anthropic.BadRequestError):
            self.client.messages.create(**self.request | {"messages": []})
        fault("rate_limited", "anthropic")
        with self.assertRaises(anthropic.RateLimitError):
            self.client.messages.create(**self.request)
        fault("server_error", "anthropic", status=529)
        with self.assertRaises(anthropic.APIStatusError) as caught:
            self.client.messages.create(**self.request)
        self.assertEqual(caught.exception.body["error"]["type"], "overloaded_error")


class Gemini(unittest.TestCase):
    host, path = "https://generativelanguage.googleapis.com", "/v1beta/models/gemini-x:generateContent"

    def call(self, body, method="generateContent", query=""):
        headers = {"x-goog-api-key": "sandbox", "content-type": "application/json"}
        request = urllib.request.Request(
            f"{BASE}/models/gemini/v1beta/models/gemini-x:{method}{query}", data=json.dumps(body).encode(), headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text, answer_headers, status = answer.read(), dict(answer.headers), answer.status
        if not query:
            global judged
            published.check(
                GEMINI, self.host, "POST", f"/v1beta/models/gemini-x:{method}", [], headers, request.data, status,
                answer_headers, text)
            judged += 1
        return text

    def test_answers_streams_and_schemas(self):
        body = {"contents": [{"role": "user", "parts": [{"text": "Do you open on Sunday?"}]}]}
        whole = json.loads(self.call(body))
        text = whole["candidates"][0]["content"]["parts"][0]["text"]
        self.assertIn("Do you open on Sunday?", text)
        events = self.call(body, "streamGenerateContent", "?alt=sse").decode().strip().split("\n\n")
        parts = [json.loads(e.removeprefix("data: "))["candidates"][0] for e in events]
        self.assertEqual("".join(p["content"]["parts"][0]["text"] for p in parts), text)
        self.assertEqual(parts[-1]["finishReason"], "STOP")
        shaped = body | {"generationConfig": {"responseMimeType": "application/json", "responseSchema": {"type": "OBJECT", "properties": {"ok": {"type": "BOOLEAN"}}}}}
        answer = json.loads(self.call(shaped))["candidates"][0]["content"]["parts"][0]["text"]
        self.assertEqual(json.loads(answer), {"ok": True})

    def test_faults(self):
        fault("rate_limited", "gemini", retry_after=17)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.call({"contents": [{"parts": [{"text": "x"}]}]})
        error = json.loads(caught.exception.read())["error"]
        self.assertEqual((error["status"], error["details"][0]["retryDelay"]), ("RESOURCE_EXHAUSTED", "17s"))


if __name__ == "__main__":
    outcome = unittest.main(exit=False, verbosity=2)
    print(f"{judged} exchanges judged by the published descriptions")
    raise SystemExit(not outcome.result.wasSuccessful() or judged < 12)
