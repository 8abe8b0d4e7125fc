"""A small model with random weights for each pipeline that can run: made of the real classes, in a second or two each,
saved as safetensors. Their pictures mean nothing; their sizes, counts of frames and calls are as the real ones'."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.tiny import _alphabet

_WIDE = 16
"""Numbers in a text's embedding."""


def build(name: str, folder: Path, seed: int = 0, **changes: Any) -> Path:
    """Writes the model of pipeline `name` into `folder` and returns that: the same bytes each time."""
    import torch

    quiet = [logging.getLogger(library) for library in ("diffusers", "transformers")]
    levels = [one.level for one in quiet]
    for one in quiet:
        one.setLevel(logging.ERROR)
    try:
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.manual_seed(seed)
            BUILDERS[name](**changes).save_pretrained(folder)
    finally:
        for one, level in zip(quiet, levels, strict=True):
            one.setLevel(level)
    return folder


def _t5(kind: str = "T5EncoderModel") -> Any:
    import transformers

    config = {"T5EncoderModel": "T5Config", "UMT5EncoderModel": "UMT5Config"}[kind]
    sizes = {"vocab_size": 300, "d_model": _WIDE, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2}
    return getattr(transformers, kind)(getattr(transformers, config)(**sizes)).eval()


def _pieces() -> Any:
    """T5's kind of tokenizer, in which a letter is a token."""
    import transformers

    words = ["<pad>", "</s>", "<unk>", "▁", *_alphabet()]
    return transformers.T5TokenizerFast(
        vocab=[(word, -float(number)) for number, word in enumerate(words)], extra_ids=0, model_max_length=512
    )


def _gemma_words() -> Any:
    import transformers

    words = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *_alphabet()]
    return transformers.GemmaTokenizer(vocab={word: number for number, word in enumerate(words)}, merges=[])


def _qwen_words() -> Any:
    import transformers

    words = [*_alphabet(), "<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    made = transformers.Qwen2Tokenizer(vocab={word: number for number, word in enumerate(words)}, merges=[])
    made.chat_template = "{% for m in messages %}{{ m['role'] }}:{{ m['content'] }}\n{% endfor %}"
    return made


def _clip_text() -> Any:
    """Kandinsky's, which is asked for 77 tokens whatever its tokenizer says."""
    import transformers

    return transformers.CLIPTextModel(
        transformers.CLIPTextConfig(
            vocab_size=514, hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
            max_position_embeddings=77, bos_token_id=512, eos_token_id=513, pad_token_id=513,
        )
    ).eval()  # fmt: skip


def _clip_words() -> Any:
    from tests import tiny

    return tiny._tokenizer()


def _flow(**changes: Any) -> Any:
    import diffusers

    return diffusers.FlowMatchEulerDiscreteScheduler(**changes)


def _modelscope() -> Any:
    import diffusers

    from tests import tiny

    return diffusers.TextToVideoSDPipeline(
        vae=tiny._vae(),
        text_encoder=tiny._text_encoder(),
        tokenizer=tiny._tokenizer(),
        unet=tiny._unet(),
        scheduler=tiny._scheduler(),
    )


def _wan_vae(**changes: Any) -> Any:
    import diffusers

    sizes = {"base_dim": 4, "z_dim": 4, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1}
    mean, spread = [0.1, -0.2, 0.3, 0.0], [1.0, 2.0, 1.5, 0.8]
    return diffusers.AutoencoderKLWan(**{**sizes, "latents_mean": mean, "latents_std": spread, **changes})


def _wan_sizes(**changes: Any) -> dict[str, Any]:
    sizes = {
        "num_attention_heads": 2, "attention_head_dim": 12, "in_channels": 4, "out_channels": 4, "text_dim": _WIDE,
        "freq_dim": 16, "ffn_dim": 16, "num_layers": 2,
    }  # fmt: skip
    return {**sizes, **changes}


def _wan(layers: int = 2, width: int = 12, **changes: Any) -> Any:
    import diffusers

    scheduler = diffusers.UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0, num_train_timesteps=1000
    )
    sizes = _wan_sizes(num_layers=layers, attention_head_dim=width, ffn_dim=width * 2)
    return diffusers.WanPipeline(
        tokenizer=_pieces(),
        text_encoder=_t5("UMT5EncoderModel"),
        vae=_wan_vae(),
        transformer=diffusers.WanTransformer3DModel(**sizes),
        scheduler=changes.pop("scheduler", scheduler),
        **changes,
    )


