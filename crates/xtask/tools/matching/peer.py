"""Finds the businesses that stand in both of two lists with Splink, as its documentation shows it for two lists, and prints
{"records": N, "seconds": S, "pairs": N, "found": N, "right": N, "twins": N, "memoryBytes": N}.

usage: peer.py FOLDER

FOLDER holds left.csv and right.csv; `twin` of the second is the id of the same business in the first, and is used for counting
alone.
"""

import json
import pathlib
import resource
import sys
import time

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

# The same that our matcher normalises before it compares: names without case, numbers by their last ten digits, domains.
NORMALISED = """
CREATE TABLE {table} AS SELECT
    unique_id,
    nullif(lower(trim(regexp_replace(name, '[^A-Za-z0-9]+', ' ', 'g'))), '') AS name,
    nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 10), '') AS phone,
    nullif(regexp_replace(lower(website), '^https?://(www\\.)?|/.*$', '', 'g'), '') AS domain,
    nullif(lower(street), '') AS street,
    nullif(lower(city), '') AS city,
    nullif(postal_code, '') AS postal_code,
    latitude,
    longitude
FROM read_csv('{file}', header = true, columns = {{'unique_id': 'BIGINT', 'name': 'VARCHAR', 'phone': 'VARCHAR',
    'website': 'VARCHAR', 'street': 'VARCHAR', 'city': 'VARCHAR', 'postal_code': 'VARCHAR', 'latitude': 'DOUBLE',
    'longitude': 'DOUBLE', 'twin': 'BIGINT'}})
"""

SETTINGS = SettingsCreator(
    link_type="link_only",
    blocking_rules_to_generate_predictions=[
        block_on("phone"),
        block_on("name"),
        block_on("substr(name, 1, 5)", "postal_code"),
        block_on("street", "postal_code"),
        block_on("domain", "postal_code"),
    ],
    comparisons=[
        cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]).configure(term_frequency_adjustments=True),
        cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
        cl.ExactMatch("domain").configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("street", [0.95, 0.88]),
        cl.ExactMatch("postal_code"),
        cl.DistanceInKMAtThresholds("latitude", "longitude", [0.1, 1, 10]),
    ],
)


def link(connection):
    """The pairs that are one business, each record in one at most, and how many pairs were scored."""
    database = DuckDBAPI(connection)
    lists = [database.register(table, dataset_display_name=f"{table}_list") for table in ("a", "b")]
    linker = Linker(lists, SETTINGS, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match([block_on("phone", "name")], recall=0.4)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("phone"), record_sample_proportion=1.0)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name", "postal_code"), record_sample_proportion=1.0)
    scored = linker.inference.predict()
    pairs = connection.execute(f"SELECT count(*) FROM {scored.physical_name}").fetchall()[0][0]
    links = connection.execute(
        f"SELECT unique_id_l, unique_id_r FROM {scored.physical_name} WHERE match_probability >= 0.9 "
        "ORDER BY match_probability DESC, unique_id_l, unique_id_r"
    ).fetchall()
    kept, left, right = [], set(), set()
    for one, other in links:
        if one not in left and other not in right:
            left.add(one)
            right.add(other)
            kept.append((one, other))
    return kept, pairs


def main():
    folder = pathlib.Path(sys.argv[1])
    connection = duckdb.connect()
    started = time.monotonic()
    for table, file in (("a", "left.csv"), ("b", "right.csv")):
        connection.execute(NORMALISED.format(table=table, file=folder / file))
    links, pairs = link(connection)
    seconds = time.monotonic() - started
    twins = dict(
        connection.execute(f"SELECT unique_id, twin FROM read_csv('{folder / 'right.csv'}', header = true) WHERE twin IS NOT NULL").fetchall()
    )
    records = sum(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in ("a", "b"))
    right = sum(1 for one, other in links if twins.get(other) == one)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({
        "records": records, "seconds": seconds, "pairs": pairs, "found": len(links), "right": right, "twins": len(twins),
        "memoryBytes": memory,
    }))


main()
