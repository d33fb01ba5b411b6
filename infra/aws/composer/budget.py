"""How many processes and connections to Postgres there may be at once, with the parameters' defaults."""
from .functions import concurrency_parameter

COUNTED_BY = {"session-worker": "SessionWorkers", "event-stream": "EventStreams"}


def at_once(one, parameters):
    parameter = COUNTED_BY.get(one.name) if one.persistent else concurrency_parameter(one)
    return default(parameters, parameter) if parameter else 1


def default(parameters, name):
    return next(int(value.value) for key, value in parameters[name].value if key.value == "Default")


def connections(one, parameters):
    return at_once(one, parameters) * one.connections if one.uses_database else 0


def lines(declared, parameters):
    made = ["", f"{'':16}{'at once':>9}{'connections':>13}"]
    made += [f"{one.name:16}{at_once(one, parameters):9}{connections(one, parameters):13}" for one in declared]
    reserved = sum(at_once(one, parameters) for one in declared if not one.persistent)
    needed = sum(connections(one, parameters) for one in declared)
    return made + ["", f"{reserved} reserved for functions, {needed} connections at most.", ""]
