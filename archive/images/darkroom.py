"""What is done with image files from strangers, all of it in one confined child; `readings` asks it."""

from archive.images.feeds import page, prepare
from archive.images.optimising import optimised
from archive.images.pictures import examine
from archive.images.watermarks import watermarked

__all__ = ["examine", "optimised", "page", "prepare", "watermarked"]
