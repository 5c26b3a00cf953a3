import io

from PIL import Image
from reportlab.graphics.barcode import qrencoder

QUIET = 4  # modules of white around the code, as the standard asks
SCALE = 8  # pixels of a module


def make_qr_code(text):
    """Return a PNG with ``text`` as a QR code.

    Drawn from the modules: rendering a barcode drawing needs a library that not every
    installation of Odoo has.

    >>> make_qr_code("https://example.com/x")[:4]
    b'\\x89PNG'
    """
    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size = code.getModuleCount()
    image = Image.new("1", (size + 2 * QUIET, size + 2 * QUIET), 1)
    for row in range(size):
        for column in range(size):
            if code.isDark(row, column):
                image.putpixel((column + QUIET, row + QUIET), 0)
    stream = io.BytesIO()
    side = image.width * SCALE
    image.resize((side, side), Image.Resampling.NEAREST).save(stream, "PNG")
    return stream.getvalue()
