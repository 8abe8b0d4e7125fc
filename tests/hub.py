"""A hub of models that runs in the test, for Hugging Face's own client to ask over HTTP."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

NAME = "someone/their-video-model"
COMMIT = "c" * 40


class Hub(NamedTuple):
    folder: Path
    endpoint: str
    asked: list[str]
    """The files that were sent, in order."""
    sizes: dict[str, int]
    """What the listing says a file has in bytes, where that is not the truth."""
    refused: dict[str, int]
    """The HTTP status of what is refused: of a file, or of `api` for everything, as a hub with terms does."""

    def environment(self, home: Path) -> dict[str, str]:
        """What a process needs to ask this hub: the client reads its settings when it is imported."""
        return {
            "HF_ENDPOINT": self.endpoint,
            "HF_HOME": str(home / "huggingface"),
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_XET": "1",
            "NO_PROXY": "127.0.0.1",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }


@contextlib.contextmanager
def serve(model: Path, place: Path) -> Iterator[Hub]:
    """A hub with a copy of `model` in `place`, which also has files that nobody should get."""
    folder = Path(shutil.copytree(model, place))
    for extra in (
        "README.md",
        "unet/diffusion_pytorch_model.bin",
        "other.safetensors",
        "example.mp4",
        "run.py",
    ):
        (folder / extra).write_bytes(b"extra")
    asked: list[str] = []
    sizes: dict[str, int] = {}
    refused: dict[str, int] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(folder, asked, sizes, refused))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Hub(folder, f"http://127.0.0.1:{server.server_port}", asked, sizes, refused)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(
    folder: Path, asked: list[str], sizes: dict[str, int], refused: dict[str, int]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            name = path.rpartition(f"/{COMMIT}/")[2]
            status = refused.get("api") or refused.get(name)
            if status:
                self.send_response(status)
                if status in (401, 403):
                    self.send_header("X-Error-Code", "GatedRepo")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if path.startswith(f"/api/models/{NAME}"):
                self._send(json.dumps(_listing(folder, sizes)).encode(), body)
                return
            start = f"/{NAME}/resolve/{COMMIT}/"
            file = folder / path.removeprefix(start)
            if not path.startswith(start) or not file.is_file():
                self.send_error(404)
                return
            if body:
                asked.append(path.removeprefix(start))
            self._send(file.read_bytes(), body)

        def _send(self, content: bytes, body: bool) -> None:
            self.send_response(200)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    return Handler


def _listing(folder: Path, sizes: dict[str, int]) -> dict[str, Any]:
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    files = [
        {"rfilename": n, "size": sizes.get(n, (folder / n).stat().st_size), "blobId": "0" * 40} for n in names
    ]
    return {"id": NAME, "modelId": NAME, "sha": COMMIT, "private": False, "tags": [], "siblings": files}
