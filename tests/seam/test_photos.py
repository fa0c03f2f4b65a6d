"""The photographs that come with scikit-image, in the size asked for."""

import numpy as np
from laboratory.photos import photo
from skimage import data

from lib_outpaint.planning.geometry import Extent


def test_photographs_are_scaled_only_where_they_must_be():
    whole = photo("chelsea", Extent(451, 300))
    np.testing.assert_array_equal(whole.permute(1, 2, 0).numpy(), data.chelsea())
    assert photo("chelsea", Extent(100, 100)).shape == (3, 100, 100)
