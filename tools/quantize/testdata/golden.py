"""Writes the checkpoints in golden/ that the tests of tools/quantize convert, one for
every kind of input, and golden.json: what is in them.

    python3 golden.py

It needs PyTorch and numpy (Debian: python3-torch). Run again it writes the same bytes,
but for legacy.bin, nanogpt-2022.pt and module.pt, where PyTorch names things after their
addresses in memory, and on another processor for the momentum in nanogpt.pt and the last
bits of the logits.

The model is written as nanoGPT and minGPT write it, with PyTorch's own modules, and
saved by PyTorch; safetensors, for which Debian has no package, are written by hand.
golden.json has the weights as GGUF wants them, in float32, and for each checkpoint the
logits of the model that has its weights, in float64. Nothing here is derived from the
Go code.
"""

import argparse
import base64
import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import json
import math
import pathlib
import platform
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = 20190214
LAYERS, HEADS, WIDTH, CONTEXT, VOCABULARY, PADDED = 2, 2, 8, 6, 7, 12
IDS = [3, 0, 6, 5, 2, 1]
OUT = Path(__file__).parent / "golden"

ACTIVATIONS = {"gelu": F.gelu, "gelu_new": lambda x: F.gelu(x, approximate="tanh")}


class Attention(nn.Module):
    def __init__(self, bias, heads, divisor):
        super().__init__()
        self.heads, self.divisor = heads, divisor
        self.c_attn = nn.Linear(WIDTH, 3 * WIDTH, bias=bias)
        self.c_proj = nn.Linear(WIDTH, WIDTH, bias=bias)
        self.register_buffer("bias", torch.ones(CONTEXT, CONTEXT).tril().view(1, 1, CONTEXT, CONTEXT))

    def forward(self, x):
        t = x.shape[0]
        q, k, v = self.c_attn(x).view(t, 3, self.heads, WIDTH // self.heads).permute(1, 2, 0, 3)
        scores = q @ k.transpose(1, 2) / self.divisor
        p = scores.masked_fill(self.bias[0, :, :t, :t] == 0, -math.inf).softmax(-1)
        return self.c_proj((p @ v).transpose(0, 1).reshape(t, WIDTH))


class LayerNorm(nn.Module):
    def __init__(self, bias):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))
        self.bias = nn.Parameter(torch.zeros(WIDTH)) if bias else None

    def forward(self, x):
        return F.layer_norm(x, x.shape[-1:], self.weight, self.bias, 1e-5)


