"""Barcodes as pictures, drawn without the optional backends of reportlab."""

import io

from PIL import Image
from reportlab.graphics.barcode.code128 import Code128

# A bar is as wide as its letter says: "A" is one module of ink, "a" one without.
MODULE = 3
QUIET = 10


def make_code128(value, height=90):
    """Return the code of lines for a text of ASCII letters, as a PNG.

    :param str value: what a scanner reads
    :param int height: in pixels; one module is three pixels wide
    :rtype: bytes
    """
    code = Code128(value)
    code.validate()
    code.encode()
    code.decompose()
    widths = [
        (ord(one.upper()) - ord("A") + 1, one.isupper()) for one in code.decomposed
    ]
    total = sum(width for width, __ in widths) + 2 * QUIET
    image = Image.new("1", (total * MODULE, height), 1)
    left = QUIET
    for width, is_bar in widths:
        if is_bar:
            image.paste(0, (left * MODULE, 0, (left + width) * MODULE, height))
        left += width
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
