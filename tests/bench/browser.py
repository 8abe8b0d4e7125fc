"""Playing a film in Chromium without a window. The page tells a server in this process how it went."""

from __future__ import annotations

import http.server
import json
import os
import queue
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

PATIENCE = 90.0
"""Seconds for the browser to start and the film to play."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--no-proxy-server",
    "--autoplay-policy=no-user-gesture-required",
)

PAGE = b"""<!doctype html><meta charset="utf-8"><title>film</title>
<video id="film" src="/film.mp4" muted autoplay preload="auto"></video>
<script>
const film = document.getElementById("film");
const seen = {canplaythrough: false};
function tell(extra) {
  const quality = film.getVideoPlaybackQuality();
  fetch("/told", {method: "POST", body: JSON.stringify({...seen, ...extra, duration: film.duration,
    currentTime: film.currentTime, width: film.videoWidth, height: film.videoHeight,
    frames: quality.totalVideoFrames, dropped: quality.droppedVideoFrames})});
}
film.oncanplaythrough = () => { seen.canplaythrough = true; };
film.onended = () => tell({ended: true});
film.onerror = () => tell({ended: false, error: film.error.message});
</script>"""


def find() -> str | None:
    """The path of a Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def play(chromium: str, film: Path, scratch: Path) -> dict[str, Any]:
    """How the film played: `ended`, `duration`, `currentTime`, `frames`, `dropped`, or `error`."""
    told: queue.Queue[dict[str, Any]] = queue.Queue()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(film.read_bytes(), told)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        profile = scratch / "chromium"
        command = [chromium, *FLAGS, f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/"]
        environment = {**os.environ, "HOME": str(scratch)}
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        ) as running:
            try:
                return told.get(timeout=PATIENCE)
            except queue.Empty:
                return {"ended": False, "error": f"nothing was heard of it for {PATIENCE:.0f} s"}
            finally:
                running.terminate()
                server.shutdown()


def _handler(film: bytes, told: queue.Queue[dict[str, Any]]) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        """Serves the page and the film whole, without ranges: a film that plays so needs none."""

        def do_GET(self) -> None:
            bodies = {"/": ("text/html", PAGE), "/film.mp4": ("video/mp4", film)}
            kind, body = bodies.get(self.path, ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base's name
            """Nothing: what was asked for is no result."""

    return Handler