class MLP(nn.Module):
    def __init__(self, bias, activation):
        super().__init__()
        self.c_fc = nn.Linear(WIDTH, 4 * WIDTH, bias=bias)
        self.c_proj = nn.Linear(4 * WIDTH, WIDTH, bias=bias)
        self.activation = activation

    def forward(self, x):
        return self.c_proj(ACTIVATIONS[self.activation](self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, bias, activation, heads, divisor):
        super().__init__()
        self.ln_1 = LayerNorm(bias)
        self.attn = Attention(bias, heads, divisor)
        self.ln_2 = LayerNorm(bias)
        self.mlp = MLP(bias, activation)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    """by_root and by_layer say what attention scores are divided by, as transformers does
    for scale_attn_weights and scale_attn_by_inverse_layer_idx."""

    def __init__(self, bias=True, activation="gelu_new", tied=True, rows=VOCABULARY, layers=LAYERS, heads=HEADS, by_root=True, by_layer=False):
        super().__init__()
        divisor = lambda layer: (math.sqrt(WIDTH // heads) if by_root else 1) * (layer + 1 if by_layer else 1)
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(rows, WIDTH),
                "wpe": nn.Embedding(CONTEXT, WIDTH),
                "h": nn.ModuleList([Block(bias, activation, heads, divisor(layer)) for layer in range(layers)]),
                "ln_f": LayerNorm(bias),
            }
        )
        self.lm_head = nn.Linear(WIDTH, rows, bias=False)
        if tied:
            self.lm_head.weight = self.transformer.wte.weight
        self.load_state_dict({name: draw(name, value) for name, value in self.state_dict().items()})

    def forward(self, ids):
        t = self.transformer
        x = t.wte(torch.tensor(ids)) + t.wpe.weight[: len(ids)]
        for block in t.h:
            x = block(x)
        return self.lm_head(t.ln_f(x))


def draw(name, like):
    """The values of a tensor depend on its name alone: all models have the same weights."""
    if name.endswith(".attn.bias"):
        return like
    if name == "lm_head.weight" and like.shape[0] == PADDED:
        name = "transformer.wte.weight"
    rng = np.random.default_rng([SEED, *name.encode()])
    values = rng.standard_normal(tuple(like.shape))
    norm = ".ln_" in name and name.endswith("weight")
    return torch.tensor(1 + 0.3 * values if norm else 0.5 * values, dtype=torch.float32)


def tied_values(model):
    """Both names of a tied head have the values of the token table."""
    with torch.no_grad():
        model.transformer.wte.weight.copy_(draw("transformer.wte.weight", model.transformer.wte.weight))
    return model


def logits(model, dtype):
    """The logits of the model whose weights are those that the checkpoint has."""
    exact = {k: v.to(dtype).double() for k, v in model.state_dict().items()}
    double = model.double()
    double.load_state_dict(exact)
    with torch.no_grad():
        return double(IDS).flatten().tolist()


@dataclasses.dataclass
class GPTConfig:
    """That of build-nanogpt, without vocab_size: a size that is not there is no other one."""

    block_size: int = CONTEXT
    n_layer: int = LAYERS
    n_head: int = HEADS
    n_embd: int = WIDTH


class Kind(enum.Enum):
    SMALL = 1


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a, self.b = 1, [2]


class Dictionary(dict):
    pass


OBJECTS = {
    "config": GPTConfig(),
    "arguments": argparse.Namespace(lr=1e-3, out=pathlib.PurePosixPath("out")),
    "best_val_loss": np.float32(3.1),
    "array": np.arange(3),
    "seen": {1, 2},
    "frozen": frozenset((3, 4)),
    "when": datetime.datetime(2019, 2, 14),
    "price": decimal.Decimal("1.5"),
    "kind": Kind.SMALL,
    "slots": Slots(),
    "counts": collections.Counter("aab"),
    "default": collections.defaultdict(list, {"a": [1]}),
    "queue": collections.deque((1, 2), 3),
    "dictionary": Dictionary(a=1),
    "half": functools.partial(max, 1),
    "function": math.sqrt,
    "dtype": torch.float16,
    "device": torch.device("cpu"),
    "size": torch.Size((1, 2)),
    "bytes": b"\x00\xff",
    "complex": 1 + 2j,
    "range": range(3),
    "empty": torch.empty(0),
    "long": 1 << 70,
}

# The layouts.

MATRICES = ("attn.c_attn.weight", "attn.c_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight")


def huggingface(state):
    """Conv1D of transformers is [in, out]."""
    return OrderedDict((k, v.t().contiguous() if k.endswith(MATRICES) else v) for k, v in state.items())


def early_mingpt(state):
    """minGPT of 2020."""
    out = OrderedDict()
    for name, v in state.items():
        name = name.replace("transformer.", "").replace("wte.weight", "tok_emb.weight").replace("lm_head.", "head.")
        name = name.replace("ln_1", "ln1").replace("ln_2", "ln2").replace("mlp.c_fc", "mlp.0").replace("mlp.c_proj", "mlp.2")
        name = name.replace("attn.c_proj", "attn.proj").replace(".attn.bias", ".attn.mask")
        if name.startswith("h."):
            name = "blocks." + name[2:]
        if name == "wpe.weight":
            out["pos_emb"] = v[None].clone()
        elif "c_attn" in name:
            for part, third in zip(("query", "key", "value"), v.chunk(3)):
                out[name.replace("c_attn", part)] = third.clone()
        else:
            out[name] = v
    return out


# The files.

NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}


