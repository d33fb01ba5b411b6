"""YAML as nodes, so that CloudFormation's short tags (!Ref, !Sub) pass through untouched."""
import io
import typing

import yaml

from .declarations import Problem

# Stands in a fragment where a generated value goes: `Auth: !Generated logins`.
GENERATED = "!Generated"


class Tagged(typing.NamedTuple):
    tag: str
    value: object


def ref(name):
    return Tagged("!Ref", name)


def sub(text):
    return Tagged("!Sub", text)


def attribute(resource, name):
    return Tagged("!GetAtt", f"{resource}.{name}")


def choice(condition, then, otherwise):
    return Tagged("!If", [condition, then, otherwise])


# libyaml's where PyYAML was built with it: ten times as fast.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True

    def represent_tagged(self, data):
        node = self.represent_data(data.value)
        node.tag = data.tag
        return node

    def choose_scalar_style(self):
        """`!Ref Name`, not `!Ref 'Name'`."""
        style, analysis = super().choose_scalar_style(), self.analysis
        plain = analysis.allow_flow_plain if self.flow_level else analysis.allow_block_plain
        return "" if style == "'" and plain and (self.event.tag or "").startswith("!") else style

    def increase_indent(self, flow=False, indentless=False):
        """Items of a list are indented as in the fragments."""
        return super().increase_indent(flow, False)


Dumper.add_representer(Tagged, Dumper.represent_tagged)


def node(data):
    return Dumper(io.StringIO(), sort_keys=False).represent_data(data)


def text(root):
    return yaml.serialize(root, Dumper=Dumper, width=140)


def read(path):
    root = yaml.compose(path.read_text(), Loader=LOADER)
    refuse_doubles(root, path.name)
    return root


def refuse_doubles(root, where):
    if isinstance(root, yaml.MappingNode):
        seen = set()
        for key, value in root.value:
            if key.value in seen:
                raise Problem(f"{where}:{key.start_mark.line + 1}: {key.value} is there twice")
            seen.add(key.value)
            refuse_doubles(value, where)
    elif isinstance(root, yaml.SequenceNode):
        for item in root.value:
            refuse_doubles(item, where)


def merge(fragments):
    """One template of fragments by name. What a section holds (a resource, a parameter) may come from one of them only."""
    sections, origin = {}, {}
    for name, root in fragments.items():
        for key, value in root.value:
            for entry in entries(key, value):
                if entry in origin:
                    raise Problem(f"{name}: {' '.join(entry)} is in {origin[entry]} already")
                origin[entry] = name
            if isinstance(value, yaml.MappingNode) and key.value in sections:
                sections[key.value][1].value.extend(value.value)
            else:
                sections[key.value] = (key, value)
    return yaml.MappingNode("tag:yaml.org,2002:map", list(sections.values()), flow_style=False)


def entries(key, value):
    inner = value.value if isinstance(value, yaml.MappingNode) else []
    return [(key.value, one.value) for one, _ in inner] or [(key.value,)]


def fill(root, values):
    """Puts values where `!Generated name` stands; each name stands somewhere."""
    left = set(values)

    def filled(inner):
        if inner.tag == GENERATED:
            if inner.value not in values:
                raise Problem(f"nothing is generated for {GENERATED} {inner.value}")
            left.discard(inner.value)
            return node(values[inner.value])
        if isinstance(inner, yaml.MappingNode):
            inner.value = [(key, filled(value)) for key, value in inner.value]
        elif isinstance(inner, yaml.SequenceNode):
            inner.value = [filled(item) for item in inner.value]
        return inner

    root = filled(root)
    if left:
        raise Problem(f"no fragment has {GENERATED} {', '.join(sorted(left))}")
    return root


def section(root, name):
    return next(value for key, value in root.value if key.value == name)


def plain(root, name):
    """Children of a mapping by key, for reading single scalars."""
    return {key.value: value for key, value in section(root, name).value}
