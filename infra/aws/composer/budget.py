"""How many processes and connections to Postgres there may be at once, with the parameters' defaults."""
from .functions import concurrency_parameter

COUNTED_BY = {"session-worker": "SessionWorkers", "event-stream": "EventStreams"}


def at_once(one, parameters, chosen={}):
    """`chosen` are values of parameters that are not the defaults."""
    parameter = COUNTED_BY.get(one.name) if one.persistent else concurrency_parameter(one)
    return int(chosen.get(parameter) or default(parameters, parameter)) if parameter else 1


def default(parameters, name):
    return next(value.value for key, value in parameters[name].value if key.value == "Default")


def reserved(declared, parameters, chosen={}):
    return sum(at_once(one, parameters, chosen) for one in declared if not one.persistent)


def connections(one, parameters):
    return at_once(one, parameters) * one.connections if one.uses_database else 0


def lines(declared, parameters):
    made = ["", f"{'':16}{'at once':>9}{'connections':>13}"]
    made += [f"{one.name:16}{at_once(one, parameters):9}{connections(one, parameters):13}" for one in declared]
    needed = sum(connections(one, parameters) for one in declared)
    return made + ["", f"{reserved(declared, parameters)} reserved for functions, {needed} connections of living sessions.", ""]
