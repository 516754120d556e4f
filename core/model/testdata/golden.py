"""Writes the golden values that the tests of core/model compare with.

    python3 golden.py                                # base.gguf and *.safetensors
    python3 golden.py --checkpoint DIR --name NAME   # NAME.json, from the Hugging Face directory of a model of models/

It needs PyTorch and numpy (Debian: python3-torch). Run again it writes the same bytes.

The model is written from Radford et al. 2019 (GPT-2) and Vaswani et al. 2017 with
PyTorch's own operators, and runs in float64 on weights that are exact in float32,
so that a value's error is the engine's own. Nothing here is derived from the Go code.

base.gguf holds every tensor that a variant can need, in float32. Each variant's
file names the variant and holds one tensor per tensor of a stage event, called
LAYER/STAGE/TENSOR inside the layers and STAGE/TENSOR outside.
"""

import argparse
import json
import math
import platform
import re
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

SEED = 20170616
LAYERS, HEADS, EMBEDDING, CONTEXT, VOCABULARY, FEED_FORWARD = 2, 4, 32, 24, 96, 128
EPSILON = 1e-5
PROMPT, GREEDY = 12, 12  # tokens read, then generated: together the whole context
HERE = Path(__file__).parent

# Each value of each choice at least twice.
VARIANTS = [
    {"activation": "gelu_new", "position": "learned", "tied": True, "bias": True},  # GPT-2
    {"activation": "gelu_new", "position": "sinusoidal", "tied": False, "bias": True},
    {"activation": "gelu", "position": "learned", "tied": False, "bias": True},
    {"activation": "gelu", "position": "sinusoidal", "tied": True, "bias": True},
    {"activation": "relu", "position": "learned", "tied": True, "bias": True},
    {"activation": "relu", "position": "sinusoidal", "tied": False, "bias": True},
    {"activation": "gelu_new", "position": "learned", "tied": True, "bias": False},  # nanoGPT's bias=False
]

VERSIONS = {
    "python": platform.python_version(),
    "torch": torch.__version__,
    "numpy": np.__version__,
    "seed": str(SEED),
}


# The model.


def sinusoids(positions, width):
    """Vaswani et al. 2017, section 3.5: sine in even columns, cosine in odd ones."""
    angle = torch.arange(positions).double()[:, None] / 10000 ** (torch.arange(0, width, 2).double() / width)
    return torch.stack([angle.sin(), angle.cos()], dim=2).reshape(positions, width)


ACTIVATIONS = {
    "gelu_new": lambda x: F.gelu(x, approximate="tanh"),
    "gelu": F.gelu,
    "relu": F.relu,
}


