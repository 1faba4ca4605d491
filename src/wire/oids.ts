/** Type OIDs of PostgreSQL that never change (src/include/catalog/pg_type.dat). */
export const OID = {
  bool: 16, bytea: 17, name: 19, int8: 20, int2: 21, int4: 23, text: 25, oid: 26, float4: 700, float8: 701, unknown: 705,
  textArray: 1009, bpcharArray: 1014, varcharArray: 1015, bpchar: 1042, varchar: 1043, date: 1082, time: 1083, timestamp: 1114,
  dateArray: 1182, timestamptz: 1184, interval: 1186, timetz: 1266, numeric: 1700, uuid: 2950
} as const
