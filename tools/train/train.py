"""Trains a GPT-2 on the tokens that prepare.py writes (PyTorch 1.13 or newer, CPU or CUDA).

    python3 train.py --data DIR --out DIR --size tiny --tokens 150e6

DIR/checkpoint.pt is written every ten minutes and at the end; the same command
goes on from it, to the bit: a step depends on the weights, the optimizer's state,
the seed and the tokens before it alone, and on a CPU on --threads. The learning rate
rises, stays, and falls over the last fifth of --tokens, or another share, --fall. Until
that begins, --tokens may be raised: the run goes on as if it had been asked for so many
at first. --branch lets another run, in an --out of its own, go on from a checkpoint: with
--tokens 1.25 times what that has read, the rate falls at once, and there is a finished model.
"""
import argparse
import contextlib
import functools
import json
import os
import signal
import time

import numpy as np
import torch

import model as gpt
import native


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--data", required=True, help="the folder that prepare.py has written")
    p.add_argument("--out", required=True, help="folder of checkpoint.pt and of the model")
    p.add_argument("--size", default="tiny", choices=sorted(gpt.SHAPES))
    p.add_argument("--tokens", type=float, default=150e6, help="to train on in all")
    p.add_argument("--batch", type=int, default=8192, help="tokens a step (default 8192)")
    p.add_argument("--rate", type=float, default=1e-3, help="the highest learning rate")
    p.add_argument("--warm", type=float, default=200, help="the steps over which the rate rises")
    p.add_argument("--whole", action="store_true", help="read texts of the whole context from the start")
    p.add_argument("--fall", type=float, default=0.2, help="the share of --tokens over which the rate falls")
    p.add_argument("--seed", type=int, default=1)
    start = p.add_mutually_exclusive_group()
    start.add_argument("--init", help="a Hugging Face directory to take the first weights from")
    start.add_argument("--grow", help="a Hugging Face directory of a narrower model to begin from")
    p.add_argument("--minutes", type=float, default=0, help="stop after so many, to go on later")
    p.add_argument("--every", type=float, default=10, help="minutes between checkpoints")
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--plain", action="store_true", help="leave the step to PyTorch on a CPU, too")
    p.add_argument("--branch", help="a checkpoint.pt of another run to go on from, where --out has none")
    p.add_argument("--export", metavar="DIR", help="only write the model of the checkpoint, into this folder")
    p.add_argument("--half", action="store_true", help="write the model in float16")
    a = p.parse_args()
    if not (0 < a.fall <= 1 and a.warm > 0):
        p.error("--fall is a share, above 0 and at most 1, and --warm a number of steps above 0")
    return a


def rate_at(done, a, warm):
    """The learning rate after `done` tokens: up over `warm`, flat, down to a fiftieth over the last a.fall of all."""
    falling = min(1, (a.tokens - done) / (a.fall * a.tokens))
    return a.rate * min(1, (done + a.batch) / warm) * (0.02 + 0.98 * max(0, falling))


@functools.lru_cache(maxsize=2)
def passage(count, length, seed, number):
    """The order in which pass `number` over the data reads `count` windows, and where the first of them begins."""
    rng = np.random.default_rng([seed, length, number])
    return rng.permutation(count), rng.integers(0, length)


