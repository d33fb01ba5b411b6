"""infra/lambda/package: what is in a zip and where, what is refused, and how that is said. (Tests/InfraTests/LambdaPackageTests.swift
runs what it makes.)"""
import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import tempfile

from stack import ROOT, run

PROGRAM = ROOT / "infra/lambda/package"


def package():
    """The program as a module, a new one each time."""
    loader = importlib.machinery.SourceFileLoader("package", str(PROGRAM))
    made = importlib.util.module_from_spec(importlib.util.spec_from_loader("package", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(made)
    return made


def compiled(folder, *options, source="int main(void) { return 0; }", name="health"):
    """A program of that name in the folder."""
    code = folder / f"{name}.c"
    code.write_text(source)
    subprocess.run(["gcc", "-o", folder / name, code, *options], check=True)
    return folder / name


def libraries_are_where_the_loader_looks_first():
    """The template's LD_LIBRARY_PATH is /var/task/lib."""
    with tempfile.TemporaryDirectory() as name:
        files = package().contents(compiled(pathlib.Path(name)), ROOT / "Functions/Health")
    libraries = {one for one in files if ".so" in one}
    assert libraries >= {f"lib/lib{one}" for one in ["pq.so.5", "curl.so.4", "ssl.so.3", "crypto.so.3"]}, libraries
    assert all(one.startswith("lib/") and one.count("/") == 1 for one in libraries), libraries


CHECKS = [libraries_are_where_the_loader_looks_first]

if __name__ == "__main__":
    run(*CHECKS)
