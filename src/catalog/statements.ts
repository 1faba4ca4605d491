/**
 * The catalogue queries. They read pg_catalog only: the login has no privileges on user tables. Everything runs on
 * servers 15 to 18; columns that came later are read by `to_jsonb(row) ->> 'name'`, which is NULL where they lack.
 */

/**
 * One snapshot for all queries, and fixed settings for the deparser. pg_temp comes last: unlisted it would be searched
 * first, and so could hide a catalogue relation. `search_path = pg_catalog` also makes pg_get_viewdef and its kin print
 * schema names, so that their text means the same for each session (CVE-2025-12819 is a pooler whose catalogue query
 * ran under the client's search_path). The deparser locks what it reads: a session that has altered a table in its open
 * transaction, and now waits for us, would wait for itself for ever, which the server's deadlock check can't see.
 */
export const BEGIN_SNAPSHOT: string = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL quote_all_identifiers = off;
SET LOCAL lock_timeout = '2s';
SET LOCAL standard_conforming_strings = on`

export const END_SNAPSHOT = 'COMMIT'
export const ABANDON_SNAPSHOT = 'ROLLBACK'

/** Every relation a query can read, with its live columns as JSON and, outside the system schemas, its view definition. */
export const RELATIONS: string = `
SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind, c.reltype AS row_type,
       CASE WHEN c.relkind IN ('v', 'm') AND c.oid >= 16384 THEN pg_get_viewdef(c.oid) END AS definition,
       coalesce(a.columns, '[]'::json) AS columns,
       (SELECT k.conkey FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p') AS primary_key
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (
  SELECT attrelid,
         json_agg(json_build_array(attnum, attname, atttypid::int8, atttypmod, attnotnull, atthasdef, attgenerated <> '')
                  ORDER BY attnum) AS columns
  FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped GROUP BY attrelid
) a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S') AND n.nspname <> 'pg_toast'
ORDER BY c.oid`

/** Partitions and inheritance children, with their direct parent. */
export const INHERITANCE = 'SELECT inhrelid AS child, inhparent AS parent FROM pg_inherits ORDER BY inhrelid, inhseqno'

/** Relations that a rule (a view's body is one) refers to. */
export const VIEW_SOURCES: string = `
SELECT DISTINCT r.ev_class AS view, d.refobjid AS source
FROM pg_rewrite r
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
WHERE r.ev_class >= 16384 AND d.refobjid <> r.ev_class
ORDER BY 1, 2`

/** CHECKs of one column on the relations $1. A guard counts only if it holds for every row there is and will be. */
export const CHECKS_OF_ONE_COLUMN: string = `
SELECT k.conrelid AS relation, a.attnum, quote_ident(a.attname) AS quoted, pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint k
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
WHERE k.contype = 'c' AND k.conrelid = ANY ($1::oid[]) AND cardinality(k.conkey) = 1 AND k.convalidated
  AND coalesce(to_jsonb(k) ->> 'conenforced', 'true') = 'true'
ORDER BY k.oid`

export const TYPES: string = `
SELECT oid, typname::text AS name, typtype::text AS kind, typelem AS element, typbasetype AS base, typdelim::text AS delimiter,
       typrelid AS relation, typoutput = 'pg_catalog.array_out'::regproc AS is_array
FROM pg_type ORDER BY oid`

/** Direct memberships that hand their rights on. Before 16 inheritance was a property of the member. */
export const MEMBERSHIPS: string = `
SELECT member.rolname::text AS member, granted.rolname::text AS granted
FROM pg_auth_members m
JOIN pg_roles member ON member.oid = m.member
JOIN pg_roles granted ON granted.oid = m.roleid
WHERE coalesce((to_jsonb(m) ->> 'inherit_option')::bool, member.rolinherit)
ORDER BY 1, 2`

/** Routines outside the system schemas; the body of a SQL-standard one (\`BEGIN ATOMIC\`) is known by its dependencies. */
export const ROUTINES: string = `
SELECT p.oid, n.nspname::text AS schema, p.proname::text AS name,
       CASE WHEN l.lanname IN ('c', 'internal') THEN '' ELSE p.prosrc END AS body,
       CASE WHEN p.prosqlbody IS NOT NULL THEN
         ARRAY(SELECT d.refobjid::int8::text FROM pg_depend d
               WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass)
       END AS reads
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY p.oid`

export const SERVER_VERSION = `SELECT current_setting('server_version_num')::int4 AS version`
