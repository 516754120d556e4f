"""Checks of the recipe: python3 tools/train/test_train.py. Takes some seconds; needs PyTorch."""
import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


class Recipe(unittest.TestCase):
    def setUp(self):
        import numpy as np

        self.folder = tempfile.TemporaryDirectory()
        self.data = self.path("data")
        os.mkdir(self.data)
        ids = np.random.default_rng(1).integers(0, 300, 5000).astype(np.uint16)
        ids.tofile(os.path.join(self.data, "train.bin"))
        ids.tofile(os.path.join(self.data, "held.bin"))
        for name, text in (("about.json", json.dumps({"vocabulary": 300})), ("vocab.json", "{}"), ("merges.txt", "")):
            with open(os.path.join(self.data, name), "w") as f:
                f.write(text)

    def tearDown(self):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def train(self, out, *flags):
        """Runs train.py and returns the bytes of the model in the folder out."""
        command = [sys.executable, os.path.join(HERE, "train.py"), "--data", self.data, "--out", self.path(out), "--size", "test", "--batch", "128", "--threads", "1", *flags]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return self.model(out)

    def model(self, folder):
        with open(os.path.join(self.path(folder), "model.safetensors"), "rb") as f:
            return f.read()

    def test_resumed_is_the_same_to_the_bit(self):
        whole = self.train("whole", "--tokens", "1280")
        first = self.train("parts", "--tokens", "1280", "--minutes", "1e-9")  # stops after a step
        self.assertNotEqual(first, whole)
        self.assertEqual(self.train("branch", "--tokens", "1280", "--branch", os.path.join(self.path("parts"), "checkpoint.pt")), whole)
        self.assertEqual(self.train("parts", "--tokens", "1280"), whole)
        self.train("parts", "--tokens", "1280", "--export", self.path("half"), "--half")
        self.assertLess(len(self.model("half")), 0.6 * len(whole))
        self.assertNotEqual(self.train("other", "--tokens", "1280", "--seed", "2"), whole)

    def test_the_step_in_c_is_that_of_pytorch(self):
        import model as gpt
        import native
        import torch
        from dataclasses import replace

        torch.set_num_threads(1)
        torch.manual_seed(1)
        libraries = [(native.compile("-DFLOAT32"), 1e-5, 1e-4), (native.compile(), 1e-3, 0.1)]  # with bounds: half precision is near, and ReLU parts where a sum is near 0
        if not all(library for library, *_ in libraries):
            self.skipTest("there is no C compiler that takes step.c")
        base = replace(gpt.SHAPES["test"], context=48)
        for shape, spread in ((base, 0.02), (base, 0.5), (replace(base, activation="relu", position="sinusoidal"), 0.02), (replace(base, heads=1, width=96), 0.02), (replace(base, heads=4, width=96), 0.02)):
            net = gpt.GPT(shape)
            with torch.no_grad():
                for p in net.parameters():
                    p.add_(spread * torch.randn_like(p))
            for texts, length in ((1, 48), (5, 33), (23, 40)):
                ids, targets = torch.randint(0, shape.vocabulary, (2, texts, length))
                net.zero_grad(set_to_none=True)
                exact = copy.deepcopy(net).double()
                want = exact(ids, targets)
                want.backward()
                for library, near, bound in libraries:
                    for threads in (1, 2):
                        got = native.Step(library, net, threads)(ids, targets)
                        self.assertAlmostEqual(got, want.item(), delta=near * want.item())
                        for (name, p), q in zip(net.named_parameters(), exact.parameters()):
                            self.assertLess((p.grad - q.grad).norm().item(), bound * q.grad.norm().item(), f"{shape} {name}")

    def test_a_model_that_has_grown_computes_the_same(self):
        import model as gpt
        import torch
        from dataclasses import replace

        self.train("narrow", "--tokens", "256")
        shape = gpt.SHAPES["test"]
        narrow, wide = gpt.GPT(shape), gpt.GPT(replace(shape, width=3 * shape.width, heads=3 * shape.heads, context=80))
        gpt.load(narrow, self.path("narrow"))
        gpt.grow(wide, self.path("narrow"), noise=0)
        ids = torch.randint(0, shape.vocabulary, (2, shape.context))
        with torch.no_grad():
            self.assertLess((narrow(ids) - wide(ids)).abs().max().item(), 1e-4)
            wide(torch.randint(0, shape.vocabulary, (1, 80)))
        with self.assertRaises(SystemExit):
            gpt.grow(gpt.GPT(replace(shape, width=48)), self.path("narrow"))

    def test_a_pass_reads_all_windows_once(self):
        import numpy as np
        import train

        data = np.arange(10 * 8 + 5, dtype=np.uint16)
        for first in (0, 9):  # of 9 windows: the passes before and after the end of the first
            ids, targets = zip(*(train.batch(data, 3 * 8, 8, 1, done * 8) for done in range(first, first + 9, 3)))
            starts = np.concatenate(ids)[:, 0]
            self.assertEqual(len(set(starts // 8)), 9)
            self.assertEqual(len(set(starts % 8)), 1)
            self.assertTrue((np.concatenate(targets) == np.concatenate(ids) + 1).all())
        a, b = (train.batch(data, 9 * 8, 8, 1, done * 8)[0].tolist() for done in (0, 9))
        self.assertNotEqual([row[0] // 8 for row in a], [row[0] // 8 for row in b])

    def test_made_up_text(self):
        import facts
        import stories

        rng = random.Random(1)
        places = [("France", "France", "Paris", "Europe", "French", False), ("Netherlands", "the Netherlands", "Amsterdam", "Europe", "Dutch", False),
                  ("United States", "the United States", "Washington, D.C.", "North America", "", False), ("Malta", "Malta", "Valletta", "Europe", "Maltese and English", True)]
        rows = [dict(zip(("bare", "country", "city", "region", "language", "small"), place)) for place in places]
        told = [facts.document(rng, rows) for _ in range(8000)]
        wrong = re.compile(r"\b([Aa] [aeioAEIO][a-z]|[Aa]n (?!hour)[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ])|[{}\[\]<>|]|\.\.|  | [.,?!]|\?\.|!\.|\b(\w+) \2\b")
        for line in "\n".join(told + [stories.story(rng) for _ in range(1500)]).split("\n"):
            self.assertNotRegex(line, wrong)
        for line in "\n".join(told).split("\n"):
            self.assertNotRegex(line, facts.HELD)
        self.assertGreater(len(facts.QUESTIONS), 40)
        for question in facts.QUESTIONS:
            self.assertTrue(facts.HELD.fullmatch(question), question)

    def test_held_out_text_is_not_read(self):
        import prepare

        with open(self.path("tinystories_val.txt"), "w") as f:
            f.write("A zebra that measures the model went home to sleep in its bed.<|endoftext|>")
        self.assertFalse({"tinystories_val.txt", "wikitext-2-test.txt"} & set(prepare.SOURCES))


if __name__ == "__main__":
    unittest.main()
