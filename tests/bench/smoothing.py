"""Only the smoothing of a project's film, as a render does it: the same steps, in the same workers.

python -m tests.bench.smoothing PROJECT
"""

from __future__ import annotations

import sys
from pathlib import Path

from storyboard import store
from storyboard.film import keys
from storyboard.film import plan as planning
from storyboard.film.cache import INBETWEENS
from storyboard.film.history import History
from storyboard.film.runner import Runner
from storyboard.smoothers import registry
from storyboard.workers.crew import Crew
from storyboard.workers.steps import Smooth
from tests.bench.harness import BenchError


def main() -> None:
    folder = Path(sys.argv[1])
    with store.open_project(folder) as opened:
        project, takes = opened.project, opened.takes()
    plan = planning.plan(folder, project, takes, mode="render", preset="h264", out=folder / "film.mp4")
    engine = registry.engine_of(plan.engine)
    with Crew(folder) as crew:
        runner = Runner(crew, History(), lambda _: None)
        for planned in plan.shots:
            if planned.take is None:
                continue
            places = planning.positions(project, planned.shot, planned.take)
            between = tuple(sorted({place for place in places if place.denominator != 1}))
            out = f"{INBETWEENS}/{keys.inbetweens(planned.take, engine)}/bench.mkv"
            step = Smooth(take=planned.take, engine=plan.engine, positions=between, out=out)
            runner.submit(out, step, f"shot {planned.number}", lambda _: None)
        runner.run()
    if runner.failures:
        raise BenchError(runner.failures[0].reason)


if __name__ == "__main__":
    main()
