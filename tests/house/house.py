#!/usr/bin/env python3
"""Holds the tree against the walls and habits that docs/architecture.md promises.

Usage: house.py [PROJECT_ROOT]      one line per finding; exit 1 when there is one.
Which rules there are is RULES at the end; house_test.py plants a violation of each and expects it to be found.
"""

import os
import pathlib
import re
import sys
from typing import Iterator, NamedTuple


class Finding(NamedTuple):
    rule: str
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.path}:{self.line}: {self.text}"


# Who may know whom: a room of src/ and the rooms it may include. app/ may include everything.
MAY_KNOW = {
    "base": set(),
    "telemetry": {"base"},
    "secrets": {"base", "telemetry"},
    "model": {"base"},
    "http": {"base", "telemetry", "secrets"},
    "outbound": {"base", "telemetry", "secrets"},
    "journal": {"base", "telemetry"},
    "engine": {"base", "telemetry", "journal"},
    "connectors": {"base", "telemetry", "secrets", "model", "outbound"},
    "flows": {"base", "model"},
    "crm": {"base", "telemetry", "secrets", "model", "journal", "engine", "http"},
    "desk": {"base", "telemetry", "secrets", "model", "journal", "engine", "outbound"},
    "api": {"base", "telemetry", "secrets", "model", "journal", "engine", "http", "desk", "crm"},
}
ROOMS = set(MAY_KNOW) | {"app"}
# The simulators share these with the hub and nothing else: a mistake must not cancel itself out.
SANDBOX_MAY_KNOW = {"base", "http", "outbound", "telemetry", "secrets"}

# Libraries that stay in one place: (start of the include, what may include it).
SOURCES = r"[^.]+\.cpp$"
HEAVY = [
    ("boost/beast", r"src/http/" + SOURCES),
    ("curl/", r"src/outbound/" + SOURCES),
    ("sqlite3", r"src/journal/" + SOURCES),
    ("libpq", r"src/journal/" + SOURCES),
    ("zstd", r"src/journal/" + SOURCES),
    ("toml++/", r"src/app/config[^/]*\.cpp$"),
    ("CLI/", r"(src/app/|src/main|sandbox/)" + SOURCES),
    ("spdlog/", r"src/telemetry/" + SOURCES),
    ("prometheus/", r"src/telemetry/" + SOURCES),
    ("phonenumbers/", r"src/model/" + SOURCES),
    ("sodium", r"src/(secrets/|api/accounts/)" + SOURCES),
    ("cjose/", r"src/api/accounts/" + SOURCES),
]

LINE_LENGTH_MAX = 110  # clang-format keeps 100; literals may stand out a little
FILE_LINES_MAX = 600
README_LINES_MAX = 60  # one screen

CPP = {".h", ".cpp"}
COUNTED = CPP | {".py", ".sh", ".cmake"}
SKIPPED_FOLDERS = {".git", "build", ".deps", "node_modules", ".cache", "__pycache__"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.M)


class File:
    """One text file: its path from the root, its text, and its code without comments and literals."""

    def __init__(self, root: pathlib.Path, path: pathlib.Path):
        self.path = path.relative_to(root).as_posix()
        self.parts = path.relative_to(root).parts
        self.suffix = path.suffix
        self.text = path.read_text(errors="replace")
        self.is_cpp = self.suffix in CPP
        self.is_test = path.stem.endswith(("_test", "_bench", "_fuzz"))
        self.code = blank_comments_and_literals(self.text) if self.is_cpp else self.text

    def finding(self, rule: str, offset: int, text: str) -> Finding:
        return Finding(rule, self.path, self.text.count("\n", 0, offset) + 1, text)

    def includes(self) -> Iterator[tuple[int, str]]:
        for match in INCLUDE.finditer(self.text):
            yield match.start(1), match.group(1)


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^()\s\\]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Za-z])\'(?:\\.|[^\'\\\n])+\'',
    re.S,
)


def blank_comments_and_literals(text: str) -> str:
    """Same length and lines, so that offsets stay right."""

    def blank(match: re.Match) -> str:
        if match.start() and INCLUDE.match(text, text.rfind("\n", 0, match.start()) + 1):
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())

    return TOKEN.sub(blank, text)


def walls(files: list[File]) -> Iterator[Finding]:
    for file in files:
        if not file.is_cpp or file.parts[0] not in {"src", "sandbox"}:
            continue
        for offset, name in file.includes():
            parts = [part for part in name.split("/") if part not in {"..", ".", "src"}]
            target = parts[0] if len(parts) > 1 and parts[0] in ROOMS else ""
            if file.parts[0] == "sandbox":
                if target and target not in SANDBOX_MAY_KNOW:
                    yield file.finding("wall", offset, f"the sandbox may not know {target}/ ({name})")
                continue
            room = file.parts[1] if len(file.parts) > 2 else "app"
            if not target and name.startswith("sandbox/"):
                yield file.finding("wall", offset, f"src/ may not know the sandbox ({name})")
            if room == "connectors" and target == "connectors" and len(parts) > 2 and len(file.parts) > 3:
                if parts[1] != file.parts[2]:
                    yield file.finding("wall", offset, f"one connector may not know another ({name})")
            if not target or target == room or room == "app":
                continue
            # Tests beside the sources may stand on more than what they test, but never on the hub itself.
            if file.is_test and target != "app":
                continue
            if target not in MAY_KNOW.get(room, set()):
                yield file.finding("wall", offset, f"{room}/ may not know {target}/ ({name})")


def heavy_includes(files: list[File]) -> Iterator[Finding]:
    for file in files:
        if not file.is_cpp or file.parts[0] not in {"src", "sandbox"}:
            continue
        for offset, name in file.includes():
            for start, home in HEAVY:
                if name.startswith(start) and not re.match(home, file.path):
                    if not (file.is_test and start == "sqlite3"):
                        yield file.finding("heavy include", offset, f"{name} has another home")


