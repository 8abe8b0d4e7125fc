"""How much of a prompt a model reads: its text encoder takes so many tokens, and the rest is cut off unseen."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from storyboard.errors import GeneratorError
from storyboard.generators import models
from storyboard.project import CARD, SKETCH

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST_BYTES: Final = 64 << 20
"""Of a vocabulary; a larger file is none."""
MOST_TOKENS: Final = 100_000
"""A limit above this is a tokenizer's way of saying that it has none."""
_CLIP: Final = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
"""What CLIP takes for a word (OpenAI's CLIP, simple_tokenizer.py)."""
_T5_ENDS: Final = 1
"""The token that T5 puts after a text."""
_CLIP_ENDS: Final = 2
"""The tokens that CLIP puts before and after a text."""


class Reading(NamedTuple):
    """What a model reads of a prompt."""

    tokens: int
    most: int
    """Tokens that it takes; 0 where that is not known."""
    unread: str = ""
    """The part of the prompt that it does not read."""

    @property
    def sentence(self) -> str:
        """The same in words."""
        if not self.most:
            return f"{self.tokens} tokens; the model does not say how many it reads"
        if not self.unread:
            return f"{self.tokens} of the {self.most} tokens that the model reads"
        return f"{self.tokens} tokens, and the model reads {self.most}: it does not read {self.unread!r}"


def reading(prompt: str, model: str, base: Path | None = None) -> Reading | None:
    """What `model` reads of `prompt`; None where it is not here or does not tell, and for what is drawn. `base` is
    the folder that a relative model folder starts from. Loads no weights."""
    if model in (SKETCH, CARD):
        return None
    try:
        there = models.find(model, base)
        tokenizer, most = _tokenizer(there.files.folder / "tokenizer", there.facts.pipeline.words)
    except (GeneratorError, ImportError, OSError, ValueError):
        return None
    found = tokenizer.encode(prompt, add_special_tokens=False)
    over = most and len(found.ids) > most
    return Reading(len(found.ids), most, prompt[found.offsets[most][0] :].strip() if over else "")


@lru_cache(4)
def _tokenizer(folder: Path, words: int = 0) -> tuple[Tokenizer, int]:
    """A model's tokenizer, and how many tokens of a text its encoder takes: `words`, or where that is 0 what the
    tokenizer says (0 where it does not)."""
    from tokenizers import Tokenizer

    whole = folder / "tokenizer.json"
    if whole.is_file():
        text = _text(whole)
        try:
            made = Tokenizer.from_str(text)
        except Exception as error:  # the library raises nothing narrower
            raise ValueError(f"{whole} is no tokenizer's file ({error})") from error
        made.no_truncation()
        made.no_padding()
        ends = made.num_special_tokens_to_add(False)
    elif (folder / "spiece.model").is_file():
        made, ends = _pieces(folder / "spiece.model"), _T5_ENDS
    else:
        made, ends = _clip(folder), _CLIP_ENDS
    if words:
        return made, words - ends
    said = json.loads(_text(folder / "tokenizer_config.json")).get("model_max_length")
    known = isinstance(said, int) and ends < said <= MOST_TOKENS
    return made, said - ends if known else 0


def _clip(folder: Path) -> Tokenizer:
    """CLIP's tokenizer, which older models ship as a vocabulary and a list of merges."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    vocabulary = json.loads(_text(folder / "vocab.json"))
    lines = _text(folder / "merges.txt").splitlines()
    pairs = (line.partition(" ") for line in lines if line.count(" ") == 1 and not line.startswith("#"))
    merges = [(left, right) for left, _, right in pairs]
    made = Tokenizer(models.BPE(vocabulary, merges, end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
    made.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    words = pre_tokenizers.Split(Regex(_CLIP), behavior="removed", invert=True)
    made.pre_tokenizer = pre_tokenizers.Sequence([words, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return made


def _pieces(path: Path) -> Tokenizer:
    """T5's tokenizer, which is published as a SentencePiece model alone."""
    import sentencepiece
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path} is too large to be a tokenizer's")
    said = sentencepiece.SentencePieceProcessor(model_file=str(path))
    vocabulary = [(said.id_to_piece(i), said.get_score(i)) for i in range(said.get_piece_size())]
    made = Tokenizer(models.Unigram(vocabulary, unk_id=said.unk_id()))
    made.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    return made


def _text(path: Path) -> str:
    """Raises `ValueError` for a file that is too large, `OSError` for one that is not there."""
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path} is too large to be a tokenizer's")
    return path.read_text("utf-8")
