#!/usr/bin/env python3
"""The house check finds what it is there for (a planted violation of each rule), and finds nothing in this tree."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import house  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What must be found, each alone in a tree that is otherwise in order: (rule, file, text).
PLANTED = [
    ("wall", "src/model/a.h", '#include "journal/step.h"\n'),
    ("wall", "src/base/a.h", '#include "telemetry/log.h"\n'),
    ("wall", "src/engine/a.h", '#include "connectors/sitoo/client.h"\n'),
    ("wall", "src/flows/a.cpp", '#include "connectors/sitoo/config.h"\n'),
    ("wall", "src/connectors/sitoo/a.cpp", '#include "flows/plan.h"\n'),
    ("wall", "src/connectors/sitoo/a.cpp", '#include "connectors/bloomreach/config.h"\n'),
    ("wall", "src/connectors/sitoo/a.cpp", '#include "../../journal/step.h"\n'),
    ("wall", "src/journal/sqlite/a.cpp", '#include "engine/lanes.h"\n'),
    ("wall", "src/http/a_test.cpp", '#include "app/hub.h"\n'),
    ("wall", "src/base/a.cpp", '#include "sandbox/ledger/ledger.h"\n'),
    ("wall", "sandbox/sitoo/a.cpp", '#include "connectors/sitoo/events.h"\n'),
    ("wall", "sandbox/sitoo/a_test.cpp", '#include "model/order.h"\n'),
    ("wall", "sandbox/a.cpp", "#include <journal/step.h>\n"),
    ("heavy include", "src/http/a.h", "#include <boost/beast/http.hpp>\n"),
    ("heavy include", "src/outbound/a.cpp", "#include <boost/beast/http.hpp>\n"),
    ("heavy include", "src/engine/a.cpp", "#include <curl/curl.h>\n"),
    ("heavy include", "src/outbound/a.h", "#include <curl/curl.h>\n"),
    ("heavy include", "src/desk/a.cpp", "#include <sqlite3.h>\n"),
    ("heavy include", "src/engine/a.cpp", "#include <libpq-fe.h>\n"),
    ("heavy include", "src/secrets/a.cpp", "#include <toml++/toml.h>\n"),
    ("heavy include", "src/app/hub.cpp", "#include <toml++/toml.h>\n"),
    ("heavy include", "src/api/a.cpp", "#include <CLI/CLI.hpp>\n"),
    ("banned call", "src/engine/a.cpp", "auto t = std::chrono::system_clock::now();\n"),
    ("banned call", "src/engine/a.cpp", "int i = rand();\n"),
    ("banned call", "src/engine/a.cpp", "int i = std::rand();\n"),
    ("banned call", "src/engine/a_test.cpp", "std::this_thread::sleep_for(one_second);\n"),
    ("banned call", "src/engine/a.cpp", "co_spawn(loop, task(), asio::detached);\n"),
    ("banned call", "src/engine/a.cpp", "std::thread(run).detach();\n"),
    ("banned call", "src/engine/a.cpp", 'std::cout << "hello";\n'),
    ("await", "src/engine/a.cpp", "co_await send({a, b});\n"),
    ("await", "src/engine/a.cpp", "co_await send(Request{.url = url});\n"),
    ("await", "src/engine/a.cpp", "const auto answer =\n    co_await send(id,\n                  http::Request{url});\n"),
    ("await", "src/engine/a.cpp", "if (auto r = co_await send({a}); r) run();\n"),
    ("line length", "src/engine/a.cpp", "int " + "a" * 120 + ";\n"),
    ("file length", "src/engine/a.cpp", "int a;\n" * 601),
    ("readme", "src/connectors/klaviyo/a.h", "struct A {};\n"),
    ("readme", "src/crm/a.h", "struct A {};\n"),
    ("readme", "src/engine/README.md", "text\n" * 80),
    ("stray word", "docs/a.md", "TO" + "DO: write this\n"),
    ("stray word", "src/engine/a.cpp", "// FIX" + "ME later\n"),
    ("machine path", "docs/a.md", "see /wo" + "rk/shared/a.md\n"),
    ("machine path", "tools/a.sh", 'cd "/ho' + 'me/vera/tillbridge"\n'),
    ("registry host", "tools/a.json", '"https://regis' + 'try.example.org/a.tgz"\n'),
]

# What looks like a violation and is none.
INNOCENT = {
    "src/app/hub.cpp": '#include "connectors/sitoo/client.h"\n#include "flows/bloomreach.h"\n',
    "src/app/config.cpp": "#include <toml++/toml.h>\n",
    "src/main.cpp": '#include "app/command_line.h"\n',
    "src/http/server.cpp": "#include <boost/beast/http.hpp>\n",
    "src/outbound/a_test.cpp": '#include "http/server.h"\n',
    "src/base/clock.cpp": "auto t = std::chrono::system_clock::now();\n",
    "src/engine/a.h": "// Nothing here is detached, nobody calls rand() or system_clock::now().\nint operand(int a);\n",
    "src/engine/b.cpp": 'const char* text = "co_await f({a}); // detached";\nchar quote = \'"\';\nint big = 1\'000;\n'
    "co_await sleep_for(loop, Duration{5});\nco_await wait(std::chrono::seconds{1});\n"
    "co_await journal.read<Counts>([](Reader& r) { return r.counts(); });\n"
    "while (co_await next()) { run({a, b}); }\nfoo.rand(3);\nco_await plan(std::exchange(batch, {}));\n",
    "sandbox/sitoo/a.cpp": '#include "http/server.h"\n#include "ledger/ledger.h"\n',
    "docs/a.md": "Mount it under /var/lib/tillbridge; the framework/ folder; a/work/b.\n",
}
READMES = ["app", "base", "http", "outbound", "engine", "model", "flows", "connectors", "connectors/sitoo", "journal"]


def tree(folder: str, files: dict) -> pathlib.Path:
    root = pathlib.Path(folder)
    for name in READMES + ["desk", "secrets", "api"]:
        path = root / "src" / name / "README.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("What this room is for.\n")
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


class HouseCheck(unittest.TestCase):
    def test_every_planted_violation_is_found_and_nothing_else(self):
        set_off = set()
        for rule, name, text in PLANTED:
            with self.subTest(rule=rule, file=name, text=text[:60]), tempfile.TemporaryDirectory() as folder:
                files = house.project_files(tree(folder, {name: text}))
                by_rule = {check.__name__: list(check(files)) for check in house.RULES}
                set_off |= {check for check, found in by_rule.items() if found}
                findings = [finding for found in by_rule.values() for finding in found]
                self.assertEqual([rule], [finding.rule for finding in findings], findings)
                self.assertTrue(name.startswith(findings[0].path), findings)
        self.assertEqual({check.__name__ for check in house.RULES}, set_off)

    def test_innocent_lookalikes_are_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual([], house.check(tree(folder, INNOCENT)))

    def test_the_line_of_a_finding_is_right(self):
        with tempfile.TemporaryDirectory() as folder:
            text = '// one\n/* two\n three */\nauto t = std::chrono::system_clock::now();\n'
            findings = house.check(tree(folder, {"src/engine/a.cpp": text}))
            self.assertEqual([4], [finding.line for finding in findings])

    def test_this_tree_stands_as_designed(self):
        findings = house.check(ROOT)
        self.assertEqual([], findings, "\n" + "\n".join(str(finding) for finding in findings))


if __name__ == "__main__":
    unittest.main()
