"""QR codes as pictures, for papers that can be asked about on a page."""

import io

from PIL import Image
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

DOTS = 6  # of the picture, for one module of the code
QUIET = 4  # white modules on each side, as ISO/IEC 18004 asks


def png(text: str) -> bytes:
    """A PNG of the QR code that says `text`."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    picture = Image.new("1", (count + 2 * QUIET, count + 2 * QUIET), 1)
    for row in range(count):
        for column in range(count):
            if code.isDark(row, column):
                picture.putpixel((column + QUIET, row + QUIET), 0)
    made = io.BytesIO()
    picture.resize((picture.width * DOTS, picture.height * DOTS), Image.Resampling.NEAREST).save(made, "PNG")
    return made.getvalue()
