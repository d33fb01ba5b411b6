"""The template between two versions: while the database is migrated, everything else runs as it did."""
import yaml

from . import nodes


def base_of(new, running):
    """The new template's base (what has no condition) in place of the running one's; all the rest is the running one's, so no
    function meets a configuration, or a package, that its version does not have."""
    template = yaml.compose(running, Loader=nodes.LOADER)
    fresh = nodes.read(new)
    for name in ["Parameters", "Conditions", "Resources", "Outputs"]:
        base = [pair for pair in nodes.section(fresh, name).value if not is_conditional(pair)]
        replace(nodes.section(template, name), base)
    return nodes.text(template)


def is_conditional(pair):
    return isinstance(pair[1], yaml.MappingNode) and any(key.value == "Condition" for key, _ in pair[1].value)


def replace(section, pairs):
    names = {key.value for key, _ in pairs}
    section.value = [pair for pair in section.value if pair[0].value not in names] + pairs
