"""Runs the chosen benchmarks and prints their lines. See Tests/Benchmarks/run."""

import sys

import cold
import fairness
import memory
import noop
import road
import scale
import webhooks
import whatsapp

ALL = {"noop": noop, "cold": cold, "webhooks": webhooks, "road": road, "fairness": fairness, "scale": scale,
       "memory": memory, "whatsapp": whatsapp}


def main():
    names = sys.argv[1:] or list(ALL)
    for name in names:
        print(f"== {name}", flush=True)
        ALL[name].run()


if __name__ == "__main__":
    main()
