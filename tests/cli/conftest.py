"""A small photo in a folder of its own."""

import pytest
from PIL import Image
from skimage import data


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(data.astronaut()[100:197, 200:331]).save(path)  # 131x97
    return path
