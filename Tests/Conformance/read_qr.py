"""Reads the QR code in a PNG with ZXing and prints its text: read_qr.py FILE."""
import sys

import zxingcpp
from PIL import Image

image = Image.open(sys.argv[1])
image.load()
codes = zxingcpp.read_barcodes(image)
assert len(codes) == 1, f"{len(codes)} codes found"
assert str(codes[0].format) in ("BarcodeFormat.QRCode", "QRCode", "QR Code"), codes[0].format
sys.stdout.write(codes[0].text)
