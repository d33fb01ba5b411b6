"""bin/aws stands in for the AWS CLI: writes down how it was called, answers as $FAKE_AWS/answers.json says ("service call" ->
what is printed; an object with "error" fails with it)."""
import json
import os
import pathlib
import sys

folder = pathlib.Path(os.environ["FAKE_AWS"])
call = {"arguments": sys.argv[1:]}
if "file:///dev/stdin" in sys.argv:
    call["given"] = sys.stdin.read()
if "--template-file" in sys.argv:
    call["template"] = pathlib.Path(sys.argv[sys.argv.index("--template-file") + 1]).read_text()
with open(folder / "calls.jsonl", "a") as calls:
    print(json.dumps(call), file=calls)

answers = json.loads((folder / "answers.json").read_text())
answer = answers.get(" ".join(sys.argv[1:3]), "")
if isinstance(answer, dict):
    # Several questions of one call differ in what they ask for.
    answer = answer if "error" in answer else next((text for word, text in answer.items() if word in " ".join(sys.argv)), "")
if isinstance(answer, dict):
    sys.exit(answer["error"])
print(answer)
