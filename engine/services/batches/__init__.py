"""One operation on many process instances, as a job that goes through them in pieces and can be stopped and gone on with."""

from engine.model.batch import BatchState, BatchType, ItemState
from engine.services.batches.control import cancel, resume, suspend
from engine.services.batches.creating import Created, count, count_incidents, create, resolve_incidents
from engine.services.batches.reading import Batch, Item, batch, items, recent

__all__ = [
    "Batch",
    "BatchState",
    "BatchType",
    "Created",
    "Item",
    "ItemState",
    "batch",
    "cancel",
    "count",
    "count_incidents",
    "create",
    "items",
    "recent",
    "resolve_incidents",
    "resume",
    "suspend",
]
