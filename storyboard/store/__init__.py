"""The project folder: `project.json` and its lock, its earlier versions, and the takes beside it.

with create(folder, Project(name="Bikes")) as store:
    store.save(edit.append(store.project, new_shot(new_id(), "a red bicycle")))
"""

from storyboard.store.copying import copy, copy_value
from storyboard.store.document import schema
from storyboard.store.folder import Store, adopt_arrived, create, open_project
from storyboard.store.lock import take_over
from storyboard.store.recovery import recover
from storyboard.store.takes import TakeFolder, Takes, new_id, numbers, publish, stored, trash
from storyboard.store.thrown import empty, restore, throw
from storyboard.store.versions import Version

__all__ = [
    "Store",
    "TakeFolder",
    "Takes",
    "Version",
    "adopt_arrived",
    "copy",
    "copy_value",
    "create",
    "empty",
    "new_id",
    "numbers",
    "open_project",
    "publish",
    "recover",
    "restore",
    "schema",
    "stored",
    "take_over",
    "throw",
    "trash",
]
