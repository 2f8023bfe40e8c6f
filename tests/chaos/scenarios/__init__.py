"""One file per family of faults; importing them registers the scenarios."""

from . import processes, disk, platforms, customers, backlog, postgres, nodes  # noqa: F401
