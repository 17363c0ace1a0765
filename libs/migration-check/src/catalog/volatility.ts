import type { FuncCall } from 'libpg-query';
import { builtInFunctions } from '../resolve/built-ins.ts';
import { stringsOf, within } from '../sql/node.ts';
import { statementsOf } from '../sql/statement.ts';
import type { Catalog, Routine } from './catalog.ts';
import { qualified, routinesNamed } from './lookup.ts';

export type Volatility = 'immutable' | 'stable' | 'volatile';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/u));

/* cspell:disable */
/** Functions of pg_catalog of which every form is volatile. */
const VOLATILE =
  words(`array_sample array_shuffle clock_timestamp currval cursor_to_xml gen_random_uuid lastval lo_creat lo_create lo_from_bytea
  lo_get lo_put lo_unlink nextval pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_xact_lock
  pg_advisory_xact_lock_shared pg_backend_pid pg_blocking_pids pg_current_logfile pg_current_wal_lsn pg_database_size pg_indexes_size pg_notify
  pg_read_file pg_relation_size pg_sleep pg_sleep_for pg_sleep_until pg_table_size pg_terminate_backend pg_cancel_backend pg_total_relation_size
  pg_try_advisory_lock pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared query_to_xml random random_normal
  set_config setseed setval timeofday ts_stat txid_status uuidv4 uuidv7 current_query`);

/** Functions of pg_catalog of which every form that people call is stable. */
const STABLE =
  words(`array_to_json array_to_string concat concat_ws convert convert_from convert_to current_database current_schema current_schemas
  current_setting current_user format format_type inet_client_addr inet_server_addr json_agg json_build_array json_build_object json_object_agg
  json_populate_record json_populate_recordset json_to_record json_to_recordset jsonb_agg jsonb_build_array jsonb_build_object jsonb_object_agg
  jsonb_path_exists_tz jsonb_path_query_tz jsonb_populate_record jsonb_populate_recordset jsonb_to_record jsonb_to_recordset make_timestamptz
  mxid_age now obj_description pg_column_size pg_current_xact_id pg_get_constraintdef pg_get_expr pg_get_indexdef pg_get_serial_sequence
  pg_get_viewdef pg_input_is_valid pg_my_temp_schema pg_postmaster_start_time pg_table_is_visible pg_typeof row_to_json session_user
  statement_timestamp to_char to_date to_json to_jsonb to_number to_regclass to_regtype transaction_timestamp txid_current version
  enum_first enum_last enum_range has_table_privilege pg_trigger_depth pg_client_encoding json_arrayagg json_objectagg`);

/** Of the extensions that come with PostgreSQL and of those that most databases have. */
const OF_EXTENSIONS: Readonly<Record<string, Volatility>> = {
  ...{
    uuid_generate_v1: 'volatile',
    uuid_generate_v1mc: 'volatile',
    uuid_generate_v4: 'volatile',
    gen_random_bytes: 'volatile',
    gen_salt: 'volatile',
  },
  ...{
    uuid_generate_v3: 'immutable',
    uuid_generate_v5: 'immutable',
    uuid_nil: 'immutable',
    uuid_ns_dns: 'immutable',
    uuid_ns_url: 'immutable',
  },
  ...{
    unaccent: 'stable',
    similarity: 'immutable',
    show_trgm: 'immutable',
    word_similarity: 'immutable',
    crypt: 'immutable',
    digest: 'immutable',
  },
  ...{
    hmac: 'immutable',
    akeys: 'immutable',
    avals: 'immutable',
    hstore: 'immutable',
    earth_distance: 'immutable',
    ll_to_earth: 'immutable',
  },
};
/* cspell:enable */

/** The least certain of the functions that an expression calls. What is not known is volatile. */
export function volatilityOf(catalog: Catalog, expression: unknown): Volatility {
  const all = within('FuncCall', expression).map((call) => volatilityOfCall(catalog, call));
  if (all.includes('volatile') || within('NextValueExpr', expression).length > 0) return 'volatile';
  return all.includes('stable') || within('SQLValueFunction', expression).length > 0 ? 'stable' : 'immutable';
}

function volatilityOfCall(catalog: Catalog, call: FuncCall): Volatility {
  const name = qualified(stringsOf(call.funcname));
  const [routine, ...more] = routinesNamed(catalog, name);
  if (routine !== undefined)
    return more.some(({ volatility }) => volatility === 'volatile') ? 'volatile' : volatilityOfRoutine(catalog, routine);
  if (VOLATILE.has(name.name)) return 'volatile';
  if (STABLE.has(name.name)) return 'stable';
  if (builtInFunctions(name.name).length > 0) return 'immutable';
  return OF_EXTENSIONS[name.name] ?? 'volatile';
}

/** A function in SQL that is one expression is put in the place of its call, and then only the expression counts. */
function volatilityOfRoutine(catalog: Catalog, { volatility, language, body, name }: Routine): Volatility {
  if (volatility !== 'volatile' || language !== 'sql' || body.includes(name)) return volatility;
  const select = /^\s*SELECT\s+([^;]*?)\s*;?\s*$/isu.exec(body);
  if (select === null || /\b(from|where|limit|union|into|group|order)\b/iu.test(select[1] ?? '')) return volatility;
  return volatilityOf(
    catalog,
    statementsOf(body).map(({ node }) => node),
  );
}