def forward(weights, config, ids):
    """Runs the ids at once and returns {name: tensor} in execution order."""
    out = {}
    w = lambda name: weights.get(name)
    linear = lambda x, name: F.linear(x, w(name + ".weight"), w(name + ".bias"))

    def norm(x, name, stage):
        scale, shift = w(name + ".weight"), w(name + ".bias")
        y = F.layer_norm(x, x.shape[-1:], scale, shift, config["epsilon"])
        out[stage + "/mean"] = x.mean(-1)
        out[stage + "/variance"] = x.var(-1, unbiased=False)
        out[stage + "/scale"] = scale
        if shift is not None:
            out[stage + "/shift"] = shift
        out[stage + "/result"] = y
        return y

    wte = w("token_embd.weight")
    t, h, c = len(ids), config["heads"], wte.shape[1]
    causal = torch.ones(t, t, dtype=torch.bool).tril()

    out["embed/rows"] = wte[ids]
    wpe = sinusoids(t, c) if config["position"] == "sinusoidal" else w("position_embd.weight")[:t]
    out["position/table"] = wpe
    x = out["position/sum"] = wte[ids] + wpe
    for i in range(config["layers"]):
        name, at = f"blk.{i}.", f"{i}/"
        y = norm(x, name + "attn_norm", at + "ln1")
        qkv = out[at + "attention.qkv/qkv"] = linear(y, name + "attn_qkv").reshape(t, 3, h, c // h)
        q, k, v = qkv.permute(1, 2, 0, 3)  # each [H, T, D]
        raw = q @ k.transpose(1, 2)
        scaled = raw / math.sqrt(c // h)
        p = F.softmax(scaled.masked_fill(~causal, -math.inf), dim=-1)
        out[at + "attention.scores/scores"] = raw * causal
        out[at + "attention.scale/scaled"] = scaled * causal
        out[at + "attention.mask/weights"] = p
        mix = out[at + "attention.mix/mix"] = (p @ v).transpose(0, 1)  # [T, H, D]
        y = out[at + "attention.mix/output"] = linear(mix.reshape(t, c), name + "attn_output")
        x = out[at + "residual1/sum"] = x + y
        y = norm(x, name + "ffn_norm", at + "ln2")
        y = out[at + "mlp/hidden"] = linear(y, name + "ffn_up")
        y = out[at + "mlp/activated"] = ACTIVATIONS[config["activation"]](y)
        y = out[at + "mlp/output"] = linear(y, name + "ffn_down")
        x = out[at + "residual2/sum"] = x + y
    y = norm(x, "output_norm", "final")
    out["head/logits"] = y @ (wte if config["tied"] else w("output.weight")).T
    return out


def greedy(weights, config, ids, count):
    """Returns the ids that follow, and by how much each one's logit leads the second best."""
    ids, start, leads = list(ids), len(ids), []
    for _ in range(count):
        top = forward(weights, config, ids)["head/logits"][-1].topk(2)
        leads.append((top.values[0] - top.values[1]).item())
        ids.append(top.indices[0].item())
    return ids[start:], leads


# The tiny model.


def draw_weights(rng):
    """Every tensor is random, biases and norms too: a term left out or misplaced shows."""
    c, f = EMBEDDING, FEED_FORWARD
    normal = lambda mean, deviation, *shape: (mean + deviation * rng.standard_normal(shape)).astype(np.float32)
    weights = {
        "token_embd.weight": normal(0, 0.3, VOCABULARY, c),
        "position_embd.weight": normal(0, 0.6, CONTEXT, c),
        "output_norm.weight": normal(1, 0.3, c),
        "output_norm.bias": normal(0, 0.3, c),
        "output.weight": normal(0, 0.7, VOCABULARY, c),
    }
    for i in range(LAYERS):
        for name, rows, cols in [
            ("attn_qkv", 3 * c, c),
            ("attn_output", c, c),
            ("ffn_up", f, c),
            ("ffn_down", c, f),
        ]:
            weights[f"blk.{i}.{name}.weight"] = normal(0, 1.5 / math.sqrt(cols), rows, cols)
            weights[f"blk.{i}.{name}.bias"] = normal(0, 0.3, rows)
        for name in ["attn_norm", "ffn_norm"]:
            weights[f"blk.{i}.{name}.weight"] = normal(1, 0.3, c)
            weights[f"blk.{i}.{name}.bias"] = normal(0, 0.3, c)
    return weights


def write_gguf(path, metadata, tensors):
    """GGUF v3 as its specification says; dimensions run from the last to the first."""
    text = lambda s: struct.pack("<Q", len(s.encode())) + s.encode()

    def value(v):
        if isinstance(v, str):
            return struct.pack("<I", 8) + text(v)  # STRING
        if isinstance(v, float):
            return struct.pack("<If", 6, v)  # FLOAT32
        return struct.pack("<II", 4, v)  # UINT32

    pad = lambda data: data + bytes(-len(data) % 32)  # the default general.alignment
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for key, v in metadata.items():
        head += text(key) + value(v)
    data = b""
    for name, a in tensors.items():
        head += text(name) + struct.pack("<I", a.ndim)
        head += struct.pack(f"<{a.ndim}Q", *reversed(a.shape)) + struct.pack("<IQ", 0, len(data))
        data += pad(a.astype("<f4").tobytes())
    path.write_bytes(pad(head) + data)


def write_safetensors(path, metadata, tensors):
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in tensors.items():
        raw = tensor.contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    head = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(head)) + head + data)


def write_tiny():
    rng = np.random.default_rng(SEED)
    base = draw_weights(rng)
    ids = rng.integers(0, VOCABULARY, PROMPT).tolist()
    write_gguf(
        HERE / "base.gguf",
        {
            "general.architecture": "gpt2",
            "general.name": "golden",
            "general.description": "random weights: " + ", ".join(f"{k} {v}" for k, v in VERSIONS.items()),
            "gpt2.context_length": CONTEXT,
            "gpt2.embedding_length": EMBEDDING,
            "gpt2.feed_forward_length": FEED_FORWARD,
            "gpt2.block_count": LAYERS,
            "gpt2.attention.head_count": HEADS,
            "gpt2.attention.layer_norm_epsilon": EPSILON,
        },
        base,
    )
    for variant in VARIANTS:
        config = {"layers": LAYERS, "heads": HEADS, "epsilon": EPSILON, **variant}
        weights = {
            name: torch.from_numpy(a).double()
            for name, a in base.items()
            if variant["bias"] or not name.endswith(".bias")
        }
        tensors = forward(weights, config, ids)
        more, leads = greedy(weights, config, ids, GREEDY)
        assert min(leads) > 1e-2, f"{variant}: a near tie ({min(leads)}) proves nothing; take another seed"
        assert len(set(more)) > 1, f"{variant}: {more} repeats itself; take another seed"
        name = "-".join(
            [variant["activation"], variant["position"], "tied" if variant["tied"] else "untied"]
            + ([] if variant["bias"] else ["nobias"])
        )
        about = {k: json.dumps(v) for k, v in {**variant, "ids": ids, "greedy": more}.items()}
        write_safetensors(HERE / f"{name}.safetensors", {**VERSIONS, **about}, tensors)
        print(f"{name}: greedy {more}, smallest lead {min(leads):.3f}")


