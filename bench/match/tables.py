"""Plain tables with known truth, as somebody would hand them in to have the same persons put together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench.match.lists import DATA


class Table(NamedTuple):
    """A table and the true cluster of each of its rows."""

    #: Text columns, empty cells are null; the first column is the row's id.
    table: pa.Table
    truth: NDArray[np.int64]
    #: Column to what it holds, in FollowTheMoney's words (firstName, lastName, birthDate, address, …).
    columns: Mapping[str, str]


def historical_50k(split: str = "all") -> Table:
    """50,578 records of 5,156 historical persons (Wikidata), with errors as Splink's authors put them in. A label is used by nobody who matches.

    `split`: "dev" and "test" are halves by the hash of the true cluster, for whoever sets a constant of a method.
    """
    table = pq.read_table(DATA / "resolve/historical_figures_with_errors_50k.parquet").replace_schema_metadata(None)
    columns = {
        "full_name": "name",
        "first_name": "firstName",
        "surname": "lastName",
        "dob": "birthDate",
        "birth_place": "birthPlace",
        "postcode_fake": "postalCode",
        "gender": "gender",
        "occupation": "position",
    }
    return _split(table.select(["unique_id", *columns]), table["cluster"].to_pylist(), columns, split)


def fake_1000() -> Table:
    """1,000 invented British persons in 251 clusters, as published with Splink."""
    table = _csv("fake_1000.csv")
    columns = {"first_name": "firstName", "surname": "lastName", "dob": "birthDate", "city": "city", "email": "email"}
    return _split(table.select(["unique_id", *columns]), table["cluster"].to_pylist(), columns, "all")


def febrl(number: int) -> Table:
    """FEBRL 1 (1,000 records, 500 with one duplicate), 2 (5,000; up to 5 duplicates of 4,000) and 3 (5,000; up to 5 of 2,000): Australian persons."""
    table = _csv(f"dataset{number}.csv")
    columns = {
        "given_name": "firstName",
        "surname": "lastName",
        "street_number": "streetNumber",
        "address_1": "street",
        "address_2": "street2",
        "suburb": "city",
        "postcode": "postalCode",
        "state": "state",
        "date_of_birth": "birthDate",
        "soc_sec_id": "idNumber",
    }
    cluster = [str(rec_id).split("-")[1] for rec_id in table["rec_id"].to_pylist()]
    return _split(table.select(["rec_id", *columns]), cluster, columns, "all")


def people_columns() -> Mapping[str, str]:
    """What the columns of the generator (people.py) hold."""
    return {
        "first_name": "firstName",
        "middle_name": "middleName",
        "last_name": "lastName",
        "dob": "birthDate",
        "gender": "gender",
        "nationality": "nationality",
        "city": "city",
        "doc": "idNumber",
        "phone": "phone",
    }


def _csv(name: str) -> pa.Table:
    text = pc_csv.ConvertOptions(column_types=None, strings_can_be_null=True, null_values=[""])
    with (DATA / "resolve" / name).open("rb") as stream:
        header = [part.strip() for part in stream.readline().decode().split(",")]
    read = pc_csv.ReadOptions(column_names=header, skip_rows=1)
    text.column_types = dict.fromkeys(header, pa.string())
    table = pc_csv.read_csv(DATA / "resolve" / name, read_options=read, convert_options=text)
    trimmed = [pc.utf8_trim_whitespace(column).to_pylist() for column in table.columns]
    return pa.table({name: pa.array([cell or None for cell in column], pa.string()) for name, column in zip(header, trimmed, strict=True)})


def _split(table: pa.Table, clusters: list[Any], columns: Mapping[str, str], split: str) -> Table:
    names, truth = np.unique(np.array(clusters), return_inverse=True)
    truth = truth.astype(np.int64)
    if split != "all":
        dev = np.array([hashlib.sha256(name.encode()).digest()[0] & 1 == 0 for name in names])
        kept = dev[truth] == (split == "dev")
        table, truth = table.filter(pa.array(kept)), truth[kept]
    return Table(table.combine_chunks(), truth, columns)
