"""Draws docs/samples.png: the faces of samples/faces as they are, enlarged by bicubic, and by a model.

    ./revisage upscale samples/faces -o out && /usr/bin/python3 scripts/pictures.py out
"""
import pathlib
import sys

from PIL import Image

COLUMNS, SIDE = 6, 128
root = pathlib.Path(__file__).resolve().parent.parent
faces = sorted((root / "samples" / "faces").glob("*.png"))[:COLUMNS]
sheet = Image.new("RGB", (COLUMNS * SIDE, 3 * SIDE))
for column, path in enumerate(faces):
    small = Image.open(path).convert("RGB")
    rows = [small.resize((SIDE, SIDE), Image.NEAREST), small.resize((SIDE, SIDE), Image.BICUBIC),
            Image.open(pathlib.Path(sys.argv[1]) / path.name)]
    for row, picture in enumerate(rows):
        sheet.paste(picture, (column * SIDE, row * SIDE))
sheet.save(root / "docs" / "samples.png")