def _wan_ti2v() -> Any:
    """Wan 2.2's: a finer clock for each place, and a VAE of 16 pixels a cell."""
    import diffusers

    pipe = _wan(expand_timesteps=True)
    vae = _wan_vae(is_residual=True, patch_size=2, in_channels=12, out_channels=12, scale_factor_spatial=16)
    return diffusers.WanPipeline(**{**pipe.components, "vae": vae}, expand_timesteps=True)


def _vace() -> Any:
    import diffusers

    pipe = _wan()
    # For each cell: two encoded clips, and which of the 8 x 8 pixels below it are to be made.
    sizes = _wan_sizes(vace_layers=[0], vace_in_channels=2 * 4 + 64)
    parts = {**pipe.components, "transformer": diffusers.WanVACETransformer3DModel(**sizes)}
    return diffusers.WanVACEPipeline(**parts)


def _ltx() -> Any:
    import diffusers

    vae = diffusers.AutoencoderKLLTXVideo(
        latent_channels=8,
        block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1, 1),
    )
    transformer = diffusers.LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, num_attention_heads=2, attention_head_dim=8, cross_attention_dim=16,
        num_layers=2, caption_channels=_WIDE,
    )  # fmt: skip
    scheduler = _flow(use_dynamic_shifting=True, base_shift=0.95, max_shift=2.05, shift_terminal=0.1)
    return diffusers.LTXPipeline(
        scheduler=scheduler, vae=vae, text_encoder=_t5(), tokenizer=_pieces(), transformer=transformer
    )


def _ltx_later() -> Any:
    """From 0.9.5 on: steps that do not depend on the size, and pictures anywhere in the clip."""
    import diffusers

    return diffusers.LTXPipeline(**{**_ltx().components, "scheduler": _flow(shift=1.0)})


def _cog_parts(channels: int = 4) -> dict[str, Any]:
    import diffusers

    vae = diffusers.AutoencoderKLCogVideoX(
        block_out_channels=(8, 8, 8, 8), latent_channels=4, layers_per_block=1, norm_num_groups=4,
        sample_height=480, sample_width=720,
    )  # fmt: skip
    transformer = diffusers.CogVideoXTransformer3DModel(
        num_attention_heads=2, attention_head_dim=16, in_channels=channels, out_channels=4, time_embed_dim=4,
        text_embed_dim=_WIDE, num_layers=2, sample_width=8, sample_height=6, sample_frames=9,
        use_rotary_positional_embeddings=True, max_text_seq_length=226,
    )  # fmt: skip
    return {
        "tokenizer": _pieces(),
        "text_encoder": _t5(),
        "vae": vae,
        "transformer": transformer,
        "scheduler": diffusers.CogVideoXDDIMScheduler(),
    }


def _cog() -> Any:
    import diffusers

    return diffusers.CogVideoXPipeline(**_cog_parts())


def _cog_picture() -> Any:
    import diffusers

    parts = {**_cog_parts(8), "scheduler": diffusers.CogVideoXDPMScheduler()}
    return diffusers.CogVideoXImageToVideoPipeline(**parts)


