"""The embedded Temporal server: its command, its readiness, and the namespace that Escala needs.

No case is opened or commanded here; that is `api/desk.py`'s.
"""

import atexit
import shutil
import sys
import time
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType, TaskQueueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from desk.engine import access
from settings import Settings
from wording import console
from workflows.addresses import SEARCH_ATTRIBUTES

ORDERED = ("matching.enableFairness=true", "matching.numTaskqueueWritePartitions=1")
"""Customers take turns where tasks wait, and tasks wait in one line, not in four beside each other (decision 31)."""

# The SDK's threads abort an interpreter that ends while they do (temporalio/sdk-python#300); short commands hit it.
atexit.register(time.sleep, 0.2)


def find_binary() -> Path:
    """The `temporal` program: the one installed beside this Python, else the one on PATH."""
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise console.Stopped(console.NO_TEMPORAL_BINARY)
    return Path(found)


def start_command(binary: Path, database: Path, port: int, ui_port: int, namespace: str) -> list[str]:
    """The embedded server: one file, its write-ahead log flushed to disk at every commit, reachable from here alone."""
    return [
        *(str(binary), "server", "start-dev", "--log-level", "error", "--ip", "127.0.0.1"),
        *("--port", str(port), "--ui-port", str(ui_port), "--headless=false", "--ui-disable-news-fetch"),
        *("--db-filename", str(database), "--namespace", namespace),
        *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=2"),
        *(part for value in ORDERED for part in ("--dynamic-config-value", value)),
    ]


async def connect(settings: Settings) -> Client:
    """An operator's connection, where a server answers."""
    try:
        where = settings.temporal_address
        return await Client.connect(where, namespace=settings.temporal_namespace, **access(settings))
    except RuntimeError:
        raise console.Stopped(console.temporal_unreachable(settings.temporal_address), 1) from None


async def is_ready(settings: Settings) -> bool:
    """Whether the server answers and serves the namespace."""
    try:
        client = await connect(settings)
        await missing_search_attributes(client)
    except (RPCError, console.Stopped):
        return False
    return True


async def missing_search_attributes(client: Client) -> dict[str, str]:
    """What lists of cases need and the namespace does not hold yet: name and type."""
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if name not in answer.custom_attributes}


async def prepare_namespace(settings: Settings) -> None:
    """Give the namespace its search attributes and its retention; a namespace that has them stays as it is.

    Through the API, because the dev server's own `--search-attribute` is ignored once its database exists
    and it has no option for the retention.
    """
    client = await connect(settings)
    if missing := await missing_search_attributes(client):
        types = {name: IndexedValueType.Value(_type_name(kind)) for name, kind in missing.items()}
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types)
        )
    retention = Duration()
    retention.FromTimedelta(timedelta(days=settings.retention_days))
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=retention)
        )
    )


async def worker_polls(settings: Settings, pid: int) -> bool:
    """Whether the worker of that process asks for work (the SDK's identity is `pid@host`)."""
    try:
        client = await connect(settings)
        answer = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace,
                task_queue=TaskQueue(name=settings.task_queue),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            )
        )
    except (RPCError, console.Stopped):
        return False
    return any(poller.identity.startswith(f"{pid}@") for poller in answer.pollers)


def _type_name(kind: str) -> str:
    """`KeywordList` is INDEXED_VALUE_TYPE_KEYWORD_LIST."""
    return "INDEXED_VALUE_TYPE_" + "".join(f"_{c}" if c.isupper() else c for c in kind).lstrip("_").upper()
