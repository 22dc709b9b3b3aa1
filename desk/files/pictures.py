"""Pictures, drawn anew: what is kept has the same dots and nothing else, no place, no camera, no hidden tail."""

from __future__ import annotations

from io import BytesIO
from typing import Any, BinaryIO

from PIL import GifImagePlugin, Image, ImageOps, ImageSequence, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

FORMS = (GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
"""Named, so that Pillow looks for no others."""

_MOST_DOTS = 25_000_000
_MOST_FRAMES = 600
SMALL = (480, 320)
"""Dots of a picture beside a text: twice what it is shown in, for fine screens."""
_KEPT = ("transparency", "duration", "loop", "disposal", "background")


class UnreadablePicture(Exception):
    """No picture of that form, or a damaged one."""


class HugePicture(Exception):
    """One of more dots than anybody needs to see what is wrong."""


def redraw(content: BinaryIO, form: str, kept: BinaryIO) -> None:
    """Draw the picture in the same form, upright, without metadata. It may take seconds."""
    frames, more = _read(content, form)
    drawn = BytesIO()  # each library has its own way to say that there is no memory, and none that a disk is full
    try:
        frames[0].save(drawn, format=form, **more)
    except (OSError, ValueError) as wrong:
        raise HugePicture from wrong
    kept.write(drawn.getbuffer())


def shrink(content: BinaryIO, kept: BinaryIO) -> None:
    """Draw the first frame of a picture that was redrawn before, no larger than it is shown beside a text."""
    try:
        with Image.open(content, formats=["GIF", "JPEG", "PNG", "WEBP"]) as picture:
            _check_size(picture)
            picture.thumbnail(SMALL)
            small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except (HugePicture, MemoryError):
        raise
    except (Exception, Image.DecompressionBombWarning) as wrong:
        raise UnreadablePicture from wrong
    drawn = BytesIO()
    small.save(drawn, format="WEBP", quality=75)
    kept.write(drawn.getbuffer())


def _read(content: BinaryIO, form: str) -> tuple[list[Image.Image], dict[str, Any]]:
    """A picture's dots, and how they are to be saved."""
    try:
        with Image.open(content, formats=[form]) as picture:
            _check_size(picture)
            if getattr(picture, "n_frames", 1) > 1 and form in ("GIF", "WEBP"):
                frames = [_bare(frame.copy()) for frame in ImageSequence.Iterator(picture)]
                more: dict[str, Any] = {"save_all": True, "append_images": frames[1:]}
                more |= {name: picture.info[name] for name in ("duration", "loop") if name in picture.info}
                return frames, more
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            return [_bare(upright)], {"quality": 90} if form in ("JPEG", "WEBP") else {}
    except (HugePicture, MemoryError):
        raise
    except Image.DecompressionBombError as wrong:
        raise HugePicture from wrong
    # A damaged picture may fail in any way that its bytes can think of.
    except (Exception, Image.DecompressionBombWarning) as wrong:
        raise UnreadablePicture from wrong


def _check_size(picture: Image.Image) -> None:
    """Before a single dot is unpacked."""
    width, height = picture.size
    frames = getattr(picture, "n_frames", 1)
    if width * height * frames > _MOST_DOTS or frames > _MOST_FRAMES:
        raise HugePicture


def _bare(picture: Image.Image) -> Image.Image:
    picture.info = {name: value for name, value in picture.info.items() if name in _KEPT}
    return picture
