"""Results for other programs: workbooks for Excel, files for Stata."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from detente.runs.errors import UsageError
from detente.runs.files import atomic_write, storage_errors
from detente.runs.tables import columns_of

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.results import Results

#: Rows of a sheet of Excel, its heading among them, and columns.
SHEET: Final = (1_048_576, 16_384)
#: Letters of a name and of a label in Stata.
NAME: Final = 32
LABEL: Final = 80


def outcome_table(results: Results) -> pd.DataFrame:
    """Return the outcomes of each run: one row a variant, run and country."""
    import pandas as pd

    data, axes = results.data, results.layout.axes
    shape = tuple(data.sizes[axis] for axis in ("variant", "run", "country"))
    places = [axis.reshape(-1) for axis in np.indices(shape)]
    labels = (data[axis].to_numpy() for axis in ("variant", "run", "country"))
    columns: dict[str, Any] = {
        axis: values[place]
        for axis, values, place in zip(("variant", "run", "country"), labels, places, strict=True)
    }
    for name, about in axes.columns.items():
        values = data[name].to_numpy()
        if "country" in about.dims:
            values = np.moveaxis(values, about.dims.index("country"), 2)
        else:
            values = np.repeat(values[:, :, np.newaxis], shape[2], axis=2)
        flat = values.reshape(int(np.prod(shape)), -1)
        for at, column in enumerate(columns_of(name, about, axes)):
            columns[column] = flat[:, at]
    return pd.DataFrame(columns)


def to_excel(results: Results, path: str | os.PathLike[str]) -> None:
    """Write the summary, the effects, the outcomes and the inputs to sheets of a workbook."""
    import pandas as pd

    tables = {"outcomes": outcome_table(results), "inputs": results.inputs}
    for name, table in tables.items():
        if len(table) >= SHEET[0] or len(table.columns) > SHEET[1]:
            raise UsageError(
                f"{len(table):,} rows of {name} do not fit on a sheet of Excel, which has "
                f"{SHEET[0]:,}: read {name}.parquet instead, or run fewer"
            )
    rows = [
        {"variant": variant, "country": code, **row}
        for variant, countries in results.summary.items()
        for code, row in countries.items()
    ]
    target = Path(path)
    with storage_errors("write", target), atomic_write(target) as file:
        try:
            with pd.ExcelWriter(cast(Any, file), engine="openpyxl") as book:
                for name, table in {"summary": pd.DataFrame(rows), **tables}.items():
                    table.to_excel(book, sheet_name=name, index=False, freeze_panes=(1, 0))
        except ModuleNotFoundError as error:
            raise UsageError(f"workbooks need {error.name}: install 'detente[excel]'") from None


def to_stata(results: Results, path: str | os.PathLike[str]) -> None:
    """Write the outcomes to a file of Stata 14 or later, with names and labels that it takes."""
    table = outcome_table(results)
    names: dict[str, str] = {}
    for column in table.columns:
        short = column[:NAME]
        count = 1
        while short in names.values():
            count += 1
            short = f"{column[: NAME - len(str(count)) - 1]}_{count}"
        names[column] = short
    about = results.layout.axes.columns
    labels = {
        names[column]: f"{each.long_name}: {column}"[:LABEL]
        for name, each in about.items()
        for column in columns_of(name, each, results.layout.axes)
    }
    target = Path(path)
    with storage_errors("write", target), atomic_write(target) as file:
        table.rename(columns=names).to_stata(
            file, write_index=False, version=118, variable_labels=labels,
            data_label=f"detente: {results.scenario.scenario}, seed {results.seed}"[:LABEL],
        )  # fmt: skip
