"""What PostgreSQL itself brings: functions and relations of pg_catalog, each decided by a table or a rule.

``builtins.txt`` lists what PostgreSQL 15 and 18 have (`sql/queries/catalog/builtins.sql` on both; a test compares). A
function is safe when it is immutable or stable and not named below; a volatile one is safe only when named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files


class Danger(StrEnum):
    """Why a function of pg_catalog is refused."""

    ESCAPE = "escape"
    """It changes settings, runs SQL given as text, reaches files or other sessions, or parks data outside of tables."""
    LEAKY = "leaky"
    """It tells samples, counts or statements of data that the purpose may not read."""


SAFE_VOLATILE = frozenset(
    """
    array_sample array_shuffle clock_timestamp current_query currval gen_random_uuid lastval nextval
    pg_collation_actual_version pg_is_in_recovery pg_jit_available pg_partition_ancestors pg_partition_tree pg_sleep
    pg_sleep_for pg_sleep_until pg_xact_status random random_normal suppress_redundant_updates_trigger timeofday
    tsvector_update_trigger tsvector_update_trigger_column txid_status uuidv4 uuidv7 bernoulli system
    """.split()
)
"""Volatile functions that read no data, keep none and change nothing; sequences are judged by their own name."""

LEAKY = frozenset(
    """
    pg_column_toast_chunk_id pg_database_size pg_get_replication_slots pg_indexes_size pg_mcv_list_items
    pg_relation_size pg_sequence_last_value pg_table_size pg_tablespace_size pg_total_relation_size pg_get_sequence_data
    pg_prepared_xact pg_lock_status pg_blocking_pids pg_safe_snapshot_blocking_pids pg_last_committed_xact
    pg_xact_commit_timestamp pg_xact_commit_timestamp_origin pg_cursor pg_prepared_statement
    """.split()
)

ESCAPING = frozenset(
    """
    database_to_xml database_to_xml_and_xmlschema database_to_xmlschema schema_to_xml schema_to_xml_and_xmlschema
    schema_to_xmlschema table_to_xml table_to_xml_and_xmlschema table_to_xmlschema pg_input_is_valid
    pg_input_error_info domain_in domain_recv pg_replication_origin_oid
    pg_config
    """.split()
)
"""Not volatile, but they read the relation or run the code of the type that a text names, or are not open to PUBLIC."""

SEQUENCES = frozenset({"nextval", "currval"})
"""They touch the sequence that a constant names; with anything but a constant they are refused."""

SAFE_CATALOGS = frozenset(
    """
    pg_aggregate pg_am pg_amop pg_amproc pg_attrdef pg_attribute pg_auth_members pg_available_extension_versions
    pg_available_extensions pg_cast pg_class pg_collation pg_constraint pg_conversion pg_database
    pg_default_acl pg_depend pg_description pg_enum pg_event_trigger pg_extension pg_foreign_data_wrapper
    pg_foreign_server pg_foreign_table pg_group pg_index pg_indexes pg_inherits pg_init_privs pg_language pg_matviews
    pg_namespace pg_opclass pg_operator pg_opfamily pg_parameter_acl pg_partitioned_table pg_policies pg_policy
    pg_proc pg_publication pg_publication_namespace pg_publication_rel pg_publication_tables
    pg_range pg_rewrite pg_roles pg_rules pg_seclabel pg_seclabels pg_sequence pg_settings pg_shdepend pg_shdescription
    pg_shseclabel pg_statistic_ext pg_tables pg_tablespace pg_timezone_abbrevs pg_timezone_names pg_transform pg_trigger
    pg_ts_config pg_ts_config_map pg_ts_dict pg_ts_parser pg_ts_template pg_type pg_user pg_views pg_wait_events
    """.split()
)
"""They describe the database and hold no data of its tables; every other relation of pg_catalog is leaky."""

COPYING = frozenset(
    """
    array_agg any_value coalesce first_value greatest json_agg json_agg_strict json_object_agg json_object_agg_strict
    json_object_agg_unique json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg
    jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict lag last_value lead least max min
    mode nth_value percentile_disc string_agg unnest xmlagg range_agg
    """.split()
)
"""Aggregates and window functions (and kin) whose result holds values as they stand in the column."""

COUNTING = frozenset({"count", "regr_count", "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"})


@dataclass(frozen=True, slots=True)
class Builtin:
    """A name of pg_catalog that can be called."""

    name: str
    volatile: bool
    aggregate: bool
    window: bool
    composite: bool
    """Its result may be a row whose columns only the call tells."""
    columns: tuple[str, ...] | None
    """Names of the output columns in FROM; None: one column, named after the function."""
    since: int
    """The major version that has it: 15, or 18 for what came later."""
    until: int


@dataclass(frozen=True, slots=True)
class Builtins:
    """All of them."""

    functions: Mapping[str, Builtin]
    relations: frozenset[tuple[str, str]]
    types: frozenset[str]


def danger(function: Builtin, arguments: int) -> Danger | None:
    """Why a call with that many arguments is refused; None when it is safe."""
    name = function.name
    if name == "ts_rewrite":  # with two arguments the second is the text of a query to run
        return Danger.ESCAPE if arguments == 2 else None
    if name in LEAKY or name.startswith("pg_stat_"):
        return Danger.LEAKY
    if name in ESCAPING or (function.volatile and name not in SAFE_VOLATILE):
        return Danger.ESCAPE
    return None


def leaky_relation(schema: str, name: str) -> bool:
    """Whether the relation of pg_catalog tells of data; information_schema describes only."""
    return schema == "pg_catalog" and name not in SAFE_CATALOGS


def _read() -> Builtins:
    functions: dict[str, Builtin] = {}
    relations: set[tuple[str, str]] = set()
    types: set[str] = set()
    text = files("sminion_guard.analyzer.resolving").joinpath("builtins.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        what, schema, name, volatility, kind, composite, columns, since, until = line.split("|")
        if what == "relation":
            relations.add((schema, name))
        elif what == "type":
            types.add(name)
        else:
            outputs = None if not columns or "/" in columns else tuple(columns.split())
            several = "/" in columns
            functions[name] = Builtin(
                name, volatility == "v", kind == "a", kind == "w",
                several or (composite == "t" and outputs is None), outputs, int(since), int(until),
            )
    return Builtins(functions, frozenset(relations), frozenset(types))


BUILTINS = _read()
