"""Which memory plan a machine gets, for a table of machines."""

from __future__ import annotations

import pytest

from storyboard.generators import catalog, fit
from storyboard.generators.fit import GIB, Device, Needs, Plan

WAN = "Wan-AI/Wan2.1-T2V-1.3B-Diffusers"
WAN_5B = "Wan-AI/Wan2.2-TI2V-5B-Diffusers"
MODELSCOPE = "ali-vilab/text-to-video-ms-1.7b"
COG_5B = "THUDM/CogVideoX-5b"


def need_of(model: str, ratio: float = 1.0) -> Needs:
    """From the catalog's billions of parameters, two bytes each."""
    known = catalog.built_in()[model]
    weights = {
        "text": int(known.weights.text * 2e9),
        "denoiser": int(known.weights.denoiser * 2e9),
        "vae": int(known.weights.vae * 2e9),
        "other": int(known.weights.other * 2e9),
    }
    return fit.needs(weights, known.work, known.tiles, ratio)


def gpu(gigabytes: float, memory: float = 64, *, quantises: bool = False) -> Device:
    return Device("cuda", int(gigabytes * GIB), int(memory * GIB), quantises)


@pytest.mark.parametrize(
    ("model", "gigabytes", "plan"),
    [
        (MODELSCOPE, 4, "groups"),
        (MODELSCOPE, 6, "tiles"),
        (MODELSCOPE, 8, "encoder"),
        (MODELSCOPE, 12, "whole"),
        (MODELSCOPE, 80, "whole"),
        (WAN, 4, "groups"),
        (WAN, 6, "groups"),
        (WAN, 8, "tiles"),
        (WAN, 12, "encoder"),
        (WAN, 16, "encoder"),
        (WAN, 24, "whole"),
        (WAN, 80, "whole"),
        (WAN_5B, 4, "disk"),
        (WAN_5B, 6, "disk"),
        (WAN_5B, 8, "groups"),
        (WAN_5B, 12, "groups"),
        (WAN_5B, 16, "offload"),
        (WAN_5B, 24, "encoder"),
        (WAN_5B, 80, "whole"),
        (COG_5B, 4, "casting"),
        (COG_5B, 12, "groups"),
        (COG_5B, 16, "tiles"),
        (COG_5B, 24, "tiles"),
        (COG_5B, 80, "whole"),
    ],
)
def test_each_gpu_gets_the_fastest_plan_that_fits(model: str, gigabytes: float, plan: str) -> None:
    assert fit.pick(need_of(model), gpu(gigabytes)).name == plan


@pytest.mark.parametrize(
    ("model", "gigabytes", "plan"),
    [
        (MODELSCOPE, 4, "int8"),
        (MODELSCOPE, 6, "tiles"),
        (WAN, 6, "int8"),
        (WAN, 8, "tiles"),
        (WAN_5B, 8, "groups"),
        (WAN_5B, 12, "int8"),
        (WAN_5B, 16, "offload"),
        (COG_5B, 4, "casting"),
        (COG_5B, 12, "int8"),
        (COG_5B, 16, "tiles"),
    ],
)
def test_with_the_package_8_bit_numbers_come_before_block_by_block(
    model: str, gigabytes: float, plan: str
) -> None:
    assert fit.pick(need_of(model), gpu(gigabytes, quantises=True)).name == plan


@pytest.mark.parametrize("model", catalog.built_in())
@pytest.mark.parametrize("gigabytes", [1, 4, 6, 8, 12, 16, 24, 80])
@pytest.mark.parametrize("kind", ["cuda", "mps", "cpu"])
def test_there_is_always_a_plan_and_it_is_said_in_words(model: str, gigabytes: float, kind: fit.Kind) -> None:
    plan = fit.pick(need_of(model), Device(kind, gigabytes * GIB, gigabytes * GIB))
    assert plan.name in fit.LADDERS[kind]
    assert plan.words == (fit.WORDS[plan.name] if plan.fits else fit.TIGHT)