def batch(data, size, length, seed, done):
    """The `size` tokens of `data` that follow `done` ones, in windows of `length`. Returns ids and targets, [B, T].

    A pass reads every window once, in an order of its own; both depend on the arguments alone.
    """
    count = (len(data) - 1) // length - 1  # a pass begins anywhere in the first window
    windows = np.arange(size // length) + done // length
    places = np.empty_like(windows)
    for number in np.unique(windows // count):
        order, first = passage(count, length, seed, int(number))
        here = windows // count == number
        places[here] = first + length * order[windows[here] % count]
    rows = torch.from_numpy(data[places[:, None] + np.arange(length + 1)].astype(np.int64))
    return rows[:, :-1], rows[:, 1:]


def save(path, state):
    with open(path + ".new", "wb") as f:
        torch.save(state, f)
        f.flush()
        os.fsync(f.fileno())
    os.replace(path + ".new", path)  # whole, or not there


def main():
    a = arguments()
    cuda = torch.cuda.is_available()
    device = "cuda" if cuda else "cpu"
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    shape = gpt.SHAPES[a.size]
    with open(os.path.join(a.data, "about.json")) as f:
        about = json.load(f)
    if about["vocabulary"] != shape.vocabulary:
        raise SystemExit(f"train: {a.data} has a vocabulary of {about['vocabulary']} tokens, {a.size} wants {shape.vocabulary}: prepare it with --vocabulary {shape.vocabulary}")
    data = np.memmap(os.path.join(a.data, "train.bin"), np.uint16, "r")
    held = np.memmap(os.path.join(a.data, "held.bin"), np.uint16, "r")

    net = gpt.GPT(shape).to(device)
    matrices = [p for p in net.parameters() if p.dim() > 1]
    others = [p for p in net.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
        lr=a.rate, betas=(0.9, 0.98), **({"fused": True} if cuda else {}),
    )
    checkpoint = os.path.join(a.out, "checkpoint.pt")
    step = done = seen = 0
    source = checkpoint if os.path.exists(checkpoint) or not a.branch else a.branch
    if os.path.exists(source):
        state = torch.load(source, map_location=device)
        if state["shape"] != gpt.describe(shape):
            raise SystemExit(f"train: {source} has the shape {state['shape']}: choose its --size, or another --out")
        net.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, done, seen = state["step"], state["done"], state["seconds"]
        print(f"goes on after step {step}, {done / 1e6:.1f} M tokens", flush=True)
    elif a.export or a.branch:
        raise SystemExit(f"train: there is no {source} to go on from: train first")
    elif a.init:
        gpt.load(net, a.init)
    elif a.grow:
        gpt.grow(net, a.grow)
    if a.export:
        gpt.export(net, a.export, a.data, a.half)
        return

    os.makedirs(a.out, exist_ok=True)
    precision = (lambda: torch.autocast("cuda", torch.bfloat16)) if cuda else contextlib.nullcontext
    library = None if cuda or a.plain or not native.fits(shape) else native.compile()
    if library:
        gradients = native.Step(library, net, a.threads)
    else:
        run = torch.compile(net) if cuda and hasattr(torch, "compile") else net

        def gradients(ids, targets):
            optimizer.zero_grad(set_to_none=True)
            with precision():
                loss = run(ids.to(device), targets.to(device))
            loss.backward()
            return loss.detach()

    print(f"{a.size}: {sum(p.numel() for p in net.parameters()):,} parameters, {len(data) / 1e6:.1f} M tokens of text, on {device} by {'step.c' if library else 'PyTorch'}", flush=True)

    def keep():
        save(checkpoint, {
            "model": net.state_dict(), "optimizer": optimizer.state_dict(), "shape": gpt.describe(shape),
            "step": step, "done": done, "seconds": seen,
        })

    def held_out():
        with torch.no_grad(), precision():
            losses = [net(*(t.to(device) for t in batch(held, 4 * shape.context, shape.context, 0, i * 4 * shape.context))) for i in range(16)]
        return torch.stack(losses).mean().item()

    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    signal.signal(signal.SIGINT, lambda *_: stopped.append(True))
    warm = a.warm * a.batch
    mean = None
    begun = last = saved = shown = time.monotonic()
    first = done
    while done < a.tokens and not stopped and not (a.minutes and last - begun > 60 * a.minutes):
        rate = rate_at(done, a, warm)
        for group in optimizer.param_groups:
            group["lr"] = rate
        # Half the context is enough for most of what there is to learn, and cheaper; the end learns the rest.
        length = shape.context if a.whole or done >= 0.8 * a.tokens else shape.context // 2
        ids, targets = batch(data, a.batch, length, a.seed, done)
        loss = gradients(ids, targets)
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        if library and not norm.isfinite():  # too large for half precision; elsewhere to look would be to wait for the GPU
            raise SystemExit(f"train: the gradient of step {step + 1} is not finite: go on from the last checkpoint with a lower --rate")
        optimizer.step()
        step, done = step + 1, done + ids.numel()
        now = time.monotonic()
        seen, last = seen + min(now - last, 30), now  # a process that was stopped meanwhile did not train
        if step % 20 == 0 or now - shown > 30:
            mean = float(loss) if mean is None else 0.9 * mean + 0.1 * float(loss)
        if now - shown > 30:
            shown = now
            speed = (done - first) / (now - begun)
            print(f"step {step}  {done / 1e6:.2f} M tokens  loss {mean:.3f}  rate {rate:.1e}  {speed:.0f} tok/s  {(a.tokens - done) / speed / 3600:.1f} h left", flush=True)
        if now - saved > 60 * a.every:
            saved = now
            keep()
            print(f"checkpoint at step {step}, held-out loss {held_out():.3f}", flush=True)
    keep()
    gpt.export(net, a.out, a.data, a.half)
    print(f"step {step}, {done / 1e6:.2f} M tokens, {seen / 3600:.2f} h, held-out loss {held_out():.3f}: {'done' if done >= a.tokens else 'the same command goes on'}")


if __name__ == "__main__":
    main()
