/**
 * The CHECK that lets nothing but this field's sealed values into a column. It compares the checksum at the end of a
 * token with the text before it, so that what a trigger or a cast did to a token (`lower(email)`, `::varchar(50)`) is
 * refused as well as plaintext: such a value could never be opened again.
 */

const MARKER = '~pv1.'
/** Eight hex digits and the closing dot. */
const SUM_CHARACTERS = 9

/** An identifier as PostgreSQL reads it back, always in quotes. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A string literal under standard_conforming_strings. */
export const quoteLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`

// base64url has `_`, which LIKE takes for "any character": unescaped, 64 fields would pass one guard.
const likePattern = (prefix: string): string => `${MARKER}${prefix}`.replace(/[\\_%]/g, '\\$&') + '%'

/**
 * The CHECK expression for `column`, an identifier as it should stand in SQL. `prefix` is the field prefix: the first
 * eight characters of each header. NULL passes; '' passes unless the field seals it.
 */
export const guardDefinition = (column: string, prefix: string, sealsEmpty: boolean): string => {
  const sum = `left(encode(sha256(convert_to(left(${column}, -${SUM_CHARACTERS}), 'UTF8')), 'hex'), 8) || '.'`
  const sealed = `${column} LIKE ${quoteLiteral(likePattern(prefix))} AND right(${column}, ${SUM_CHARACTERS}) = ${sum}`
  return sealsEmpty ? sealed : `${column} = '' OR ${sealed}`
}

/**
 * What pg_get_constraintdef prints for `guardDefinition` with search_path set to pg_catalog; equal on 15 to 18.
 * `column` is the name by quote_ident. A look-alike built on other functions or operators prints their schema
 * (`public."left"`, `OPERATOR(public.~~)`) and so differs.
 */
export const canonicalGuard = (column: string, prefix: string, sealsEmpty: boolean): string => {
  const body = `"left"(${column}, '-${SUM_CHARACTERS}'::integer)`
  const sum = `("left"(encode(sha256(convert_to(${body}, 'UTF8'::name)), 'hex'::text), 8) || '.'::text)`
  const sealed = `((${column} ~~ ${quoteLiteral(likePattern(prefix))}::text) AND ("right"(${column}, ${SUM_CHARACTERS}) = ${sum}))`
  return sealsEmpty ? `CHECK (${sealed})` : `CHECK (((${column} = ''::text) OR ${sealed}))`
}

/** The field prefix in what looks like a guard as pg_get_constraintdef prints it; undefined in anything else. */
export const guardedPrefix = (definition: string): string | undefined => /'~pv1\.((?:[A-Za-z0-9-]|\\_){8})%'::text/.exec(definition)?.[1]?.replaceAll('\\_', '_')
