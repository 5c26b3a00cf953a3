"""Whether a file is a picture that can be kept. No ORM."""

import base64
import binascii
import io
import warnings

from PIL import Image

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
# What Odoo lets its imaging library read; a phone's MPO is a JPEG to it.
FORMATS = ("JPEG", "PNG", "GIF", "BMP")


def image_problem(data):
    """Say what is wrong with a picture.

    :param data: the file in base64, bytes or str
    :return: ``"size"``, ``"image"``, ``"pixels"``, or None when it is fine
    """
    if len(data) * 3 // 4 > MAX_BYTES + 4:
        return "size"
    try:
        content = base64.b64decode(data)
    except (binascii.Error, ValueError):
        return "image"
    if len(content) > MAX_BYTES:
        return "size"
    return _content_problem(content)


def _content_problem(content):
    """Read the picture, not only its first bytes."""
    try:
        with warnings.catch_warnings():
            # A picture with too many pixels gets our own answer, below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
        width, height = picture.size
        if width * height > MAX_PIXELS:
            return "pixels"
        picture.load()
    except Image.DecompressionBombError:
        return "pixels"
    except (OSError, SyntaxError, ValueError, EOFError):
        return "image"
    return None