def _ltx2() -> Any:
    import diffusers
    import transformers
    from diffusers.pipelines.ltx2.connectors import LTX2TextConnectors
    from diffusers.pipelines.ltx2.vocoder import LTX2Vocoder

    vae = diffusers.AutoencoderKLLTX2Video(
        latent_channels=8, block_out_channels=(8, 8, 8, 8), decoder_block_out_channels=(8, 16, 32),
        layers_per_block=(1, 1, 1, 1, 1), decoder_layers_per_block=(1, 1, 1, 1),
        spatial_compression_ratio=32, temporal_compression_ratio=8,
    )  # fmt: skip
    sound = diffusers.AutoencoderKLLTX2Audio(
        base_channels=8, ch_mult=(1, 1, 1), num_res_blocks=1, latent_channels=4, mel_bins=8
    )
    layers, wide = 2, 8
    text = transformers.Gemma3TextConfig(
        vocab_size=300, hidden_size=wide, intermediate_size=16, num_hidden_layers=layers, num_attention_heads=2,
        num_key_value_heads=1, head_dim=4,
    )  # fmt: skip
    eyes = transformers.SiglipVisionConfig(
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        image_size=16,
        patch_size=8,
    )
    config = transformers.Gemma3Config(text_config=text, vision_config=eyes, mm_tokens_per_image=4)
    connectors = LTX2TextConnectors(
        caption_channels=wide, text_proj_in_factor=layers + 1, video_connector_num_attention_heads=2,
        video_connector_attention_head_dim=4, video_connector_num_layers=1, video_connector_num_learnable_registers=8,
        audio_connector_num_attention_heads=2, audio_connector_attention_head_dim=4, audio_connector_num_layers=1,
        audio_connector_num_learnable_registers=8,
    )  # fmt: skip
    transformer = diffusers.LTX2VideoTransformer3DModel(
        in_channels=8, out_channels=8, num_attention_heads=2, attention_head_dim=8, cross_attention_dim=16,
        audio_in_channels=8, audio_out_channels=8, audio_num_attention_heads=2, audio_attention_head_dim=4,
        audio_cross_attention_dim=8, num_layers=2, caption_channels=wide,
    )  # fmt: skip
    vocoder = LTX2Vocoder(
        in_channels=16, hidden_channels=32, upsample_kernel_sizes=[4, 4], upsample_factors=[2, 2],
        resnet_kernel_sizes=[3], resnet_dilations=[[1]],
    )  # fmt: skip
    return diffusers.LTX2Pipeline(
        scheduler=_flow(use_dynamic_shifting=True, base_shift=0.95, max_shift=2.05, shift_terminal=0.1),
        vae=vae,
        audio_vae=sound,
        text_encoder=transformers.Gemma3ForConditionalGeneration(config).eval(),
        tokenizer=_gemma_words(),
        connectors=connectors,
        transformer=transformer,
        vocoder=vocoder,
    )


def _qwen(kind: str) -> Any:
    import transformers

    text = {
        "vocab_size": 300, "hidden_size": _WIDE, "intermediate_size": 16, "num_hidden_layers": 3,
        "num_attention_heads": 2, "num_key_value_heads": 1, "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0},
        "max_position_embeddings": 4096,
    }  # fmt: skip
    if kind == "text":
        return transformers.Qwen2_5_VLTextModel(
            transformers.models.qwen2_5_vl.Qwen2_5_VLTextConfig(**text)
        ).eval()
    eyes = {"depth": 1, "hidden_size": 8, "intermediate_size": 8, "num_heads": 1, "out_hidden_size": _WIDE}
    config = transformers.Qwen2_5_VLConfig(text_config=text, vision_config=eyes)
    return transformers.Qwen2_5_VLForConditionalGeneration(config).eval()


def _hunyuan() -> Any:
    import diffusers
    import transformers

    vae = diffusers.AutoencoderKLHunyuanVideo15(
        latent_channels=4, block_out_channels=(8, 8, 8, 8, 8), layers_per_block=1
    )
    transformer = diffusers.HunyuanVideo15Transformer3DModel(
        in_channels=9, out_channels=4, num_attention_heads=2, attention_head_dim=16, num_layers=2,
        num_refiner_layers=1, text_embed_dim=_WIDE, text_embed_2_dim=_WIDE, image_embed_dim=8, rope_axes_dim=(4, 6, 6),
        task_type="t2v",
    )  # fmt: skip
    bytes_ = transformers.T5Config(vocab_size=384, d_model=_WIDE, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    return diffusers.HunyuanVideo15Pipeline(
        text_encoder=_qwen("text"),
        tokenizer=_qwen_words(),
        transformer=transformer,
        vae=vae,
        scheduler=_flow(shift=5.0),
        text_encoder_2=transformers.T5EncoderModel(bytes_).eval(),
        tokenizer_2=transformers.ByT5Tokenizer(),
        guider=diffusers.ClassifierFreeGuidance(guidance_scale=6.0),
    )


def _sana() -> Any:
    import diffusers
    import transformers

    text = transformers.Gemma2Config(
        vocab_size=300, hidden_size=_WIDE, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, head_dim=8,
    )  # fmt: skip
    transformer = diffusers.SanaVideoTransformer3DModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=12, num_layers=2,
        num_cross_attention_heads=2, cross_attention_head_dim=12, cross_attention_dim=24, caption_channels=_WIDE,
        sample_size=30,
    )  # fmt: skip
    scheduler = diffusers.DPMSolverMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=8.0
    )
    return diffusers.SanaVideoPipeline(
        tokenizer=_gemma_words(),
        text_encoder=transformers.Gemma2Model(text).eval(),
        vae=_wan_vae(),
        transformer=transformer,
        scheduler=scheduler,
    )


