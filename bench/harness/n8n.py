"""n8n as a peer: a workflow of three nodes, imported and published with its own commands into a fresh PostgreSQL."""

import contextlib
import http.client
import json
import os
import subprocess

from . import servers
from .processes import Failed, Program, free_port, wait_for

FOLDER = servers.PEERS / "n8n"
WORKFLOW = "tillbridgeBench1"
PATH = "/webhook/events"
READY_WITHIN_S = 180  # the first start makes all its tables
COMMAND_WITHIN_S = 180
CONCURRENCY = 64  # as the other peers


def workflow(template, mapping, sink_port):
    """The workflow as it is imported; its Code node maps as the other peers do (mapping.mjs). Pure."""
    code = mapping.replace("export function", "function") + "return { json: mapped($json.body) }\n"
    return template.replace('"@code@"', json.dumps(code)).replace("@sink@", f"http://127.0.0.1:{sink_port}/events")


def environment(folder, database, port, broker_port, queue_port=None):
    """What its guide for production says, as far as it concerns one machine, and nothing that calls home."""
    found = {
        **os.environ, "NODE_ENV": "production", "N8N_USER_FOLDER": str(folder), "N8N_ENCRYPTION_KEY": "bench",
        "N8N_LISTEN_ADDRESS": "127.0.0.1", "N8N_PORT": str(port), "N8N_RUNNERS_BROKER_PORT": str(broker_port),
        "DB_TYPE": "postgresdb", "DB_POSTGRESDB_HOST": str(database), "DB_POSTGRESDB_USER": "postgres",
        "DB_POSTGRESDB_DATABASE": "postgres", "DB_POSTGRESDB_POOL_SIZE": "20",
        "N8N_RUNNERS_MAX_CONCURRENCY": str(CONCURRENCY), "N8N_LOG_LEVEL": "warn",
        "N8N_DISABLE_UI": "true", "N8N_EXPRESSION_ENGINE": "legacy", "N8N_DIAGNOSTICS_ENABLED": "false", "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
        "N8N_TEMPLATES_ENABLED": "false", "N8N_PERSONALIZATION_ENABLED": "false", "N8N_HIRING_BANNER_ENABLED": "false",
    }
    if queue_port:
        found |= {"EXECUTIONS_MODE": "queue", "QUEUE_BULL_REDIS_HOST": "127.0.0.1", "QUEUE_BULL_REDIS_PORT": str(queue_port)}
    return found


def _program():
    entry = FOLDER / "node_modules" / "n8n" / "bin" / "n8n"
    if not entry.exists():
        raise Failed("n8n is not installed; tools/bench.sh --with-n8n does it")
    return [servers.node(24, 0), entry]


def _command(folder, settings, *arguments):
    done = subprocess.run([str(part) for part in (*_program(), *arguments)], env=settings, capture_output=True,
                          text=True, timeout=COMMAND_WITHIN_S, cwd=folder)
    if done.returncode != 0:
        raise Failed(f"n8n {arguments[0]}: {(done.stderr or done.stdout).strip()[-500:]}")


def takes_orders(port):
    """It knows the workflow's address: asked with the wrong method it names the right one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", PATH)
        return b"POST request" in connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def n8n(folder, sink_port, database, queue_port=None):
    """(port, processes). With a queue_port (Redis): one process takes orders, another one works."""
    folder.mkdir()
    port = free_port()
    settings = environment(folder, database, port, free_port(), queue_port)
    imported = folder / "workflow.json"
    imported.write_text(workflow((FOLDER / "workflow.json").read_text(), (servers.PEERS / "mapping.mjs").read_text(), sink_port))
    _command(folder, settings, "import:workflow", f"--input={imported}")
    _command(folder, settings, "publish:workflow", f"--id={WORKFLOW}")
    with contextlib.ExitStack() as stack:
        def start(*arguments, **more):
            return stack.enter_context(Program(folder / f"{arguments[0]}.log", *_program(), *arguments, announces=False,
                                               env=settings | more, cwd=folder))
        processes = [start("start")]
        if queue_port:
            processes.append(start("worker", f"--concurrency={CONCURRENCY}", N8N_RUNNERS_BROKER_PORT=str(free_port())))
        wait_for("n8n", lambda: takes_orders(port), READY_WITHIN_S)
        yield port, processes
