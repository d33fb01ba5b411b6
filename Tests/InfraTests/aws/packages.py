"""infra/lambda/package: what is in a zip and where, what is refused, and how that is said. (LambdaPackageTests.swift runs what it
makes.)"""
import importlib.machinery
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile
import zlib

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


def a_failed_build_is_said_in_the_compilers_words():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "swift").write_text(
            "#!/bin/sh\necho '[1/9] Compiling'\nfor time in 1 2; do echo '/x/Main.swift:3:1: error: no such thing'; done\n"
            "for line in 1 2 3 4 5; do echo \"line $line\"; done\nexit 1\n")
        (folder / "swift").chmod(0o755)
        for path, words in [
            (f"{folder}:{os.environ['PATH']}", "no such thing"), (str(folder / "nothing"), "swift is not installed"),
        ]:
            done = subprocess.run(
                [sys.executable, PROGRAM, "--output", folder, "health"], capture_output=True, text=True,
                env=os.environ | {"PATH": path})
            assert done.returncode == 1 and "Traceback" not in done.stderr and done.stderr.count(words) == 1, done
            assert "Compiling" not in done.stdout + done.stderr
            assert words != "no such thing" or done.stderr.endswith("line 5\nhealth could not be built\n"), done.stderr


def a_tool_that_fails_is_said_in_a_line():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        compiled(folder, "-static")
        done = subprocess.run([sys.executable, PROGRAM, "--bin-dir", folder, "--output", folder, "health"], capture_output=True,
                              text=True)
    assert done.returncode == 1 and "not a dynamic executable" in done.stderr and "Traceback" not in done.stderr, done


def it_is_packed_as_small_as_can_be():
    text = (ROOT / "infra/aws/template.yaml").read_bytes()
    with tempfile.TemporaryDirectory() as name:
        file, path = pathlib.Path(name, "text"), pathlib.Path(name, "x.zip")
        file.write_bytes(text)
        package().write(path, {"bootstrap": file})
        with zipfile.ZipFile(path) as archive:
            (entry,) = archive.infolist()
            assert archive.read("bootstrap") == text
    best, usual = [len(zlib.compress(text, level, -15)) for level in (9, 6)]
    assert entry.compress_size == best < usual, (entry.compress_size, best, usual)
    assert entry.external_attr >> 16 == 0o100755


def versions_that_no_symbol_has_are_seen():
    """Relative relocations packed as newer C libraries know them: no symbol has that version, and an older loader refuses it."""
    with tempfile.TemporaryDirectory() as name:
        table = "static int x; int *a[64] = {[0 ... 63] = &x}; int main(void) { return a[1] != &x; }"
        file = compiled(pathlib.Path(name), "-pie", "-Wl,-z,pack-relative-relocs", source=table)
        found = package().too_new({"bootstrap": file})
    assert found == ["bootstrap needs GLIBC_ABI_DT_RELR"], found


def newer_versions_are_refused_and_those_of_others_only_when_they_come_along():
    made = package()
    asked = {"bootstrap": {"libc.so.6": ["GLIBC_2.34", "GLIBC_2.36", "GLIBC_2.4"], "libstdc++.so.6": ["GLIBCXX_3.4.30"],
                           "libgcc_s.so.1": ["GCC_3.0"], "libssl.so.3": ["OPENSSL_3.0.0"], "libz.so.1": ["ZLIB_1.2.0"]}}
    made.needed = lambda file: asked.get(file, {})
    found = made.too_new({"bootstrap": "bootstrap", "lib/libssl.so.3": "libssl"})
    assert found == ["bootstrap needs GLIBC 2.36", "bootstrap needs GLIBCXX 3.4.30",
                     "bootstrap needs ZLIB_1.2.0 of libz.so.1, which is not in the package"], found


def what_debian_has_suits():
    """Bundled libraries as they are here: their versions are read at all, and none is refused."""
    made = package()
    with tempfile.TemporaryDirectory() as name:
        files = made.contents(compiled(pathlib.Path(name)), ROOT / "Functions/Health")
        assert "OPENSSL_3.0.0" in made.needed(files["lib/libpq.so.5"])["libssl.so.3"]
        assert made.too_new(files) == [], made.too_new(files)


CHECKS = [libraries_are_where_the_loader_looks_first, a_failed_build_is_said_in_the_compilers_words,
          a_tool_that_fails_is_said_in_a_line, it_is_packed_as_small_as_can_be, versions_that_no_symbol_has_are_seen,
          newer_versions_are_refused_and_those_of_others_only_when_they_come_along, what_debian_has_suits]

if __name__ == "__main__":
    run(*CHECKS)
