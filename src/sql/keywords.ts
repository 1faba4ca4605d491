/** Words of SQL that the log keeps: keywords and names of PostgreSQL's own types. Any other word must be in the catalogue. */
const WORDS =
  'abort action add after aggregate all alter always analyse analyze and any array as asc asymmetric at attach authorization begin between bigint ' +
  'binary bit boolean bool bpchar box bytea both by call cascade case cast char character check checkpoint cidr circle citext class close cluster ' +
  'coalesce collate column columns comment commit committed concurrently conflict constraint constraints copy create cross csv cube current ' +
  'current_catalog current_date current_role current_schema current_time current_timestamp current_user cursor cycle database date daterange day ' +
  'deallocate dec decimal declare default defaults deferrable deferred delete delimiter desc detach discard distinct do domain double drop each ' +
  'else enable disable encoding end enum escape except exclude execute exists explain extension extract false fetch filter first float float4 ' +
  'float8 following for force foreign format forward from freeze full function generated global grant granted greatest group grouping groups ' +
  'handler having header hold hour hstore identity if ilike immediate immutable in include increment index inet inherit inherits initially inner ' +
  'inout insert instead int int2 int4 int8 int4range int8range integer intersect interval into is isnull isolation join json json_array ' +
  'json_arrayagg json_object json_objectagg json_query json_scalar json_serialize json_table json_value jsonb jsonpath key keys language last ' +
  'lateral leading least left level like limit line listen local localtime localtimestamp lock locked logged macaddr maintaining match matched ' +
  'materialized merge minute mode money month move name names national natural nchar new next no none normalize not nothing notify notnull nowait ' +
  'null nullif nulls numeric numrange object of off offset oid old on only open option options or order ordinality others out outer over ' +
  'overlaps overlay overriding owned owner partial partition path placing plans point policy polygon position preceding precision prepare ' +
  'prepared primary prior privileges procedure program public publication quote range read real record recursive references refresh regclass ' +
  'reindex relative release rename repeatable replace replica reset restart restrict return returning returns revoke right role rollback rollup ' +
  'routine row rows rule savepoint schema scroll search second security select sequence serial bigserial smallserial serializable server session ' +
  'session_user set setof sets share show similar simple skip smallint smallserial snapshot some stable standalone start statement statistics ' +
  'stdin stdout storage stored strict subscription substring symmetric system table tables tablesample tablespace temp temporary text then ties ' +
  'time timestamp timestamptz timetz to trailing transaction trigger trim true truncate trusted tsquery tsrange tstzrange tsvector type types ' +
  'uescape unbounded uncommitted union unique unknown unlisten unlogged until update user using uuid vacuum valid validate validator value ' +
  'values varbit varchar variadic varying verbose version view views virtual volatile when where whitespace window with within without work ' +
  'wrapper write xml xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlparse xmlpi xmlroot xmlserialize xmltable year yes zone excluded ' +
  'pg_catalog information_schema count min max sum avg'

const KEPT: ReadonlySet<string> = new Set(WORDS.split(' '))

export const isKeptWord = (word: string): boolean => KEPT.has(word)