BANNED = [
    # (what, where it is looked for, where it may stay, what to do instead). The demo and a command that watches are no hub.
    (r"\bsystem_clock\s*::\s*now\b", r"(src|sandbox)/", r"src/base/clock\.cpp", "use the injected Clock"),
    (r"(?<![\w.>:])s?rand\s*\(|\bstd\s*::\s*s?rand\b", r"(src|sandbox|tests)/", r"$^", "use the injected Entropy"),
    (r"\bthis_thread\s*::\s*sleep_(for|until)\b", r"src/", r"src/app/(demo/|commands/backfill\.cpp)", "wait on a condition, not on time"),
    (r"\bdetached\b|\.\s*detach\s*\(\s*\)", r"(src|sandbox)/", r"$^", "start it in a TaskGroup"),
    (r"\bstd\s*::\s*(cout|cerr)\b", r"src/(?!app/|main\.cpp)", r"$^", "log through telemetry/"),
]


def banned_calls(files: list[File]) -> Iterator[Finding]:
    for file in files:
        if not file.is_cpp:
            continue
        for pattern, scope, home, advice in BANNED:
            if not re.match(scope, file.path) or re.match(home, file.path):
                continue
            if file.is_test and ("cout" in pattern or "detached" in pattern):
                continue  # a test runs its loop to the end itself
            for match in re.finditer(pattern, file.code):
                yield file.finding("banned call", match.start(), f"{match.group().strip()}: {advice}")


# Types whose braces call a constructor or hold no more than a number: nothing that could be freed twice.
HARMLESS_BRACES = re.compile(r"(Duration|Instant|Tick|Id|Secret|seconds|milliseconds|microseconds|minutes|hours|int64_t|size_t)$")
AGGREGATE_ARGUMENT = re.compile(r"[(,]\s*(?:((?:[A-Za-z_]\w*::)*[A-Za-z_]\w*)\s*\{|\{(?!\s*\}))")


def awaited_statement(code: str, start: int) -> tuple[int, int]:
    """From the co_await to the end of its statement, or to where the brackets around it close."""
    depth = 0
    for at in range(start, len(code)):
        if code[at] in "([{":
            depth += 1
        elif code[at] in ")]}":
            depth -= 1
            if depth < 0:
                return start, at
        elif code[at] == ";" and depth == 0:
            return start, at
    return start, len(code)


def braces_in_await(files: list[File]) -> Iterator[Finding]:
    for file in files:
        if not file.is_cpp:
            continue
        for match in re.finditer(r"\bco_await\b", file.code):
            start, end = awaited_statement(file.code, match.start())
            statement = file.code[start:end]
            for braces in AGGREGATE_ARGUMENT.finditer(statement):
                type_name = braces.group(1) or ""
                if type_name and HARMLESS_BRACES.search(type_name):
                    continue
                yield file.finding("await", start, "braces-built value in a statement with co_await; name it first")
                break


def lengths(files: list[File]) -> Iterator[Finding]:
    for file in files:
        if file.suffix not in COUNTED:
            continue
        lines = file.text.splitlines()
        if len(lines) > FILE_LINES_MAX:
            yield Finding("file length", file.path, 1, f"{len(lines)} lines, at most {FILE_LINES_MAX}")
        if not file.is_cpp:
            continue
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_LENGTH_MAX and "http" not in line:
                yield Finding("line length", file.path, number, f"{len(line)} columns, at most {LINE_LENGTH_MAX}")


def readmes(files: list[File]) -> Iterator[Finding]:
    paths = {file.path: file for file in files}
    folders = set()
    for file in files:
        if file.parts[0] == "src" and len(file.parts) > 2:
            folders.add("/".join(file.parts[:2]))
            if file.parts[1] == "connectors" and len(file.parts) > 3:
                folders.add("/".join(file.parts[:3]))
    for folder in sorted(folders):
        readme = paths.get(f"{folder}/README.md")
        if readme is None:
            yield Finding("readme", folder, 1, "has no README.md")
        elif readme.text.count("\n") > README_LINES_MAX:
            yield Finding("readme", readme.path, 1, f"longer than one screen ({README_LINES_MAX} lines)")


STRAY_WORDS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
MACHINE_PATHS = re.compile(
    r"(?<![\w./}$-])/(" + "|".join(["wo" + "rk", "ho" + r"me/\w+", "ro" + "ot", "Us" + "ers", "tmp/" + r"\w"]) + r")/"
)
REGISTRY_HOSTS = re.compile(r"\bhttps?://(registry|deb|security|mirrors?)\.")


def stray_text(files: list[File]) -> Iterator[Finding]:
    for file in files:
        for rule, pattern, advice in (
            ("stray word", STRAY_WORDS, "open an issue instead"),
            ("machine path", MACHINE_PATHS, "this path exists on one machine only"),
            ("registry host", REGISTRY_HOSTS, "package sources are the machine's business"),
        ):
            for match in pattern.finditer(file.text):
                yield file.finding(rule, match.start(), f"{match.group().strip()}: {advice}")


RULES = [walls, heavy_includes, banned_calls, braces_in_await, lengths, readmes, stray_text]


def project_files(root: pathlib.Path) -> list[File]:
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
        for name in sorted(names):
            path = pathlib.Path(folder, name)
            if path.is_symlink() or not path.is_file() or b"\0" in path.read_bytes()[:4096]:
                continue
            found.append(File(root, path))
    return found


def check(root: pathlib.Path) -> list[Finding]:
    files = project_files(root)
    return [finding for rule in RULES for finding in rule(files)]


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    findings = check(root)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings" if findings else "the house stands as designed")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
