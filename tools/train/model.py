"""GPT-2 in PyTorch: the shapes that can be trained, and their Hugging Face layout.

Source: Radford et al. 2019; names and order of operations as in block() of
openai/gpt-2 src/model.py. relu and sinusoidal are the original Transformer's
choices (Vaswani et al. 2017, sections 3.3 and 3.5).
"""
import json
import math
import os
import shutil
import struct
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass(frozen=True)
class Shape:
    layers: int
    heads: int
    width: int
    context: int
    vocabulary: int = 8192
    activation: str = "gelu_new"
    position: str = "learned"


SHAPES = {
    "tiny": Shape(layers=6, heads=6, width=192, context=256),
    "small": Shape(layers=6, heads=12, width=384, context=512),
    # For lessons, at most 1 MB as Q8_0 each.
    "original": Shape(layers=2, heads=4, width=96, context=128, vocabulary=4096, activation="relu", position="sinusoidal"),
    "single": Shape(layers=1, heads=1, width=96, context=128, vocabulary=4096),
    # For tests.
    "test": Shape(layers=2, heads=2, width=32, context=32, vocabulary=300),
}
ACTIVATIONS = {"gelu_new": lambda x: F.gelu(x, approximate="tanh"), "relu": F.relu}


def sinusoids(context, width):
    """[T, C]: sines in even columns, cosines in odd ones, wavelengths from 2 pi to 10000 * 2 pi."""
    angle = torch.arange(context)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.activation = ACTIVATIONS[shape.activation]
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.c_fc, self.m_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, mask):
        """x is [B, T, C], mask [T, T] with -inf above the diagonal."""
        B, T, C = x.shape
        q, k, v = self.c_attn(self.ln_1(x)).view(B, T, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        if hasattr(F, "scaled_dot_product_attention"):
            mix = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            q, k, v = (t.reshape(B * self.heads, T, -1) for t in (q, k, v))
            scores = torch.baddbmm(mask.expand(len(q), T, T), q, k.transpose(1, 2), alpha=(C // self.heads) ** -0.5)
            mix = (scores.softmax(-1) @ v).view(B, self.heads, T, -1)
        x = x + self.c_proj(mix.transpose(1, 2).reshape(B, T, C))
        return x + self.m_proj(self.activation(self.c_fc(self.ln_2(x))))


class GPT(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.wte = nn.Embedding(shape.vocabulary, shape.width)
        if shape.position == "learned":
            self.wpe = nn.Embedding(shape.context, shape.width).weight
        else:
            self.register_buffer("wpe", sinusoids(shape.context, shape.width))
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.ln_f = nn.LayerNorm(shape.width)
        self.register_buffer("mask", torch.full((shape.context, shape.context), -math.inf).triu(1), persistent=False)
        for name, p in self.named_parameters():  # GPT-2's: 0.02, projections into the residual stream smaller by sqrt(2 L)
            if p.dim() > 1:
                nn.init.normal_(p, 0, 0.02 / (math.sqrt(2 * shape.layers) if "proj" in name else 1))
            elif name.endswith("bias"):
                nn.init.zeros_(p)

        if shape.position == "sinusoidal":  # the words must be heard beside the sinusoids, which are as large as 1
            nn.init.normal_(self.wte.weight, 0, 0.5)
            nn.init.constant_(self.ln_f.weight, 2 / math.sqrt(shape.width))  # for the first logits to be near 1

    def forward(self, ids, targets=None):
        """Logits [B, T, V] of ids [B, T]; with targets [B, T], the mean loss in nats."""
        T = ids.shape[1]
        x = self.wte(ids) + self.wpe[:T]
        for block in self.blocks:
            x = block(x, self.mask[:T, :T])
        logits = self.ln_f(x) @ self.wte.weight.T
        if targets is None:
            return logits
        return F.cross_entropy(logits.float().view(-1, logits.shape[-1]), targets.reshape(-1))


def tensors(model):
    """name in Hugging Face's layout -> (parameter, whether it is stored as [in, out])."""
    out = {"wte.weight": (model.wte.weight, False), "wpe.weight": (model.wpe, False)}
    for i, b in enumerate(model.blocks):
        layers = {"ln_1": b.ln_1, "attn.c_attn": b.c_attn, "attn.c_proj": b.c_proj, "ln_2": b.ln_2, "mlp.c_fc": b.c_fc, "mlp.c_proj": b.m_proj}
        for name, layer in layers.items():
            out[f"h.{i}.{name}.weight"] = (layer.weight, layer.weight.dim() == 2)
            out[f"h.{i}.{name}.bias"] = (layer.bias, False)
    out["ln_f.weight"], out["ln_f.bias"] = (model.ln_f.weight, False), (model.ln_f.bias, False)
    return out


def tiled(value, rows, columns, times):
    """value [m, n] or [m] repeated: rows and columns say along which, and columns, which are summed over, are divided."""
    if value.dim() == 1:
        return value.repeat(times)
    value = value.repeat(times if rows else 1, times if columns else 1)
    return value / times if rows and columns else value


def grow(model, folder, noise=0.02):
    """Takes the weights of a narrower model in a Hugging Face directory, so that this one computes the same (Chen et al. 2016, Net2Net).

    Channels, heads and hidden units are repeated; noise, as a share of a matrix's spread, lets them part.
    """
    with open(os.path.join(folder, "config.json")) as f:
        config = json.load(f)
    shape = model.shape
    times, rest = divmod(shape.width, config["n_embd"])
    if rest or (config["n_layer"], config["vocab_size"], config["n_head"] * times) != (shape.layers, shape.vocabulary, shape.heads) or config["n_positions"] > shape.context:
        raise SystemExit(f"train: {folder} does not grow into this shape: it needs as many layers and words, a width and heads that are a multiple, and no longer context")
    old = GPT(replace(shape, width=config["n_embd"], heads=config["n_head"], context=config["n_positions"]))
    load(old, folder)
    with torch.no_grad():
        for (name, (to, _)), (_, (value, _)) in zip(tensors(model).items(), tensors(old).items()):
            if name in ("wte.weight", "wpe.weight"):
                value = tiled(value, False, True, times)
            elif "c_attn" in name:  # query, key and value, one below the other
                value = torch.cat([tiled(part, True, True, times) for part in value.chunk(3)])
            else:
                value = tiled(value, True, True, times)
            if name.startswith("ln_f"):
                value = value / times  # the head sums over all copies
            if name == "wpe.weight":  # places that the old one does not have look like those of its second half
                half = len(value) // 2
                value = torch.cat([value] + [value[half:]] * -(-(shape.context - len(value)) // half))[: shape.context]
            to.copy_(value + noise * value.std() * torch.randn_like(value) if value.dim() == 2 else value)


def load(model, folder):
    """Takes the weights of a Hugging Face directory, float32 or float16."""
    with open(os.path.join(folder, "model.safetensors"), "rb") as f:
        raw = f.read()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size])
    with torch.no_grad():
        for name, (parameter, transposed) in tensors(model).items():
            info = header[name]
            start, end = info["data_offsets"]
            kind = {"F32": "<f4", "F16": "<f2"}[info["dtype"]]
            value = torch.from_numpy(np.frombuffer(raw[8 + size + start : 8 + size + end], kind).reshape(info["shape"]).astype(np.float32))
            parameter.copy_(value.T if transposed else value)


def export(model, folder, vocabulary, half=False):
    """Writes a Hugging Face directory; vocabulary is the folder of vocab.json and merges.txt.

    Sinusoidal positions are written as the table they are: the layout has no other place for them.
    """
    header, parts, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, (parameter, transposed) in tensors(model).items():
        value = (parameter.T if transposed else parameter).detach().float().cpu().contiguous().numpy()
        if half:
            value = value.astype(np.float16)
        header[name] = {"dtype": "F16" if half else "F32", "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
        parts.append(value.tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "model.safetensors"), "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        f.writelines(parts)
    shape = model.shape
    config = {
        "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": shape.vocabulary,
        "n_positions": shape.context, "n_ctx": shape.context, "n_embd": shape.width, "n_layer": shape.layers, "n_head": shape.heads,
        "activation_function": shape.activation, "layer_norm_epsilon": 1e-5,
        "bos_token_id": shape.vocabulary - 1, "eos_token_id": shape.vocabulary - 1, "tie_word_embeddings": True,
    }
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump(config, f, indent=1)
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(os.path.join(vocabulary, name), folder)


def describe(shape):
    return asdict(shape)