def save_safetensors(path, state, dtype):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, v in state.items():
        v = v.to(dtype).contiguous()
        raw = v.view(torch.int32 if dtype == torch.float32 else torch.int16).numpy().tobytes()
        header[name] = {"dtype": NAMES[dtype], "shape": list(v.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def cast(state, dtype):
    return OrderedDict((k, v.to(dtype)) for k, v in state.items())


def save_shards(stem, end, state, save):
    names = list(state)
    index = {}
    for i, part in enumerate((names[:11], names[11:])):
        file = f"{stem}-0000{i + 1}-of-00002.{end}"
        save(OUT / file, OrderedDict((k, state[k]) for k in part))
        index.update({k: file for k in part})
    text = json.dumps({"metadata": {"total_size": 0}, "weight_map": index}, indent=1)
    (OUT / f"{stem}.{end}.index.json").write_text(text + "\n")


def strided(state):
    """Tensors that are views: transposed, and next to each other in one storage."""
    out = OrderedDict()
    for k, v in state.items():
        out[k] = v.t().contiguous().t() if v.dim() == 2 else v
    joined = torch.cat([torch.zeros(3), state["transformer.ln_f.weight"], state["transformer.ln_f.bias"]])
    out["transformer.ln_f.weight"], out["transformer.ln_f.bias"] = joined[3 : 3 + WIDTH], joined[3 + WIDTH :]
    return out


def main():
    OUT.mkdir(exist_ok=True)
    cases = {}

    def case(file, model, dtype=torch.float32, **facts):
        facts["dtype"] = NAMES[dtype]
        facts["logits"] = logits(model, dtype)
        cases[file] = facts

    plain = lambda **options: tied_values(GPT(**options))
    without_head = lambda state: OrderedDict((k, v) for k, v in state.items() if k != "lm_head.weight")

    # transformers
    state = without_head(huggingface(plain().state_dict()))
    short = OrderedDict((k.replace("transformer.", ""), v) for k, v in state.items())
    save_safetensors(OUT / "f32.safetensors", short, torch.float32)
    case("f32.safetensors", plain())
    save_safetensors(OUT / "f16.safetensors", state, torch.float16)
    case("f16.safetensors", plain(), torch.float16)
    save_safetensors(OUT / "bf16.safetensors", state, torch.bfloat16)
    case("bf16.safetensors", plain(), torch.bfloat16)
    save_shards("model", "safetensors", state, lambda path, part: save_safetensors(path, part, torch.bfloat16))
    case("model.safetensors.index.json", plain(), torch.bfloat16)
    torch.save(state, OUT / "zip.bin")
    case("zip.bin", plain())
    torch.save(cast(state, torch.bfloat16), OUT / "bf16.bin")
    case("bf16.bin", plain(), torch.bfloat16)
    torch.save(cast(short, torch.float16), OUT / "legacy.bin", _use_new_zipfile_serialization=False)
    case("legacy.bin", plain(), torch.float16)
    save_shards("pytorch_model", "bin", cast(short, torch.float16), lambda path, part: torch.save(part, path))
    case("pytorch_model.bin.index.json", plain(), torch.float16)
    torch.save(strided(state), OUT / "strided.pt")
    case("strided.pt", plain())
    save_safetensors(OUT / "untied.safetensors", huggingface(GPT(tied=False).state_dict()), torch.float16)
    case("untied.safetensors", GPT(tied=False), torch.float16, untied=True)
    save_safetensors(OUT / "duplicated.safetensors", huggingface(plain().state_dict()), torch.float16)
    case("duplicated.safetensors", plain(), torch.float16)
    save_safetensors(OUT / "padded.safetensors", huggingface(plain(rows=PADDED).state_dict()), torch.float16)
    case("padded.safetensors", plain(rows=PADDED), torch.float16, rows=PADDED)

    # scores that are divided by something else; 3 layers and heads of 2, since factors of 3 and of the root of 2 are rounded
    scaled = []
    for by_root, by_layer in ((True, True), (False, False), (False, True)):
        model = plain(layers=3, heads=4, by_root=by_root, by_layer=by_layer)
        save_safetensors(OUT / "scaled.safetensors", without_head(huggingface(model.state_dict())), torch.float32)  # the same each time
        config = {"n_layer": 3, "n_head": 4, "scale_attn_weights": by_root, "scale_attn_by_inverse_layer_idx": by_layer}
        scaled.append({"config": config, "logits": logits(model, torch.float32)})

    # nanoGPT: train.py saves the optimizer too
    args = {"n_layer": LAYERS, "n_head": HEADS, "n_embd": WIDTH, "block_size": CONTEXT, "bias": False, "vocab_size": VOCABULARY, "dropout": 0.0}
    model = plain(bias=False, activation="gelu")
    optimizer = torch.optim.SGD([model.transformer.ln_f.weight], lr=0.1, momentum=0.9)
    model(IDS).sum().backward()
    before = OrderedDict((k, v.clone()) for k, v in model.state_dict().items())
    optimizer.step()
    torch.save(
        {
            "model": OrderedDict(("_orig_mod." + k, v) for k, v in before.items() if not k.endswith(".attn.bias")),
            "optimizer": optimizer.state_dict(),
            "model_args": args,
            "iter_num": 2000,
            "best_val_loss": torch.tensor(1.5),
            "config": {"out_dir": "out", "learning_rate": 6e-4, "betas": (0.9, 0.95), "compile": True},
        },
        OUT / "nanogpt.pt",
    )
    case("nanogpt.pt", plain(bias=False, activation="gelu"), bare=True, activation="gelu", biases=False)
    old = {k: v for k, v in args.items() if k != "bias"}
    torch.save({"model": plain().half().state_dict(), "model_args": old}, OUT / "nanogpt-2022.pt", _use_new_zipfile_serialization=False)
    case("nanogpt-2022.pt", plain(), torch.float16, bare=True)

    # objects of all kinds beside the state dict
    state = plain().state_dict()
    torch.save({"model": state, **OBJECTS}, OUT / "objects.pt")
    case("objects.pt", plain(), bare=True)
    torch.save({"model": cast(state, torch.float16), **OBJECTS, "keys": {b"x", 1}, "ordered": OrderedDict([(b"x", {b"y"}), (("a", 1), 2)])}, OUT / "objects-4.pt", pickle_protocol=4)
    case("objects-4.pt", plain(), torch.float16, bare=True)

    # minGPT: the state dict alone
    torch.save(GPT(tied=False).half().state_dict(), OUT / "mingpt.pt")
    case("mingpt.pt", GPT(tied=False), torch.float16, bare=True, heads=HEADS, untied=True)
    torch.save(early_mingpt(GPT(tied=False, activation="gelu").half().state_dict()), OUT / "mingpt-2020.pt")
    case("mingpt-2020.pt", GPT(tied=False, activation="gelu"), torch.float16, bare=True, heads=HEADS, untied=True, activation="gelu")

    # A file that needs a program to be run.
    torch.save(nn.Linear(2, 2), OUT / "module.pt")

    names = {
        "wte": "token_embd", "wpe": "position_embd", "ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output",
        "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down", "ln_f": "output_norm", "lm_head": "output",
    }  # fmt: skip
    tensors = {}
    for name, v in GPT(tied=False, rows=VOCABULARY).state_dict().items():
        if name.endswith(".attn.bias"):
            continue
        stem, kind = name.replace("transformer.", "").rsplit(".", 1)
        layer = ""
        if stem.startswith("h."):
            _, n, stem = stem.split(".", 2)
            layer = f"blk.{n}."
        tensors[f"{layer}{names[stem]}.{kind}"] = {"shape": list(v.shape), "f32": base64.b64encode(v.numpy().tobytes()).decode()}
    rows = plain(rows=PADDED).transformer.wte.weight.detach()
    tensors["padded token_embd.weight"] = {"shape": list(rows.shape), "f32": base64.b64encode(rows.numpy().tobytes()).decode()}
    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__, "seed": SEED}
    sizes = {"n_layer": LAYERS, "n_head": HEADS, "n_embd": WIDTH, "n_positions": CONTEXT, "vocab_size": VOCABULARY}
    golden = {"versions": versions, "config": sizes, "ids": IDS, "tensors": tensors, "cases": cases, "scaled": scaled}
    (OUT / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


main()
