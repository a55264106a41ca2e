"""Drawings for fiches, as sources of images: PDF tags an image with its alternative text."""

import base64
import io

import qrcode
from qrcode.image.svg import SvgPathImage


def qr_code(address: str) -> str:
    """A QR code as an SVG that an ``img`` can hold."""
    image = qrcode.make(address, image_factory=SvgPathImage, border=0)
    buffer = io.BytesIO()
    image.save(buffer)
    return svg_source(buffer.getvalue())


def svg_source(svg: bytes | str) -> str:
    """An SVG as the ``src`` of an image, which PDF tags with its alternative text."""
    data = svg.encode() if isinstance(svg, str) else svg
    return f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"
