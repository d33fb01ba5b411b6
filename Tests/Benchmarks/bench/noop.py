"""A warm no-op through the host, against nginx proxying to a Node.js echo: two hops each."""

from measure import BIN, HERE, WORK, free_port, parley, started, verdict, wait_for, wrk

GOALS = {1: 0.6, 16: 0.5}


def reference():
    backend, port = free_port(), free_port()
    directory = f"{WORK}/nginx"
    import os
    os.makedirs(directory, exist_ok=True)
    text = open(f"{HERE}/reference/nginx.conf.in").read()
    for name, value in (("@DIR@", directory), ("@PORT@", str(port)), ("@BACKEND@", str(backend))):
        text = text.replace(name, value)
    open(f"{directory}/nginx.conf", "w").write(text)
    with started(["node", f"{HERE}/reference/echo.js"], env={**os.environ, "PORT": str(backend)}), \
            started(["nginx", "-c", f"{directory}/nginx.conf"]):
        wait_for(f"http://127.0.0.1:{port}/")
        return {connections: wrk(f"http://127.0.0.1:{port}/", connections) for connections in GOALS}


def ours():
    with parley(functions=f"{HERE}/functions/noop", arguments=["--no-sandbox"]) as host:
        wait_for(f"{host.url}/probe")
        wrk(f"{host.url}/probe", 16, seconds=2)
        return {connections: wrk(f"{host.url}/probe", connections) for connections in GOALS}


def run():
    theirs, mine = reference(), ours()
    for connections, goal in GOALS.items():
        ratio = mine[connections][0] / theirs[connections][0]
        print(f"warm no-op, {connections} connection(s): {mine[connections][0]:.0f}/s, p99 {mine[connections][2]:.2f} ms; "
              f"nginx -> Node.js {theirs[connections][0]:.0f}/s, p99 {theirs[connections][2]:.2f} ms; "
              f"ratio {ratio:.2f} (goal {goal}): {verdict(ratio >= goal)}; failed {mine[connections][3]}", flush=True)
