"""Draws faces of samples/faces as they are, enlarged by bicubic, and by models, a row each.

    for m in wnet progressive; do ./revisage upscale samples/faces -o out/$m --model $m; done
    /usr/bin/python3 scripts/pictures.py docs/methods/pictures.png out/wnet out/progressive
"""
import pathlib
import sys

from PIL import Image

COLUMNS, SIDE = 6, 128
root = pathlib.Path(__file__).resolve().parent.parent
faces = sorted((root / "samples" / "faces").glob("*.png"))[:COLUMNS]
target, models = sys.argv[1], [pathlib.Path(folder) for folder in sys.argv[2:]]
sheet = Image.new("RGB", (COLUMNS * SIDE, (2 + len(models)) * SIDE))
for column, path in enumerate(faces):
    small = Image.open(path).convert("RGB")
    rows = [small.resize((SIDE, SIDE), Image.NEAREST), small.resize((SIDE, SIDE), Image.BICUBIC)]
    for row, picture in enumerate(rows + [Image.open(folder / path.name) for folder in models]):
        sheet.paste(picture, (column * SIDE, row * SIDE))
sheet.save(target)
