"""Splink 5 on a table: {"kind": "fake_1000" | "historical_50k" | "people", "table": Parquet, "out": path, "clusters": Parquet}.

Settings as Splink's own examples have them for these data; for the invented persons the blocking rules and comparisons that did best when it was
first measured. Clusters are written for several thresholds: the figure of a peer is its best, read off the truth.
A training session that ends with an error (Splink 5.0.0 refuses probabilities that underflow: a phone that never differs within a person is enough)
is left out, and told.
"""

from __future__ import annotations

import logging
from typing import Any

import duckdb
import splink.comparison_library as cl
from meter import Meter, job
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLDS = (0.5, 0.9, 0.95, 0.99, 0.999)


def _frequent(column: str) -> Any:
    return cl.ExactMatch(column).configure(term_frequency_adjustments=True)


def fake_1000() -> dict[str, Any]:
    return {
        "comparisons": [
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            _frequent("city"),
            cl.EmailComparison("email"),
        ],
        "blocking": [("first_name", "city"), ("surname",), ("dob",), ("email",), ("first_name",)],
        "sure": [("first_name", "surname", "dob"), ("email",)],
        "recall": 0.7,
        "train": [("first_name", "surname"), ("dob",)],
        "sample": 1e6,
    }


def historical_50k() -> dict[str, Any]:
    post, name, last = "substr(postcode_fake,1,3)", "substr(first_name,1,3)", "substr(surname,1,4)"
    return {
        "comparisons": [
            cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="both_names"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            _frequent("birth_place"),
            _frequent("occupation"),
        ],
        "blocking": [
            (name, last),
            ("surname", "dob"),
            ("first_name", "dob"),
            ("postcode_fake", "first_name"),
            ("postcode_fake", "surname"),
            ("dob", "birth_place"),
            (post, "dob"),
            (post, "first_name"),
            (post, "surname"),
            ("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        "sure": [
            ("first_name", "surname", "dob"),
            ("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
            ("dob", "postcode_fake"),
        ],
        "recall": 0.6,
        "train": [("first_name", "surname"), ("dob",)],
        "sample": 1e7,
    }


def people() -> dict[str, Any]:
    return {
        "comparisons": [
            cl.ForenameSurnameComparison("first_name", "last_name", forename_surname_concat_col_name="both_names"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            _frequent("nationality"),
            _frequent("city"),
            cl.LevenshteinAtThresholds("doc", [1]),
            cl.ExactMatch("phone"),
            cl.ExactMatch("gender"),
        ],
        "blocking": [
            ("doc",),
            ("phone",),
            ("first_name", "last_name"),
            ("last_name", "dob"),
            ("first_name", "dob"),
            ("dob", "nationality"),
            ("dob", "city"),
            ("substr(first_name,1,3)", "substr(last_name,1,3)", "substr(dob,1,4)"),
            ("substr(first_name,1,4)", "substr(last_name,1,4)", "nationality"),
        ],
        "sure": [("first_name", "last_name", "dob"), ("doc",), ("phone",)],
        "recall": 0.5,
        "train": [("first_name", "last_name"), ("dob", "nationality"), ("phone",)],
        "sample": 1e7,
    }


def main() -> None:
    work = job()
    kind = {"fake_1000": fake_1000, "historical_50k": historical_50k, "people": people}[work["kind"]]()
    meter = Meter()
    connection = duckdb.connect()
    connection.execute("set memory_limit = '14GB'")
    last = "surname" if work["kind"] != "people" else "last_name"
    connection.execute(f"create table records as select *, first_name || ' ' || {last} as both_names from '{work['table']}'")
    linker = Linker(
        DuckDBAPI(connection=connection).register("records"),
        SettingsCreator(
            link_type="dedupe_only",
            retain_intermediate_calculation_columns=False,
            comparisons=kind["comparisons"],
            blocking_rules_to_generate_predictions=[block_on(*rule) for rule in kind["blocking"]],
        ),
    )
    logging.getLogger("splink").setLevel(logging.ERROR)
    meter.phase("read")
    linker.training.estimate_probability_two_random_records_match([block_on(*rule) for rule in kind["sure"]], recall=kind["recall"])
    linker.training.estimate_u_using_random_sampling(max_pairs=kind["sample"])
    failed: list[str] = []
    for rule in kind["train"]:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
        except ValueError as error:
            failed.append(f"{rule}: {error}")
    meter.phase("train")
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    meter.phase("score")
    columns, joins = "", ""
    for place, threshold in enumerate(THRESHOLDS):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold_match_probability=threshold)
        meter.phase("cluster" if threshold == 0.95 else "other thresholds")
        columns += f', c{place}.cluster_id as "{threshold}"'
        joins += f" join {clusters.physical_name} c{place} using (unique_id)"
    connection.execute(f"copy (select unique_id{columns} from records{joins}) to '{work['clusters']}' (format parquet)")
    pairs = connection.execute(f"select count(*) from {predicted.physical_name}").fetchone()
    meter.write(work["out"], pairs=pairs[0] if pairs else 0, failed=failed)


if __name__ == "__main__":
    main()