def _kandinsky() -> Any:
    import diffusers

    vae = diffusers.AutoencoderKLHunyuanVideo(
        latent_channels=4, block_out_channels=(8, 8, 8, 8), layers_per_block=1, norm_num_groups=4,
        mid_block_add_attention=False,
    )  # fmt: skip
    transformer = diffusers.Kandinsky5Transformer3DModel(
        in_visual_dim=4, out_visual_dim=4, in_text_dim=_WIDE, in_text_dim2=32, time_dim=16, model_dim=24, ff_dim=24,
        num_text_blocks=1, num_visual_blocks=2, axes_dims=(4, 4, 4), visual_cond=True,
    )  # fmt: skip
    _wake(transformer)
    return diffusers.Kandinsky5T2VPipeline(
        transformer=transformer,
        vae=vae,
        text_encoder=_qwen("whole"),
        tokenizer=_qwen_words(),
        text_encoder_2=_clip_text(),
        tokenizer_2=_clip_words(),
        scheduler=_flow(shift=5.0),
    )


def _wake(model: Any) -> None:
    """Parts that start at zero would hear nothing of the words."""
    import torch

    with torch.no_grad():
        for parameter in model.parameters():
            if not parameter.any():
                parameter.normal_(0, 0.1)


def _svd() -> Any:
    import diffusers
    import transformers

    eyes = transformers.CLIPVisionConfig(
        hidden_size=16, projection_dim=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        image_size=224, patch_size=112,
    )  # fmt: skip
    vae = diffusers.AutoencoderKLTemporalDecoder(
        block_out_channels=(32, 32, 32, 32), down_block_types=("DownEncoderBlock2D",) * 4, layers_per_block=1
    )
    return diffusers.StableVideoDiffusionPipeline(
        vae=vae,
        image_encoder=transformers.CLIPVisionModelWithProjection(eyes).eval(),
        unet=_svd_unet(),
        scheduler=diffusers.EulerDiscreteScheduler(
            prediction_type="v_prediction", timestep_type="continuous", use_karras_sigmas=True, sigma_min=0.002,
            sigma_max=700.0, timestep_spacing="leading", steps_offset=1, interpolation_type="linear",
        ),
        feature_extractor=transformers.CLIPImageProcessor(
            size={"shortest_edge": 224}, crop_size={"height": 224, "width": 224}
        ),
    )  # fmt: skip


def _svd_unet() -> Any:
    import diffusers

    return diffusers.UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 32, 32, 32), addition_time_embed_dim=8, projection_class_embeddings_input_dim=24,
        layers_per_block=1, cross_attention_dim=16, num_attention_heads=(2, 2, 2, 2), num_frames=4,
    )  # fmt: skip


BUILDERS: dict[str, Callable[..., Any]] = {
    "TextToVideoSDPipeline": _modelscope,
    "WanPipeline": _wan,
    "WanPipeline 2.2": _wan_ti2v,
    "WanVACEPipeline": _vace,
    "LTXPipeline": _ltx,
    "LTXPipeline 0.9.5": _ltx_later,
    "LTX2Pipeline": _ltx2,
    "CogVideoXPipeline": _cog,
    "CogVideoXImageToVideoPipeline": _cog_picture,
    "HunyuanVideo15Pipeline": _hunyuan,
    "SanaVideoPipeline": _sana,
    "Kandinsky5T2VPipeline": _kandinsky,
    "StableVideoDiffusionPipeline": _svd,
}