# The default model.


def read_checkpoint(folder):
    """Returns the float32 weights of a Hugging Face GPT-2 directory under GGUF's names, and its config."""
    raw = (folder / "model.safetensors").read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    config = json.loads((folder / "config.json").read_text())
    names = {"wte": "token_embd", "wpe": "position_embd", "ln_f": "output_norm"}
    inside = {
        "ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output",
        "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
    }
    weights = {}
    for name, info in json.loads(raw[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        assert info["dtype"] == "F32", (name, info)
        a, b = info["data_offsets"]
        tensor = torch.from_numpy(np.frombuffer(raw[8 + size + a : 8 + size + b], "<f4").reshape(info["shape"]).copy())
        stem, kind = name.rsplit(".", 1)
        if block := re.fullmatch(r"h\.(\d+)\.(.+)", stem):
            stem = f"blk.{block[1]}.{inside[block[2]]}"
            if tensor.ndim == 2:
                tensor = tensor.T.contiguous()  # Conv1D holds [in, out]
        else:
            stem = names[stem]
        weights[f"{stem}.{kind}"] = tensor
    return weights, config


def encode(folder, text):
    """Byte-pair encoding of plain English: words and single marks, each with its space."""
    vocabulary = json.loads((folder / "vocab.json").read_text())
    merges = (folder / "merges.txt").read_text().splitlines()
    rank = {tuple(line.split()): i for i, line in enumerate(m for m in merges if not m.startswith("#version"))}
    ids = []
    for word in re.findall(r" ?[A-Za-z]+| ?[^\sA-Za-z]", text):
        parts = list(word.replace(" ", "\u0120"))  # GPT-2 writes a space as U+0120
        while len(parts) > 1:
            best = min(range(len(parts) - 1), key=lambda i: rank.get((parts[i], parts[i + 1]), math.inf))
            if (parts[best], parts[best + 1]) not in rank:
                break
            parts[best : best + 2] = [parts[best] + parts[best + 1]]
        ids += [vocabulary[p] for p in parts]
    return ids


def write_published(folder, name):
    weights, source = read_checkpoint(folder)
    config = {
        "layers": source["n_layer"], "heads": source["n_head"], "epsilon": source["layer_norm_epsilon"],
        "activation": source["activation_function"], "position": "learned", "tied": source["tie_word_embeddings"],
    }
    cases = []
    for prompt in ["What is the capital of France?", "Once upon a time there was a little girl who"]:
        ids = encode(folder, prompt)
        logits = forward(weights, config, ids)["head/logits"][-1]
        more, leads = greedy(weights, config, ids, 20)
        print(f"{prompt} {ids} -> {more}, smallest lead {min(leads):.3f}")
        cases.append({
            "prompt": prompt,
            "ids": ids,
            "greedy": more,
            "leads": [round(lead, 4) for lead in leads],
            "deviation": round(logits.std().item(), 5),
            "logits": [round(v, 4) for v in logits.tolist()],
        })
    about = {k: v for k, v in VERSIONS.items() if k != "seed"}
    text = json.dumps({"versions": about, "arithmetic": "float32", "cases": cases})
    (HERE / f"{name}.json").write_text(text.replace('{"prompt"', '\n{"prompt"') + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, help="a Hugging Face GPT-2 directory")
    parser.add_argument("--name", help="how models/manifest.json calls it")
    arguments = parser.parse_args()
    if bool(arguments.checkpoint) != bool(arguments.name):
        parser.error("--checkpoint and --name go together")
    torch.set_num_threads(1)
    with torch.no_grad():
        write_published(arguments.checkpoint, arguments.name) if arguments.checkpoint else write_tiny()