@pytest.mark.parametrize("model", catalog.built_in())
@pytest.mark.parametrize(
    "device",
    [
        gpu(8),
        gpu(24),
        gpu(8, quantises=True),
        gpu(24, quantises=True),
        Device("mps", 16 * GIB, 16 * GIB),
        Device("cpu", 32 * GIB, 0),
        Device("cpu", 32 * GIB, 0, quantises=True),
    ],
)
def test_each_rung_needs_no_more_of_the_device_than_the_one_above(model: str, device: Device) -> None:
    used = [here for _, here, _ in fit.ladder(need_of(model), device)]
    assert used == sorted(used, reverse=True)


def test_a_larger_take_gets_a_smaller_plan() -> None:
    order = fit.LADDERS["cuda"]
    picked = [fit.pick(need_of(WAN, ratio), gpu(16)).name for ratio in (0.25, 1, 2, 4)]
    assert [order.index(name) for name in picked] == sorted(order.index(name) for name in picked)
    assert picked[0] != picked[-1]


def test_a_text_encoder_larger_than_the_gpu_works_block_by_block() -> None:
    assert fit.pick(need_of(WAN), gpu(8)) == Plan("tiles", "groups")
    assert fit.pick(need_of(WAN), gpu(12)) == Plan("encoder", "alone")
    assert fit.pick(need_of(WAN), gpu(16)) == Plan("encoder", "visits")
    assert fit.pick(need_of(WAN), gpu(24)) == Plan("whole", "stays")


def test_little_main_memory_rules_out_what_would_be_parked_there() -> None:
    assert fit.pick(need_of(WAN_5B), gpu(12, memory=64)).name == "groups"
    assert fit.pick(need_of(WAN_5B), gpu(12, memory=20)).name == "casting"
    assert fit.pick(need_of(WAN_5B), gpu(12, memory=8)).name == "disk"


def test_what_ran_out_of_memory_before_is_not_tried_again() -> None:
    need = need_of(MODELSCOPE)
    assert fit.pick(need, gpu(80), frozenset({"whole"})).name == "encoder"
    assert fit.pick(need, gpu(80), frozenset({"encoder"})).name == "tiles", "nor what is larger than that"
    assert fit.pick(need, gpu(80), frozenset({"disk"})).name == "disk", "the smallest is always there"


@pytest.mark.parametrize("quantises", [False, True])
def test_stepping_down_ends_at_the_smallest(quantises: bool) -> None:
    need, device = need_of(MODELSCOPE), gpu(80, quantises=quantises)
    plan: Plan | None = fit.pick(need, device)
    walked = []
    while plan is not None:
        walked.append(plan.name)
        plan = fit.step_down(plan, need, device)
    assert walked == [name for name in fit.LADDERS["cuda"] if name != "int8" or quantises]
    gone = fit.step_down(Plan("int8", "visits"), need, gpu(80))
    assert gone is not None
    assert gone.name == "groups", "a package may be taken away while a model is loaded"


@pytest.mark.parametrize(
    ("gigabytes", "plan"), [(64, "whole"), (12, "whole"), (11, "encoder"), (8, "halves"), (2, "halves")]
)
def test_a_processor_works_in_full_numbers_while_there_is_room(gigabytes: int, plan: str) -> None:
    device = Device("cpu", gigabytes * GIB, gigabytes * GIB)
    assert fit.pick(need_of(MODELSCOPE), device).name == plan


def test_a_processor_with_the_package_has_a_smaller_plan() -> None:
    need = need_of(MODELSCOPE)
    assert fit.pick(need, Device("cpu", 8 * GIB, 8 * GIB, quantises=True)).name == "halves"
    small = fit.pick(need, Device("cpu", 2 * GIB, 2 * GIB, quantises=True))
    assert (small.name, small.fits) == ("int8", False)


def test_takes_of_one_shot_are_made_together_where_there_is_room() -> None:
    need = need_of(MODELSCOPE)
    whole = Plan("whole", "stays")
    assert fit.batch(need, gpu(80), whole, 4) == 4
    assert fit.batch(need, gpu(14), whole, 4) == 2
    assert fit.batch(need, gpu(8), whole, 4) == 1
    assert fit.batch(need, gpu(80), Plan("tiles", "visits"), 4) == 1
