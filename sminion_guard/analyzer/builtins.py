"""What PostgreSQL itself brings: functions and relations of pg_catalog, each decided by a table or a rule.

``builtins.txt`` lists what PostgreSQL 15 to 18 have (`sql/queries/catalog/builtins.sql` on each; a test compares). A
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
    pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared
    pg_collation_actual_version pg_is_in_recovery pg_jit_available pg_partition_ancestors pg_partition_tree pg_sleep
    pg_sleep_for pg_sleep_until pg_xact_status random random_normal suppress_redundant_updates_trigger timeofday
    tsvector_update_trigger tsvector_update_trigger_column txid_status uuidv4 uuidv7 bernoulli system
    """.split()
)
"""Volatile functions that read no data, keep none and change nothing; sequences are judged by their own name. An
advisory lock of the transaction goes with it, and a transaction stays in one compartment; one of the session stays."""

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
    pg_input_error_info domain_in domain_recv array_in array_recv record_in record_recv range_in range_recv
    multirange_in multirange_recv pg_replication_origin_oid
    pg_config
    """.split()
)
"""Not volatile, but they read the relation or run the code of the type that a text names, or are not open to PUBLIC."""

SEQUENCES = frozenset({"nextval", "currval"})
"""They touch the sequence that a constant names, or ``pg_get_serial_sequence`` of constants; else they are refused."""

PERMISSIBLE: Mapping[str, bool] = {"currval": False, "nextval": False, "pg_notify": False, "setseed": True}
"""What ``may_call`` of the policy may permit, and whether only in a statement that touches no table: what ``setseed``
keeps in the session comes back from ``random`` in the next transaction."""

WITHOUT_DATA = frozenset({"pg_notify"})
"""Permitted in any case where the statement touches no table: what it tells is what the client says."""

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

BUILDING = frozenset(
    """
    any_value_transfn array_agg array_append array_cat array_eq array_fill array_ge array_gt array_larger array_le
    array_lt array_ne array_position array_positions array_prepend array_remove array_replace array_reverse
    array_sample array_shuffle array_smaller array_sort arraycontained arraycontains arrayoverlap btarraycmp
    elem_contained_by_multirange elem_contained_by_range enum_cmp enum_eq enum_ge enum_gt enum_larger enum_le
    enum_lt enum_ne enum_range enum_smaller json_populate_record json_populate_recordset jsonb_populate_record
    jsonb_populate_record_valid jsonb_populate_recordset lag lead multirange_adjacent_multirange
    multirange_adjacent_range multirange_after_multirange multirange_after_range multirange_before_multirange
    multirange_before_range multirange_cmp multirange_contained_by_multirange multirange_contained_by_range
    multirange_contains_elem multirange_contains_multirange multirange_contains_range multirange_eq multirange_ge
    multirange_gt multirange_intersect multirange_intersect_agg_transfn multirange_le multirange_lt
    multirange_minus multirange_ne multirange_overlaps_multirange multirange_overlaps_range
    multirange_overleft_multirange multirange_overleft_range multirange_overright_multirange
    multirange_overright_range multirange_union percentile_disc range_adjacent range_adjacent_multirange
    range_after range_after_multirange range_before range_before_multirange range_cmp range_contained_by
    range_contained_by_multirange range_contains range_contains_elem range_contains_multirange range_eq range_ge
    range_gist_same range_gt range_intersect range_intersect_agg_transfn range_le range_lt range_merge range_minus
    range_ne range_overlaps range_overlaps_multirange range_overleft range_overleft_multirange range_overright
    range_overright_multirange range_union trim_array width_bucket
    """.split()
)
"""Functions that may make another value of the type that one of their arguments has, or an array or range of it."""

_MAY_CALL = "permit it: `may_call = [\"{}\"]` under `[ticket]`"
_OF_SESSION = "the lock stays with the connection, for whoever uses it next"
OUTLIVING: Mapping[str, tuple[str | None, str]] = {
    "pg_notify": ("whoever listens hears it, for whatever purpose", _MAY_CALL.format("pg_notify")),
    "setseed": ("`random` goes on from it for whoever uses the connection next", _MAY_CALL.format("setseed")),
    "setval": ("no purpose has UPDATE on a sequence", "set sequences where tables are made, in a migration"),
    "pg_advisory_lock": (_OF_SESSION, "call `pg_advisory_xact_lock`, which the end of the transaction lets go"),
    "pg_advisory_lock_shared": (_OF_SESSION, "call `pg_advisory_xact_lock_shared`"),
    "pg_try_advisory_lock": (_OF_SESSION, "call `pg_try_advisory_xact_lock`"),
    "pg_try_advisory_lock_shared": (_OF_SESSION, "call `pg_try_advisory_xact_lock_shared`"),
    "pg_advisory_unlock": ("it lets go of a lock of the session", "call `pg_advisory_xact_lock`, which needs none"),
}
"""Why a call is refused, and what to do instead, where there is more to say than of all others."""

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
    """The first major version that has it; 15 for what is older."""
    until: int
    """The last major version that has it."""


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
    text = files("sminion_guard.analyzer").joinpath("builtins.txt").read_text(encoding="utf-8")
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
