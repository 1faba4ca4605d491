/** PostgreSQL's own functions which a refusal names and the log keeps; any other name is the client's and is not repeated. */
const NAMES =
  'abs age ascii avg bit_length btrim ceil ceiling char_length character_length chr clock_timestamp coalesce convert_from convert_to corr cume_dist ' +
  'current_database current_schema current_schemas current_setting current_user date_bin date_part date_trunc decode dense_rank digest encode every ' +
  'exp extract floor gen_random_uuid generate_series generate_subscripts get_bit get_byte greatest hashtext initcap int4 json_array_elements ' +
  'json_array_elements_text json_array_length json_each json_each_text json_extract_path json_extract_path_text json_object json_object_keys ' +
  'json_populate_record json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_typeof jsonb_array_elements ' +
  'jsonb_array_elements_text jsonb_array_length jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object ' +
  'jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_populate_record ' +
  'jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof lastval least left length ln ' +
  'lo_from_bytea lo_get localtime localtimestamp log lower lpad ltrim make_date make_interval make_timestamp max md5 min mod mode nextval normalize ' +
  'now ntile nullif octet_length overlay parse_ident percent_rank percentile_cont percentile_disc pg_backend_pid pg_column_size pg_get_viewdef ' +
  'pg_sleep pg_typeof phraseto_tsquery plainto_tsquery position power quote_ident quote_literal quote_nullable random rank regexp_count ' +
  'regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace ' +
  'reverse right round row_number rpad rtrim session_user set_config setseed setval sha224 sha256 sha384 sha512 split_part sqrt starts_with ' +
  'statement_timestamp stddev string_to_array string_to_table strpos substr substring sum text timeofday timezone to_ascii to_char to_date ' +
  'to_hex to_number to_regclass to_timestamp to_tsquery to_tsvector transaction_timestamp translate trim trunc ts_rank unistr upper ' +
  'uuid_generate_v4 uuidv4 uuidv7 variance version websearch_to_tsquery width_bucket xpath'

const FUNCTIONS: ReadonlySet<string> = new Set(NAMES.split(' '))

export const isNamedFunction = (name: string): boolean => FUNCTIONS.has(name)
