"""The programs behind the tests that ctest lists (its JSON on standard input), so that only they are built.

Usage: test_programs.py BUILD_FOLDER [only these names...]
ctest says nothing about the commands of tests that are not built yet, so they are read from its own files.
"""

import json
import pathlib
import re
import sys

build = pathlib.Path(sys.argv[1])
wanted = set(sys.argv[2:])
listed = {test["name"] for test in json.load(sys.stdin)["tests"]}
bin_folder = (build / "bin").resolve()

programs = set()
for file in build.rglob("CTestTestfile.cmake"):
    for name, command in re.findall(r'^add_test\(\[=*\[(.+?)\]=*\] "([^"]+)"', file.read_text(), re.M):
        path = pathlib.Path(command)
        if name in listed and path.parent == bin_folder and (not wanted or path.name in wanted):
            programs.add(path.name)
unknown = wanted - programs
if unknown:
    sys.exit(f"There are no such tests: {', '.join(sorted(unknown))}")
for name in sorted(programs):
    print(name)
