"""Frames to more frames: RIFE and optical flow behind one protocol."""

import sys

# At its import OpenVINO tells its maker so over the network, from a forked copy of the process that also keeps our
# pipes open. A user who did not ask for the network gets none: without this package OpenVINO stays silent.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
