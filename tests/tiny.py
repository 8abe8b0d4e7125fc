"""A small text-to-video model of the real classes with random weights: its pictures mean nothing, but every line
of code that runs a real one runs it."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

_TEXT = {"bos_token_id": 512, "eos_token_id": 513, "pad_token_id": 513}


def build(folder: Path, dtype: str = "float32", variant: str | None = None, seed: int = 0) -> Path:
    """Writes the model into `folder` and returns that. About 1 MB, the same bytes each time; a second to make.

    `dtype` names the torch dtype of its weights, `variant` the suffix of their files (`fp16` or None), and
    another `seed` gives other weights.
    """
    import torch
    from diffusers import TextToVideoSDPipeline

    quiet = logging.getLogger("diffusers")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.manual_seed(seed)
            pipe = TextToVideoSDPipeline(
                vae=_vae(),
                text_encoder=_text_encoder(),
                tokenizer=_tokenizer(),
                unet=_unet(),
                scheduler=_scheduler(),
            )
            pipe.to(dtype=getattr(torch, dtype))
            pipe.save_pretrained(folder, variant=variant)
    finally:
        quiet.setLevel(level)
    return folder


def _vae() -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),  # four levels: one latent is 8 x 8 pixels, as in ModelScope
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=512,  # as ModelScope's: no picture here is large enough to be decoded in tiles
    )


def _unet() -> Any:
    from diffusers import UNet3DConditionModel

    return UNet3DConditionModel(
        sample_size=8,
        block_out_channels=(16, 32),
        down_block_types=("DownBlock3D", "CrossAttnDownBlock3D"),
        up_block_types=("CrossAttnUpBlock3D", "UpBlock3D"),
        layers_per_block=1,
        norm_num_groups=8,
        cross_attention_dim=32,
        attention_head_dim=2,
    )


def _text_encoder() -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=514,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=32,
            **_TEXT,
        )
    )


def _tokenizer() -> Any:
    """A byte is a token: CLIP's own alphabet, alone and at the end of a word."""
    from transformers import CLIPTokenizer

    letters = _alphabet()
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: number for number, word in enumerate(words)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=32)


def _alphabet() -> list[str]:
    """The 256 printable characters that stand for bytes in byte-level tokenizers."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]


def _scheduler() -> Any:
    from diffusers import DDIMScheduler

    # As ModelScope's: https://huggingface.co/ali-vilab/text-to-video-ms-1.7b/blob/main/scheduler
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
