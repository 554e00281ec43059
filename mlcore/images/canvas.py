"""The pixels of a picture where Pillow keeps them, looked at without copying what nobody looks at."""

from __future__ import annotations

import ctypes

import numpy as np
import numpy.typing as npt
from PIL import Image

from mlcore.images.ground import Pixels
from mlcore.images.outlines import Box


class _ArrowArray(ctypes.Structure):
    """The Arrow C data interface, by which Pillow (from 11.3) lends out the memory of a picture."""


_ArrowArray._fields_ = [
    *((name, ctypes.c_int64) for name in ("length", "null_count", "offset", "n_buffers", "n_children")),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_ArrowArray))),
    *((name, ctypes.c_void_p) for name in ("dictionary", "release", "private_data")),
]
_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype, _pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


class Canvas:
    """An RGB picture: parts of it, or every n-th pixel."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        try:
            _, self._lent = image.__arrow_c_array__()
            self._whole: npt.NDArray[np.uint32] | None = _view(self._lent, image.size)
        except ValueError:  # kept in several blocks, as pictures over 4 million pixels are
            self._whole = None

    def part(self, box: Box) -> Pixels:
        """Return a copy of the pixels in a box that lies within the picture."""
        left, top, right, bottom = box
        if self._whole is None:
            cropped = self.image.crop(box).tobytes("raw", "RGBX")
            return np.frombuffer(cropped, np.uint8).reshape(bottom - top, right - left, 4)
        return _as_bytes(self._whole[top:bottom, left:right])

    def sampled(self, factor: int) -> Pixels:
        """Return the pixel in the middle of each square of `factor` pixels; what is left over at the end is not seen.

        Sampling, unlike averaging, leaves the noise as it is, so that it can be measured.
        """
        width, height = (max(1, length // factor) for length in self.image.size)
        if self._whole is None:
            box = (0, 0, width * factor, height * factor)
            small = self.image.resize((width, height), Image.Resampling.NEAREST, box)
            return np.frombuffer(small.tobytes("raw", "RGBX"), np.uint8).reshape(height, width, 4)
        start = (min(self.image.size) >= factor) * (factor // 2)
        return _as_bytes(self._whole[start::factor, start::factor][:height, :width])


def _view(lent: object, size: tuple[int, int]) -> npt.NDArray[np.uint32]:
    """Return the picture's memory, four bytes a pixel, valid as long as what was lent is kept."""
    array = _ArrowArray.from_address(_pointer_of(lent, b"arrow_array"))
    levels = array.children[0].contents
    memory = (ctypes.c_uint32 * (size[0] * size[1])).from_address(levels.buffers[1])
    return np.ctypeslib.as_array(memory).reshape(size[1], size[0])


def _as_bytes(pixels: npt.NDArray[np.uint32]) -> Pixels:
    return pixels.copy().view(np.uint8).reshape(*pixels.shape, 4)  # a copy: the memory goes when the picture goes
