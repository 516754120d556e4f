"""step.c, compiled for this processor: loss and gradients of a model on the CPU, faster than PyTorch makes them."""
import ctypes
import os
import shutil
import subprocess
import tempfile

import torch

HERE = os.path.dirname(os.path.abspath(__file__))


def compile(*flags):
    """The compiled step.c, or None where there is no C compiler that takes it. -DFLOAT32 does without half precision."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        return None
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "step.so")
        command = [compiler, "-O3", "-march=native", "-fopenmp", "-fPIC", "-shared", "-w", *flags, "-o", out, os.path.join(HERE, "step.c"), "-lm"]
        if subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
            return None
        library = ctypes.CDLL(out)
    library.step.restype = ctypes.c_double
    return library


def fits(shape):
    """Whether step.c can do this shape: its rows are of whole vectors."""
    return shape.width % 32 == 0


class Step:
    """net(ids, targets) and its backward() in one: gradients go to the parameters' .grad, the loss comes back."""

    def __init__(self, library, net, threads):
        self.library, self.threads = library, threads
        tensors = [net.wte.weight, net.wpe] + [p for block in net.blocks for p in block.parameters()] + list(net.ln_f.parameters())
        for p in tensors:
            if p.requires_grad:
                p.grad = torch.zeros_like(p)
        shape = net.shape
        pointers = ctypes.c_void_p * len(tensors)
        self.tensors = tensors  # whose memory is pointed to
        self.shape = (ctypes.c_int * 6)(shape.layers, shape.heads, shape.width, shape.context, shape.vocabulary, shape.activation == "relu")
        self.weights = pointers(*(p.data_ptr() for p in tensors))
        self.gradients = pointers(*(p.grad.data_ptr() if p.requires_grad else None for p in tensors))
        self.sizes = (ctypes.c_long * len(tensors))(*(p.numel() for p in tensors))

    def __call__(self, ids, targets):
        """ids and targets [B, T]. Returns the mean loss in nats."""
        ids, targets = ids.int().contiguous(), targets.int().contiguous()
        pointer = lambda t: ctypes.c_void_p(t.data_ptr())
        return self.library.step(self.shape, self.weights, self.gradients, self.sizes, pointer(ids), pointer(targets), *map(ctypes.c_long, ids.shape), self.threads)
