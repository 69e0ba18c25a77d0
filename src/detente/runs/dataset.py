"""Results as an `xarray.Dataset`, of which each array is read on demand.

xarray takes seconds to import: nothing imports this before it is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from detente.runs.labelled import Labelled, LabelledArrays, Part


def dataset(arrays: LabelledArrays, attributes: dict[str, str]) -> xr.Dataset:
    """Return labelled arrays as xarray has them."""
    coords = {name: _variable(array) for name, array in arrays.coords.items()}
    data = {name: _variable(array) for name, array in arrays.data_vars.items()}
    return xr.Dataset(data, coords, attributes)


def _variable(array: Labelled) -> xr.Variable:
    source: Any = array.source
    if not isinstance(source, np.ndarray):
        lazy: Any = indexing.LazilyIndexedArray(_OnDemand(source))
        source = indexing.CopyOnWriteArray(lazy)
    return xr.Variable(array.dims, source, array.attrs)


class _OnDemand(BackendArray):
    """An array that is read part by part."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self.shape, self.dtype = part.shape, part.dtype

    def __getitem__(self, key: Any) -> Any:
        """Read what is wanted along each axis."""
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._part.__getitem__
        )
