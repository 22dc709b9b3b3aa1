"""Pictures, drawn anew: what is kept has the same dots and nothing else, no place, no camera, no hidden tail."""

from __future__ import annotations

import tempfile
from typing import Any, BinaryIO, cast

from PIL import Image, ImageOps, ImageSequence

_MOST_DOTS = 50_000_000
_MOST_FRAMES = 600
_KEPT = ("transparency", "duration", "loop", "disposal", "background")
_SPOOLED = 1024 * 1024


class UnreadablePicture(Exception):
    """No picture of that form, a damaged one, or one that swells beyond all measure."""


def redrawn(content: BinaryIO, form: str) -> BinaryIO:
    """The picture in the same form, upright, without metadata. It blocks, and may take a second."""
    try:
        with Image.open(content, formats=[form]) as picture:
            _check_size(picture)
            if getattr(picture, "n_frames", 1) > 1 and form in ("GIF", "WEBP"):
                frames = [_bare(frame.copy()) for frame in ImageSequence.Iterator(picture)]
                more: dict[str, Any] = {"save_all": True, "append_images": frames[1:]}
                more |= {name: picture.info[name] for name in ("duration", "loop") if name in picture.info}
                return _saved(frames[0], form, more)
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            quality: dict[str, Any] = {"quality": 90} if form in ("JPEG", "WEBP") else {}
            return _saved(_bare(upright), form, quality)
    except UnreadablePicture:
        raise
    # A damaged picture may fail in any way that its bytes can think of.
    except (Exception, Image.DecompressionBombWarning) as wrong:
        raise UnreadablePicture from wrong


def _check_size(picture: Image.Image) -> None:
    """Before a single dot is unpacked."""
    width, height = picture.size
    frames = getattr(picture, "n_frames", 1)
    if width * height * frames > _MOST_DOTS or frames > _MOST_FRAMES:
        raise UnreadablePicture("it swells")


def _bare(picture: Image.Image) -> Image.Image:
    picture.info = {name: value for name, value in picture.info.items() if name in _KEPT}
    return picture


def _saved(picture: Image.Image, form: str, more: dict[str, Any]) -> BinaryIO:
    kept = tempfile.SpooledTemporaryFile(max_size=_SPOOLED)  # noqa: SIM115 - whoever keeps it closes it
    picture.save(kept, format=form, **more)
    return cast("BinaryIO", kept)
