"""Checks of the recipe: python3 tools/train/test_train.py. Takes some seconds; needs PyTorch."""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


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
        command = [sys.executable, os.path.join(HERE, "train.py"), "--data", self.data, "--out", self.path(out), "--size", "test", "--batch", "128", "--threads", "1", *flags]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.path(out), "model.safetensors"), "rb") as f:
            return f.read()

    def test_resumed_is_the_same_to_the_bit(self):
        whole = self.train("whole", "--tokens", "1280")
        first = self.train("parts", "--tokens", "1280", "--minutes", "1e-9")  # stops after a step
        self.assertNotEqual(first, whole)
        self.assertEqual(self.train("parts", "--tokens", "1280"), whole)
        again = self.train("other", "--tokens", "1280", "--seed", "2")
        self.assertNotEqual(again, whole)

    def test_made_up_text(self):
        sys.path.insert(0, HERE)
        import facts
        import prepare
        import stories

        rng = random.Random(1)
        row = {"bare": "France", "country": "France", "city": "Paris", "region": "Europe", "language": "French", "many": False}
        text = "\n".join([facts.document(rng, [row]) for _ in range(20000)] + [stories.story(rng) for _ in range(2000)])
        self.assertNotRegex(text, r"(?i)\b(a [aeio][a-z]|an [bcdfgjklmnpqrstvwxz])|\{|\}")
        for question in prepare.questions():
            self.assertNotIn(question, text)


if __name__ == "__main__":
    unittest.main()
