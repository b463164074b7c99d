"""Writes the files that nginx serves in the recordings: the same bytes on every run."""
import random
import sys
from pathlib import Path

WORDS = 'packet segment window stream header field cookie cache proxy server client request answer frame time'.split()


def main(folder):
    dice = random.Random(9112)
    text = lambda n: ' '.join(dice.choice(WORDS) for _ in range(n))
    images = ['<img src="/img/%d.png">' % i for i in range(6)]
    (folder / 'index.html').write_text('<title>Shop</title><link rel=stylesheet href=/style.css>%s<p>%s</p>\n' % (''.join(images), text(300)))
    (folder / 'style.css').write_text('\n'.join('.%s { margin: %dpx }' % (w, i) for i, w in enumerate(text(120).split())))
    (folder / 'shop.js').write_text('// %s\n' % text(200))
    for i in range(6):
        (folder / 'img' / ('%d.png' % i)).write_bytes(b'\x89PNG\r\n\x1a\n' + dice.randbytes(900 + 700 * i))


main(Path(sys.argv[1]))
